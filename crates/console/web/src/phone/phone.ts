/** The agent's phone: whatever carries their voice. */

export type PhoneState =
  | { kind: "idle" }
  | { kind: "connecting" }
  | { kind: "connected" }
  /** The agent hung up on the phone itself: its button, a headset's key. A line that was lost is `idle`. */
  | { kind: "hung-up"; leg: string }
  | { kind: "failed"; why: string };

export interface Phone {
  /** Brings the agent's line to the conference that the ticket of a claim opens. */
  connect(agentId: string, ticket: string): Promise<void>;
  /** Ends the agent's own line, if there is one. It never ends the call: that is a command. */
  hangUp(): Promise<void>;
  /** Told of every change, until the returned function is called. */
  listen(listener: (state: PhoneState) => void): () => void;
}
