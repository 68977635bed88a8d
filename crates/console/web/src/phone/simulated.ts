/** A stand-in for a softphone: the simulator plays the agent's browser, as the carrier's Voice SDK would connect it. */

import { NoAnswer, request, text } from "../api/http";
import type { Phone, PhoneState } from "./phone";

export class SimulatedPhone implements Phone {
  #leg: string | undefined;
  #listeners = new Set<(state: PhoneState) => void>();

  /** `find` tells the simulator's address. */
  constructor(private readonly find: () => Promise<string | undefined>) {}

  async connect(agentId: string, ticket: string): Promise<void> {
    this.#tell({ kind: "connecting" });
    try {
      const base = await this.find();
      if (!base) {
        this.#tell({ kind: "failed", why: "There is no phone in this browser yet." });
        return;
      }
      const body = { identity: agentId, params: { claim: ticket } };
      const { status, body: got } = await request("POST", `${base}/sim/v1/browsers/connect`, body);
      const leg = text(got["leg"]);
      if (status >= 300 || leg === "") throw new NoAnswer(`the simulator answered ${status}`);
      this.#leg = leg;
      this.#tell({ kind: "connected" });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#tell({ kind: "failed", why: "Your phone could not connect." });
    }
  }

  async hangUp(): Promise<void> {
    const leg = this.#leg;
    this.#leg = undefined;
    this.#tell({ kind: "idle" });
    if (!leg) return;
    try {
      const base = await this.find();
      // A line that is over already is what was wanted.
      if (base) await request("POST", `${base}/sim/v1/browsers/disconnect`, { leg });
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
  }

  listen(listener: (state: PhoneState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(state: PhoneState): void {
    for (const listener of this.#listeners) listener(state);
  }
}
