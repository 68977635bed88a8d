/** Who is calling, in the words of a row and a card. */

import type { Call, Caller, Lookup, Profile } from "../live/model";
import { phoneNumber } from "./number";
import { customerSince } from "./time";

/** What the line itself tells. */
export function lineName(caller: Caller, home: string): string {
  switch (caller.kind) {
    case "number":
      return phoneNumber(caller.number, home);
    case "client":
      return caller.name;
    case "sip":
      return caller.address.replace(/^sips?:/, "");
    case "other":
      return caller.text || "Unknown number";
    case "withheld":
      return "Number withheld";
  }
}

/** The best that the sources know. */
export interface Known {
  profile: Profile;
  /** Certain: one record has this number. */
  how: "certain" | "several" | "maybe";
  others: number;
}

/** A certain answer before one of several, that before a "maybe"; among equals the first source by name. */
export function known(call: Call): Known | undefined {
  const ranks = { certain: 0, several: 1, maybe: 2 };
  let best: Known | undefined;
  for (const lookup of call.lookups.values()) {
    if (lookup.kind !== "found" || lookup.profile.name === "") continue;
    const how = lookup.matches === 1 ? "certain" : lookup.matches > 1 ? "several" : "maybe";
    if (!best || ranks[how] < ranks[best.how]) {
      best = { profile: lookup.profile, how, others: Math.max(0, lookup.matches - 1) };
    }
  }
  return best;
}

/** Whom no source knows. */
export const NEWCOMER = "New caller";

/** "gold" as a card says it, and since when: what a source writes as a day is read as a month. */
export function standing({ tier, since }: Profile): string {
  const month = customerSince(since);
  return [capitalised(tier), month && `customer since ${month}`].filter(Boolean).join(" · ");
}

/** The title of a row: a name, or what the line tells. */
export function title(call: Call): string {
  const best = known(call);
  if (!best) return lineName(call.caller, call.dialled);
  return best.how === "maybe" ? `Maybe ${best.profile.name}` : best.profile.name;
}

/** "ML"; empty when nobody is known. */
export function initials(call: Call): string {
  const best = known(call);
  if (!best || best.how === "maybe") return "";
  return initialsOf(best.profile.name);
}

export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const ends = words.length > 1 ? [words[0]!, words[words.length - 1]!] : words;
  return ends.map((word) => /\p{L}\p{M}*/u.exec(word)?.[0] ?? "").join("").toUpperCase();
}

/**
 * What stands after the title: where they belong, or how far the look-up is. Whoever was looked up has something there
 * from beginning to end, so that nothing takes its place. A source that could not say is named: its silence must not
 * read as "not known".
 */
export function aside(call: Call): string {
  const best = known(call);
  if (best) return best.profile.organisation || lineName(call.caller, call.dialled);
  if (isPending(call)) return "Looking up…";
  return failure(call) || (call.lookups.size > 0 ? NEWCOMER : "");
}

function isPending(call: Call): boolean {
  return [...call.lookups.values()].some(({ kind }) => kind === "pending");
}

function failure(call: Call): string {
  const failed = [...call.lookups].find(([, { kind }]) => kind === "failed");
  return failed ? sourceSays(...failed) : "";
}

/** One line of context. */
export function context(call: Call): string {
  const best = known(call);
  if (best) {
    const { summary, tier, since } = best.profile;
    const several = best.how === "several" ? `one of ${best.others + 1} with this number` : "";
    return [several, tier, summary || (since && `since ${customerSince(since)}`)].filter(Boolean).join(" · ");
  }
  return isPending(call) ? failure(call) : "";
}

/** "CRM did not answer". */
export function sourceSays(source: string, lookup: Lookup): string {
  return lookup.kind === "not_found" ? `Not found in ${sourceName(source)}` : `${sourceName(source)} ${lookupWords(lookup)}`;
}

export function lookupWords(lookup: Lookup): string {
  switch (lookup.kind) {
    case "pending":
      return "looking up…";
    case "found":
      if (lookup.matches === 0) return "possible match";
      return lookup.matches === 1 ? "found" : `found ${lookup.matches}`;
    case "not_found":
      return "not found";
    case "failed":
      return lookup.reason || "did not answer";
  }
}

/** What was asked for an earlier call is told apart: the source may know better by now, or not answer at all. */
export function memoryWords(saidAtMs: number, arrivedAtMs: number): string {
  const minutes = Math.floor(Math.max(0, arrivedAtMs - saidAtMs) / 60_000);
  return `from memory, ${minutes < 1 ? "less than a minute" : `${minutes} min`} old`;
}

/** Sources are named by settings: "crm" is an abbreviation, "directory" a word. */
export function sourceName(source: string): string {
  return source.length <= 3 ? source.toUpperCase() : capitalised(source.replaceAll(/[_-]/g, " "));
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A record can be opened only where a browser may safely go. */
export function recordLink(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}
