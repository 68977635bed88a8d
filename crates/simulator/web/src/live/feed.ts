/** The line to the feed: comes back by itself, and knows when it is dead. */

import { parseFrame, type Frame } from "./frame";

/** The server beats once a second; some missing beats are a dead line. */
const SILENCE_MS = 2_800;
const LOOK_MS = 400;
const AGAIN_MS = [0, 300, 700, 1_000];

export interface Listener {
  frame(frame: Frame): void;
  /** Virtual time, told when nothing else is. */
  beat(now_ms: number): void;
  /** Since when (by this machine's clock) nothing is heard; `undefined`: all is well. */
  lost(since: number | undefined): void;
}

export class Feed {
  #source: EventSource | undefined;
  #position: string | undefined;
  #heard = Date.now();
  #tries = 0;
  #lost = false;
  #timer: ReturnType<typeof setInterval>;
  #next: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly listener: Listener) {
    this.#open();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#next);
    this.#source?.close();
  }

  #open(): void {
    this.#next = undefined;
    this.#source?.close();
    const since = this.#position ? `?since=${encodeURIComponent(this.#position)}` : "";
    const source = new EventSource(`/sim/v1/feed${since}`);
    this.#source = source;
    source.onmessage = (event: MessageEvent<string>) => {
      const frame = parseFrame(event.data);
      if (!frame) {
        // Not understood: begin again with everything rather than show something untrue.
        this.#position = undefined;
        this.#retry();
        return;
      }
      this.#position = event.lastEventId;
      this.#alive();
      this.listener.frame(frame);
    };
    source.addEventListener("beat", (event: MessageEvent<string>) => {
      this.#alive();
      this.listener.beat(Number(event.data));
    });
    source.onerror = () => this.#retry();
  }

  #alive(): void {
    this.#heard = Date.now();
    this.#tries = 0;
    if (this.#lost) {
      this.#lost = false;
      this.listener.lost(undefined);
    }
  }

  #look(): void {
    if (Date.now() - this.#heard < SILENCE_MS) return;
    this.#tell();
    this.#retry();
  }

  #tell(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.listener.lost(this.#heard);
  }

  #retry(): void {
    if (this.#next !== undefined) return;
    this.#source?.close();
    // The first try is silent: a line that is back at once was never gone for a person.
    if (this.#tries > 0) this.#tell();
    const wait = AGAIN_MS[Math.min(this.#tries, AGAIN_MS.length - 1)] ?? 1_000;
    this.#tries += 1;
    this.#next = setTimeout(() => this.#open(), wait);
  }
}
