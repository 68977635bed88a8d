/** A stand-in for a softphone: the simulator plays the agent's browser, as the carrier's Voice SDK would connect it. */

import { NoAnswer, request, text } from "../api/http";
import type { Phone, PhoneState } from "./phone";

/** How long a question about the line's end is held, and how soon after a failure it is asked again. */
const WAIT_MS = 3_000;
const AGAIN_MS = 500;

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
      void this.#watch(base, leg);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.#tell({ kind: "failed", why: "Your phone could not connect." });
    }
  }

  /** As the SDK tells of a `disconnect`: whether the line was hung up here, or is gone for any other reason. */
  async #watch(base: string, leg: string): Promise<void> {
    const url = `${base}/sim/v1/browsers/ended?leg=${encodeURIComponent(leg)}&wait_ms=${WAIT_MS}`;
    while (this.#leg === leg) {
      const body = await this.#ask(url);
      if (body === undefined) await new Promise((done) => setTimeout(done, AGAIN_MS));
      if (body?.["over"] !== true || this.#leg !== leg) continue;
      this.#leg = undefined;
      this.#tell(body["hung_up"] === true ? { kind: "hung-up", leg } : { kind: "idle" });
    }
  }

  async #ask(url: string): Promise<Record<string, unknown> | undefined> {
    try {
      const { status, body } = await request("GET", url);
      return status === 200 ? body : undefined;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return undefined;
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
