/** Plays the messages that callers left, one at a time. */

import { fetchMessage } from "../api/messages";
import type { Silence } from "../api/messages";

export type Playing =
  | { kind: "idle" }
  | { kind: "loading" }
  | { kind: "playing" | "paused"; atMs: number; lengthMs: number }
  | { kind: "silent"; why: Silence };

const IDLE: Playing = { kind: "idle" };

export class Player {
  /** Whose message it is. */
  #callId = $state<string | undefined>();
  #playing = $state.raw<Playing>(IDLE);
  #audio: HTMLAudioElement | undefined;
  #asked: AbortController | undefined;

  /** What is heard of that call's message. */
  of(callId: string): Playing {
    return this.#callId === callId ? this.#playing : IDLE;
  }

  /** Begins, stops for a while, or goes on. */
  async toggle(callId: string): Promise<void> {
    const { kind } = this.of(callId);
    if (kind === "loading") return this.stop();
    if (kind === "playing") return this.pause();
    if (kind === "paused") return this.#play();
    await this.#begin(callId);
  }

  pause(): void {
    this.#audio?.pause();
  }

  seek(callId: string, atMs: number): void {
    if (this.#callId !== callId || !this.#audio) return;
    this.#audio.currentTime = atMs / 1000;
    this.#tell();
  }

  /** Silence, and nothing is kept of what was heard. */
  stop(): void {
    this.#asked?.abort();
    this.#asked = undefined;
    if (this.#audio) {
      this.#audio.pause();
      URL.revokeObjectURL(this.#audio.src);
      this.#audio = undefined;
    }
    this.#callId = undefined;
    this.#playing = IDLE;
  }

  async #begin(callId: string): Promise<void> {
    this.stop();
    this.#callId = callId;
    this.#playing = { kind: "loading" };
    const asked = (this.#asked = new AbortController());
    const got = await fetchMessage(callId, asked.signal);
    if (asked.signal.aborted) return;
    if (got.kind === "silence") {
      this.#playing = { kind: "silent", why: got.why };
      return;
    }
    const audio = (this.#audio = new Audio(URL.createObjectURL(got.sound)));
    for (const news of ["timeupdate", "durationchange", "play", "pause", "ended"]) {
      audio.addEventListener(news, () => this.#audio === audio && this.#tell());
    }
    audio.addEventListener("error", () => {
      if (this.#audio === audio) this.#playing = { kind: "silent", why: "unplayable" };
    });
    await this.#play();
  }

  async #play(): Promise<void> {
    try {
      await this.#audio?.play();
    } catch {
      // Some browsers want one more press, because the first was too long ago.
      if (this.#playing.kind === "loading") this.#tell();
    }
  }

  #tell(): void {
    const audio = this.#audio;
    if (!audio || this.#playing.kind === "silent") return;
    const lengthMs = Number.isFinite(audio.duration) ? audio.duration * 1000 : 0;
    const kind = audio.paused || audio.ended ? "paused" : "playing";
    this.#playing = { kind, atMs: audio.currentTime * 1000, lengthMs };
  }
}
