/**
 * The line to the deployment: holds one websocket, and gets another as soon as that one is in doubt.
 *
 * It says "lost" before three seconds without a frame have passed, whatever the socket says of itself: a socket that hangs
 * looks open for minutes. It says "live" only when everything that happened meanwhile has arrived.
 */

import type { ServerFrameJson } from "../gen/switchboard/v1/frames_pb";
import { openFrame, readFrame } from "./frames";
import type { Position } from "./model";
import { number } from "./read";
import type { Outcome } from "./reduce";
import { retryDelay } from "./retry";

/**
 * Heartbeats come every second at the latest: two in a row that are missing, and half a second for the way, are no
 * chance any more. It has to be said within three seconds, noticing and drawing included.
 */
export const LOST_AFTER_MS = 2_500;
const WATCH_EVERY_MS = 100;
/**
 * An attempt that takes longer gets a rival: on a network that has just come back, the new one is the one that works.
 * Browsers keep connections, and send a request into one that died unnoticed; two of those still leave time for the
 * third attempt to be right within a second.
 */
const RIVAL_AFTER_MS = 350;
/** On a slow network the oldest attempt is the one that works: it has this long. */
const ATTEMPT_MS = 8_000;
/** Browsers open six connections to one host; the commands need some. */
const MOST_ATTEMPTS = 3;

export type LineState =
  | { kind: "connecting" }
  | { kind: "live" }
  /** No frame comes. Since when, by the browser's own clock. */
  | { kind: "lost"; sinceMs: number }
  /** Frames come, but the server itself hears nothing new. */
  | { kind: "deaf"; sinceMs: number };

/** What a line needs of a websocket. */
export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(text: string): void;
  close(): void;
}

export interface World {
  ticket(signal: AbortSignal): Promise<string>;
  socket(ticket: string): Socket;
  /** The browser's own clock. */
  local(): number;
  random(): number;
  hidden(): boolean;
}

/** Whoever folds the frames. */
export interface Reader {
  position(): Position | undefined;
  take(frame: ServerFrameJson): Outcome;
  line(state: LineState): void;
  /** The deployment does not want this agent: trying again would not help. */
  refused(error: Refused): void;
}

export class Refused extends Error {}

interface Attempt {
  aborter: AbortController;
  startedMs: number;
  socket: Socket | undefined;
}

export class Line {
  #state: LineState = { kind: "connecting" };
  #attempts: Attempt[] = [];
  #current: Attempt | undefined;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #lastFrameMs = 0;
  /** When the last frame came that was the truth then. */
  #lastTrueMs = 0;
  /** The line is live once the reader has come this far. */
  #goal = 0;
  /** Where the reader stood when a heartbeat last said that it was behind. */
  #behindAt: number | undefined;
  /** Holes in a row that resuming did not fill. */
  #holes = 0;

  constructor(
    private readonly world: World,
    private readonly reader: Reader,
  ) {}

  start(): void {
    this.#lastFrameMs = this.#lastTrueMs = this.world.local();
    this.#watch = setInterval(() => this.#look(), WATCH_EVERY_MS);
    this.#try();
  }

