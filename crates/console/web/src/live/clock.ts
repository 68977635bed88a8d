/** The deployment's clock, as far as a browser can tell. */

/** A sample that differs by more is a jump of one of the clocks, not a slow network. */
const JUMP_MS = 250;

export class ServerClock {
  /** The deployment's time less ours. */
  #offset: number | undefined;

  constructor(private readonly local: () => number = () => Date.now()) {}

  /**
   * Takes a sample. Every sample is late by the way it travelled, so the largest difference is the truest; a jump
   * backwards is believed when it is too large for a delay.
   */
  heard(nowMs: number): void {
    const offset = nowMs - this.local();
    if (this.#offset === undefined || offset > this.#offset || this.#offset - offset > JUMP_MS) {
      this.#offset = offset;
    }
  }

  now(): number {
    return this.local() + (this.#offset ?? 0);
  }
}
