/** A frame applied to what the page knew. */

import type { Entry, Frame, Leg } from "./frame";
import type { Model, WireItem } from "./model";

/** Older lines of the wire are in the HAR. */
const WIRE_KEPT = 1000;

/** Without a model only a frame that begins everything can be understood; any other gives nothing. */
export function reduce(known: Model | undefined, frame: Frame): Model | undefined {
  const settings = frame.settings ?? known?.settings;
  const clock = frame.clock ?? known?.clock;
  const before = frame.reset ? undefined : known;
  if ((!frame.reset && !known) || !settings || !clock) return undefined;

  const legs = legsAfter(before?.legs ?? new Map(), frame);
  const remarks = before?.remarks ?? 0;
  const noted = remarksOf(frame.timeline, remarks);
  return {
    legs,
    entries: entriesAfter(before?.entries ?? new Map(), frame.timeline, legs),
    wire: wireAfter(before?.wire ?? [], frame, noted),
    remarks: remarks + noted.length,
    settings,
    clock,
    now_ms: frame.now_ms,
  };
}

function legsAfter(before: ReadonlyMap<string, Leg>, frame: Frame): ReadonlyMap<string, Leg> {
  if (frame.whole) return new Map(frame.legs.map((leg) => [leg.id, leg]));
  if (frame.legs.length === 0 && frame.gone.length === 0) return before;
  const after = new Map(before);
  for (const leg of frame.legs) after.set(leg.id, leg);
  for (const id of frame.gone) after.delete(id);
  return after;
}

function entriesAfter(
  before: ReadonlyMap<string, readonly Entry[]>,
  news: readonly Entry[],
  legs: ReadonlyMap<string, Leg>,
): ReadonlyMap<string, readonly Entry[]> {
  const after = new Map([...before].filter(([leg]) => legs.has(leg)));
  for (const entry of news) {
    if (entry.leg === null || entry.who === "twilio" || !legs.has(entry.leg)) continue;
    after.set(entry.leg, [...(after.get(entry.leg) ?? []), entry]);
  }
  return after;
}

/** What belongs beside the requests: notifications that a fault swallowed, and documents with something wrong. */
function remarksOf(timeline: readonly Entry[], from: number): WireItem[] {
  const found: WireItem[] = [];
  for (const { at_ms, leg, what } of timeline) {
    if (typeof what !== "object") continue;
    const key = `remark-${from + found.length}`;
    if ("lost" in what) found.push({ key, kind: "lost", at_ms, call: leg, text: what.lost });
    if ("warning" in what) {
      const text = `${what.warning.code}: ${what.warning.text}`;
      found.push({ key, kind: "warning", at_ms, call: leg, text });
    }
  }
  return found;
}

function wireAfter(before: readonly WireItem[], frame: Frame, noted: WireItem[]): readonly WireItem[] {
  if (frame.wire.length === 0 && noted.length === 0) return before;
  const requests: WireItem[] = frame.wire.map((line) => ({ ...line, key: `request-${line.number}` }));
  // A remark stands behind the request of the same moment: it is about its answer.
  const news = [...requests, ...noted].sort((one, other) => one.at_ms - other.at_ms);
  return [...before, ...news].slice(-WIRE_KEPT);
}