  stop(): void {
    clearInterval(this.#watch);
    clearTimeout(this.#retry);
    for (const attempt of this.#attempts.splice(0)) this.#drop(attempt);
    this.#current = undefined;
  }

  /** The tab was shown, or the network is back: nothing that was scheduled is worth waiting for. */
  wake(): void {
    if (this.#watch === undefined) return;
    const quiet = this.world.local() - this.#lastFrameMs;
    if (this.#current && quiet <= LOST_AFTER_MS / 2) return;
    this.#look();
    this.#abandon();
    this.#tries = 0;
    this.#try();
  }

  #look(): void {
    const quiet = this.world.local() - this.#lastFrameMs;
    if (quiet > LOST_AFTER_MS && this.#state.kind !== "lost") {
      this.#become({ kind: "lost", sinceMs: this.#lastTrueMs });
      if (this.#current) {
        this.#abandon();
        this.#try();
      }
    }
  }

  #become(state: LineState): void {
    if (state.kind === this.#state.kind) return;
    this.#state = state;
    this.reader.line(state);
  }

  #try(): void {
    clearTimeout(this.#retry);
    const now = this.world.local();
    for (const old of this.#attempts.filter((one) => now - one.startedMs > ATTEMPT_MS)) this.#drop(old);
    if (this.#attempts.length >= MOST_ATTEMPTS) this.#drop(this.#attempts[1]!);
    const attempt: Attempt = { aborter: new AbortController(), startedMs: now, socket: undefined };
    this.#attempts.push(attempt);
    this.#retry = setTimeout(() => this.#try(), RIVAL_AFTER_MS);
    this.world.ticket(attempt.aborter.signal).then(
      (ticket) => {
        if (!attempt.aborter.signal.aborted) this.#connect(attempt, ticket);
      },
      (error: unknown) => {
        if (attempt.aborter.signal.aborted) return;
        if (error instanceof Refused) {
          this.stop();
          this.reader.refused(error);
        } else {
          this.#failed(attempt);
        }
      },
    );
  }

  #connect(attempt: Attempt, ticket: string): void {
    const socket = this.world.socket(ticket);
    attempt.socket = socket;
    socket.onopen = () => socket.send(openFrame(this.#holes > 1 ? undefined : this.reader.position()));
    socket.onmessage = (event) => this.#heard(attempt, event.data);
    socket.onclose = () => this.#failed(attempt);
  }

  #heard(attempt: Attempt, data: unknown): void {
    let frame: ServerFrameJson;
    try {
      frame = readFrame(String(data));
    } catch {
      this.#failed(attempt);
      return;
    }
    if (frame.hello) {
      // The first to be greeted has the line; its rivals are not needed.
      this.#current = attempt;
      for (const rival of this.#attempts.filter((one) => one !== attempt)) this.#drop(rival);
      clearTimeout(this.#retry);
      this.#goal = number(frame.hello.position?.offset);
      this.#behindAt = undefined;
    }
    if (this.#current !== attempt) return;
    this.#lastFrameMs = this.world.local();
    if (frame.heartbeat?.stale) {
      this.#become({ kind: "deaf", sinceMs: this.#lastTrueMs });
      return;
    }
    const outcome = this.reader.take(frame);
    if (outcome === "gap" || this.#behind(frame)) {
      this.#holes += 1;
      this.#failed(attempt);
      return;
    }
    if (outcome === "changed" && (frame.event || frame.snapshot)) this.#holes = 0;
    const position = this.reader.position();
    if (position && position.offset >= this.#goal && !frame.reset) {
      this.#lastTrueMs = this.#lastFrameMs;
      this.#tries = 0;
      this.#become({ kind: "live" });
    }
  }

  /** Whether two heartbeats in a row were ahead of a reader that did not move: something was lost on the way. */
  #behind(frame: ServerFrameJson): boolean {
    if (!frame.heartbeat) return false;
    const at = this.reader.position()?.offset;
    if (at === undefined || number(frame.heartbeat.offset) <= at) {
      this.#behindAt = undefined;
      return false;
    }
    const stuck = this.#behindAt === at;
    this.#behindAt = at;
    return stuck;
  }

  #failed(attempt: Attempt): void {
    const known = this.#attempts.includes(attempt);
    this.#drop(attempt);
    if (!known || this.#current) return;
    clearTimeout(this.#retry);
    const delay = retryDelay(this.#tries, this.world.hidden(), this.world.random);
    this.#tries += 1;
    this.#retry = setTimeout(() => this.#try(), delay);
  }

  #abandon(): void {
    for (const attempt of [...this.#attempts]) this.#drop(attempt);
  }

  #drop(attempt: Attempt): void {
    this.#attempts = this.#attempts.filter((one) => one !== attempt);
    if (this.#current === attempt) this.#current = undefined;
    attempt.aborter.abort();
    const { socket } = attempt;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }
}
