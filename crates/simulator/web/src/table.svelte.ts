/** What stands on the table: the model, the running time, and what the person at the page has in hand. */

import { Refused } from "./api";
import { Feed } from "./live/feed";
import type { Leg } from "./live/frame";
import { callers, isLive, type Model } from "./live/model";
import { reduce } from "./live/reduce";

const TICK_MS = 200;
/** A message stays long enough to be read. */
const MESSAGE_MS = 6_000;

export class Table {
  model = $state.raw<Model | undefined>();
  /** Virtual time, running. */
  now = $state(0);
  /** Since when nothing has been heard of the simulator; `undefined`: all is well. */
  lost = $state<number | undefined>();
  /** What was refused last. */
  message = $state<string | undefined>();
  #chosen = $state<string | undefined>();
  #byHand = false;

  #base = { now_ms: 0, at: 0 };
  #timer: ReturnType<typeof setInterval> | undefined;
  #forget: ReturnType<typeof setTimeout> | undefined;
  #feed: Feed | undefined;

  start(): () => void {
    this.#feed = new Feed({
      frame: (frame) => {
        const next = reduce(this.model, frame);
        if (!next) return;
        this.model = next;
        this.#take(next);
        this.#set(frame.now_ms);
      },
      beat: (now_ms) => this.#set(now_ms),
      lost: (since) => {
        this.lost = since;
        // Nothing is known of what came after: the clock stands where it was told last.
        if (since !== undefined) this.now = this.#base.now_ms;
      },
    });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    return () => {
      this.#feed?.close();
      clearInterval(this.#timer);
      clearTimeout(this.#forget);
    };
  }

  #set(now_ms: number): void {
    this.#base = { now_ms, at: performance.now() };
    this.#tick();
  }

  #tick(): void {
    // Without a line nobody knows what time it is there.
    if (this.lost !== undefined) return;
    const flows = this.model?.clock.mode !== "frozen";
    this.now = this.#base.now_ms + (flows ? performance.now() - this.#base.at : 0);
  }

  /** The caller in hand. */
  get caller(): Leg | undefined {
    return this.#chosen ? this.model?.legs.get(this.#chosen) : undefined;
  }

  choose(leg: string): void {
    this.#chosen = leg;
    this.#byHand = true;
  }

  /** Who was chosen by hand stays in hand; else whoever calls, until that call is over and another is there. */
  #take(model: Model): void {
    const now = this.#chosen ? model.legs.get(this.#chosen) : undefined;
    if (now && (this.#byHand || isLive(now))) return;
    const next = callers(model)[0];
    if (next && (!now || isLive(next))) {
      this.#chosen = next.id;
      this.#byHand = false;
    }
  }

  /** Does something and says so when it was refused. */
  async do(what: () => Promise<unknown>): Promise<void> {
    try {
      await what();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.say(error.message);
    }
  }

  say(message: string): void {
    this.message = message;
    clearTimeout(this.#forget);
    this.#forget = setTimeout(() => {
      this.message = undefined;
    }, MESSAGE_MS);
  }
}
