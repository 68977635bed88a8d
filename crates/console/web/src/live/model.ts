/** What the screen knows: calls and agents as plain values, free of how they travelled. */

/** Who rings, as far as the line tells. */
export type Caller =
  | { kind: "number"; number: string }
  | { kind: "client"; name: string }
  | { kind: "sip"; address: string }
  | { kind: "other"; text: string }
  | { kind: "withheld" };

/** A place in a queue. Instants are milliseconds since 1970, by the deployment's clock. */
export interface Waiting {
  queue: string;
  sinceMs: number;
  /** When every phone in the office rings. */
  deadlineMs: number;
  /** Before everybody else. */
  front: boolean;
}

/** Who talks with the caller. */
export type Party = { kind: "agent"; agentId: string } | { kind: "office"; number: string } | { kind: "unknown" };

/** What we promised the caller; `unknown` is a state that this page is too old for. */
export type State =
  | { kind: "greeting" }
  | { kind: "closed" }
  | { kind: "queued"; waiting: Waiting }
  | { kind: "claimed"; waiting: Waiting; agentId: string; untilMs: number }
  | { kind: "connecting"; waiting: Waiting; agentId: string }
  | { kind: "ringing"; waiting: Waiting; round: number }
  | { kind: "talking"; waiting: Waiting | undefined; with: Party; sinceMs: number; hold: boolean; agentLeftMs: number | undefined }
  | { kind: "voicemail"; why: "closed" | "no_answer" | "asked" | "unknown" }
  | { kind: "ended"; reason: EndReason; atMs: number }
  | { kind: "unknown" };

export type EndReason =
  | "hung_up_in_menu"
  | "closed"
  | "abandoned"
  | "missed"
  | "voicemail"
  | "completed"
  | "unheard"
  | "unknown";

/** What a source knows; every field may be empty. */
export interface Profile {
  name: string;
  organisation: string;
  tier: string;
  since: string;
  summary: string;
  recordUrl: string;
  extra: [label: string, value: string][];
}

/** One source's line on the card. */
export type Lookup = (
  | { kind: "pending" }
  /** `matches`: 1 is certain, 0 is "maybe". */
  | { kind: "found"; profile: Profile; matches: number }
  | { kind: "not_found" }
  | { kind: "failed"; reason: string }
) & {
  /** When it said so, if that was for an earlier call. */
  saidAtMs?: number;
};

export interface Call {
  id: string;
  caller: Caller;
  dialled: string;
  arrivedAtMs: number;
  state: State;
  enteredAtMs: number;
  /** In the order in which the sources are shown: by name. */
  lookups: ReadonlyMap<string, Lookup>;
  /** Whole seconds of the message the caller left; 0 when not known yet. */
  messageSeconds: number | undefined;
}

export type Presence = "available" | "away" | "offline" | "unknown";

export interface Agent {
  id: string;
  name: string;
  presence: Presence;
  /** Empty when none. */
  engagedCallId: string;
  answersOnPhone: boolean;
}

/** Whether the office is open, and why, in words for people. */
export interface Office {
  open: boolean;
  reason: string;
  untilText: string;
  timeZone: string;
  /** Somebody's word that decides now, whatever the settings say. */
  byHand: Override | undefined;
  /** What would be so without it. */
  otherwise: string;
  /** What the company calls itself; empty when a server of before does not say. */
  name: string;
  /** What people call the office phones, by their numbers. */
  phones: ReadonlyMap<string, string>;
}

/** The office opened or closed by hand. */
export interface Override {
  id: string;
  open: boolean;
  untilMs: number;
  reason: string;
  author: string;
}

/** A place in the stream. */
export interface Position {
  epoch: string;
  offset: number;
}

/** A call that ended before our eyes. */
export interface Ended {
  call: Call;
  reason: EndReason;
  atMs: number;
  /** The conversation, if there was one. */
  talk: { with: Party; sinceMs: number } | undefined;
  /** Since when they had waited, if they had. */
  waitingSinceMs: number | undefined;
}

/** The place in a queue that a call has or had. */
export function waitingOf(state: State): Waiting | undefined {
  switch (state.kind) {
    case "queued":
    case "claimed":
    case "connecting":
    case "ringing":
    case "talking":
      return state.waiting;
    case "greeting":
    case "closed":
    case "voicemail":
    case "ended":
    case "unknown":
      return undefined;
  }
}

/** The agent whose call it is now. */
export function holderOf(state: State): string | undefined {
  switch (state.kind) {
    case "claimed":
    case "connecting":
      return state.agentId;
    case "talking":
      return state.with.kind === "agent" ? state.with.agentId : undefined;
    default:
      return undefined;
  }
}
