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
 * While somebody points into the list no row moves, comes or goes: whoever reaches for a button must not press
 * another one. A list in which nobody waits any more has no such button.
 */
export function arrange(shown: readonly string[], wanted: readonly string[], held: boolean): { shown: readonly string[]; fresh: number } {
  const present = new Set(wanted);
  if (!held || !shown.some((id) => present.has(id))) return { shown: wanted, fresh: 0 };
  const there = new Set(shown);
  return { shown, fresh: wanted.filter((id) => !there.has(id)).length };
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
