/** What the page knows. Never changed in place: every frame makes a new one. */

import type { Clock, Entry, Leg, Phone, Settings, WireLine } from "./frame";

/** A line of the wire: a request, or something that was wrong without being one. */
export type WireItem = (WireLine & { key: string }) | Remark<"lost"> | Remark<"warning">;

interface Remark<Kind> {
  key: string;
  kind: Kind;
  at_ms: number;
  call: string | null;
  text: string;
}

export interface Model {
  /** Oldest first. */
  legs: ReadonlyMap<string, Leg>;
  /** What each leg saw, oldest first. */
  entries: ReadonlyMap<string, readonly Entry[]>;
  /** Oldest first. */
  wire: readonly WireItem[];
  /** Names the next line of the wire that has no number. */
  remarks: number;
  settings: Settings;
  clock: Clock;
  /** Virtual time when the last frame was made. */
  now_ms: number;
}

export const isLive = (leg: Leg): boolean => leg.ended_ms === null;

/** Who rang: those on the line, newest first, then those whose call is over. */
export function callers(model: Model): Leg[] {
  const all = [...model.legs.values()].filter((leg) => typeof leg.who === "object" && "caller" in leg.who).reverse();
  return [...all.filter(isLive), ...all.filter((leg) => !isLive(leg))];
}

export interface TablePhone extends Phone {
  /** Nobody put it on the table; somebody rang it. */
  stray: boolean;
  /** The calls that ring or run on it, oldest first. */
  legs: Leg[];
}

/** The phones of the table, and whatever else is being rung. */
export function phones(model: Model): TablePhone[] {
  const rung = [...model.legs.values()].filter(
    (leg) => isLive(leg) && leg.direction !== "inbound" && !leg.to.startsWith("client:"),
  );
  const known = model.settings.phones.map((phone) => ({
    ...phone,
    stray: false,
    legs: rung.filter((leg) => leg.to === phone.number),
  }));
  const numbers = new Set(known.map((phone) => phone.number));
  const others = new Set(rung.map((leg) => leg.to).filter((number) => !numbers.has(number)));
  const stray = [...others].map((number) => ({
    name: "Another phone",
    number,
    group: "Elsewhere",
    behaviour: { kind: "ring" } as const,
    stray: true,
    legs: rung.filter((leg) => leg.to === number),
  }));
  return [...known, ...stray];
}

/** Browsers of agents that are connected at the moment. */
export function browsers(model: Model): Leg[] {
  const isBrowser = (leg: Leg) => leg.to.startsWith("client:") || (typeof leg.who === "object" && "agent" in leg.who);
  return [...model.legs.values()].filter((leg) => isLive(leg) && isBrowser(leg));
}

/** Under their headings, in the order in which these first appear. */
export function grouped(all: TablePhone[]): [string, TablePhone[]][] {
  const groups = new Map<string, TablePhone[]>();
  for (const phone of all) groups.set(phone.group, [...(groups.get(phone.group) ?? []), phone]);
  return [...groups];
}
