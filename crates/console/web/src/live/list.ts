/** The waiting list: who is in it, in which order, and what may move when. */

import type { Call } from "./model";
import { waitingOf } from "./model";

/** Everybody who has not been spoken to yet; those whose agent is on the way are among them. */
export function waits(call: Call): boolean {
  return ["queued", "claimed", "connecting", "ringing"].includes(call.state.kind);
}

/** Whether pressing Answer can bring this call. */
export function answerable(call: Call): boolean {
  return call.state.kind === "queued" || call.state.kind === "ringing";
}

/** Longest wait first; whoever was promised the front is before them. */
export function waitingOrder(calls: Iterable<Call>): Call[] {
  return [...calls].filter(waits).sort((one, other) => {
    const [a, b] = [waitingOf(one.state)!, waitingOf(other.state)!];
    return Number(b.front) - Number(a.front) || a.sinceMs - b.sinceMs || (one.id < other.id ? -1 : 1);
  });
}

/**
 * The rows to show, and how many arrivals are held back.
 *
 * While somebody points into the list no row that is shown moves or goes: whoever reaches for a button must not press
 * another one. Whoever belongs below all of them is added there, which moves nothing; only who belongs above or
 * between is held back. A list in which nobody waits any more has no such button.
 */
export function arrange(shown: readonly string[], wanted: readonly string[], held: boolean): { shown: readonly string[]; fresh: number } {
  const there = new Set(shown);
  const last = wanted.reduce((found, id, at) => (there.has(id) ? at : found), -1);
  if (!held || last < 0) return { shown: wanted, fresh: 0 };
  const below = wanted.slice(last + 1);
  return {
    shown: below.length > 0 ? [...shown, ...below] : shown,
    fresh: wanted.slice(0, last).filter((id) => !there.has(id)).length,
  };
}

/** How far the wait is on its way to the office ring. */
export type Urgency = "calm" | "soon" | "ringing";

/** From here on it is amber. */
const SOON = 2 / 3;

export function urgency(call: Call, nowMs: number): { level: Urgency; share: number } {
  if (call.state.kind === "ringing") return { level: "ringing", share: 1 };
  const waiting = waitingOf(call.state);
  if (!waiting || waiting.deadlineMs <= waiting.sinceMs) return { level: "calm", share: 0 };
  const share = Math.min(1, Math.max(0, (nowMs - waiting.sinceMs) / (waiting.deadlineMs - waiting.sinceMs)));
  return { level: share >= SOON ? "soon" : "calm", share };
}
