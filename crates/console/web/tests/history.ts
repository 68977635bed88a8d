/** Histories that could have been: calls that come, wait, are looked up, claimed, talked to and end. */

import type { CallStateJson } from "../src/gen/switchboard/v1/call_pb";
import type { EventJson } from "../src/gen/switchboard/v1/events_pb";
import type { ServerFrameJson } from "../src/gen/switchboard/v1/frames_pb";

/** Numbers in [0, 1), the same for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function history(seed: number, length: number): ServerFrameJson[] {
  const random = chance(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const live: { id: string; sequence: number }[] = [];
  let born = 0;
  let atMs = 1_784_023_200_000;

  const waiting = () => ({ queue: pick(["sales", "support"]), sinceMs: String(atMs), deadlineMs: String(atMs + 180_000) });
  const claim = () => ({ number: 1, agentId: pick(["anna", "ben"]) });
  const states: (() => CallStateJson)[] = [
    () => ({ queued: { waiting: waiting() } }),
    () => ({ claimed: { waiting: waiting(), claim: claim(), untilMs: String(atMs + 15_000) } }),
    () => ({ connecting: { waiting: waiting(), claim: claim() } }),
    () => ({ ringingOffice: { waiting: waiting(), ring: { round: 1 } } }),
    () => ({ talking: { with: { agent: claim() }, sinceMs: String(atMs), waiting: waiting() } }),
    () => ({ voicemail: { why: "VOICEMAIL_REASON_NO_ANSWER" } }),
    () => ({ ended: { reason: pick(["END_REASON_COMPLETED", "END_REASON_ABANDONED", "END_REASON_MISSED"]), atMs: String(atMs) } }),
  ];

  function next(): EventJson {
    atMs += Math.floor(random() * 5000);
    const at = { atMs: String(atMs) };
    if (random() < 0.15) {
      const presence = pick(["PRESENCE_AVAILABLE", "PRESENCE_AWAY", "PRESENCE_OFFLINE"] as const);
      return { ...at, agent: { id: pick(["anna", "ben", "carys"]), name: "Somebody", presence } };
    }
    if (live.length === 0 || random() < 0.25) {
      const call = { id: `CA${++born}`, sequence: 1 };
      live.push(call);
      const lookups = { crm: { pending: {} }, directory: { pending: {} } };
      const received = { id: call.id, caller: { number: "+442079460750" }, state: { greeting: {} }, lookups };
      return { ...at, call: { callId: call.id, sequence: 1, received } };
    }
    const call = pick(live);
    const named = { callId: call.id, sequence: ++call.sequence };
    if (random() < 0.25) {
      const lookup = pick([{ failed: { reason: "did not answer" } }, { notFound: {} }, { found: { profile: { name: "Priya" }, matches: 1 } }]);
      return { ...at, call: { ...named, lookedUp: { source: pick(["crm", "directory"]), lookup } } };
    }
    if (random() < 0.1) return { ...at, call: { ...named, agentDropped: {} } };
    const state = pick(states)();
    if (state.ended) live.splice(live.indexOf(call), 1);
    return { ...at, call: { ...named, entered: { state } } };
  }

  return Array.from({ length }, (_, index) => ({ event: { offset: String(index + 1), event: next() } }));
}

/** The same frames with some exchanged and one left out. */
export function shuffledFrom<T>(frames: readonly T[], seed: number): T[] {
  const random = chance(seed * 7919);
  const mixed = [...frames];
  for (let swap = 0; swap < 5; swap += 1) {
    const [one, other] = [Math.floor(random() * mixed.length), Math.floor(random() * mixed.length)];
    [mixed[one], mixed[other]] = [mixed[other]!, mixed[one]!];
  }
  mixed.splice(Math.floor(random() * mixed.length), 1);
  return mixed;
}
