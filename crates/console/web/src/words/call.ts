/** What is happening to a call, in words. */

import type { Answered } from "../api/commands";
import type { Agent, Ended, Office, Override, Party, State } from "../live/model";
import { capitalised } from "./caller";
import { phoneNumber } from "./number";
import { duration, wallTime } from "./time";

/** A call in a state that is not known here. */
export const NEWER = "Handled by a newer version";

/** Who has a name here. */
export interface Names {
  agents: ReadonlyMap<string, Agent>;
  office: Office | undefined;
}

export function partyName(party: Party, names: Names, home: string): string {
  switch (party.kind) {
    case "agent":
      return agentName(party.agentId, names.agents);
    case "office":
      if (!party.number) return "an office phone";
      return names.office?.phones.get(party.number) || `office phone ${phoneNumber(party.number, home)}`;
    case "unknown":
      return "somebody";
  }
}

export function agentName(id: string, agents: ReadonlyMap<string, Agent>): string {
  return agents.get(id)?.name || id || "somebody";
}

/** In a list of colleagues the first name says enough. */
export function firstName(name: string): string {
  return name.split(/\s+/)[0] ?? name;
}

export function queueName(queue: string): string {
  return capitalised(queue.replaceAll(/[_-]/g, " "));
}

/** What became of a row that is no longer waiting. */
export function departure(state: State, ended: Ended | undefined, names: Names, home: string): string {
  if (ended) return endWords(ended, names, home);
  switch (state.kind) {
    case "talking":
      return `With ${partyName(state.with, names, home)}`;
    case "voicemail":
      return "Leaving a message";
    default:
      return "No longer waiting";
  }
}

export function endWords(ended: Ended, names: Names, home: string): string {
  // News of it may come after the end of the line, which then looks like a call that nobody answered.
  if (ended.call.messageSeconds !== undefined && !ended.talk) return messageWords(ended.call.messageSeconds);
  switch (ended.reason) {
    case "completed":
      return ended.talk
        ? `With ${partyName(ended.talk.with, names, home)}, ${duration(ended.atMs - ended.talk.sinceMs)}`
        : "Answered";
    case "abandoned":
      return ended.waitingSinceMs === undefined ? "Hung up" : `Hung up after ${duration(ended.atMs - ended.waitingSinceMs)}`;
    case "missed":
      return "Nobody answered";
    case "voicemail":
      return messageWords(0);
    case "closed":
      return "Rang while closed";
    case "hung_up_in_menu":
      return "Hung up in the menu";
    case "unheard":
      return "Over before we heard of it";
    case "unknown":
      return "Ended";
  }
}

function messageWords(seconds: number): string {
  return seconds > 0 ? `Left a message, ${duration(seconds * 1000)}` : "Left a message";
}

/** Why a press of Answer did not bring the call. */
export function answerWords(result: Exclude<Answered, { kind: "yours" }>): string {
  switch (result.kind) {
    case "taken":
      return `${firstName(result.by) === "an" ? "Somebody at an office phone" : firstName(result.by)} was faster`;
    case "ended":
      return "The caller hung up";
    case "not_waiting":
      return "No longer waiting";
    case "engaged":
      return "You are on a call";
    case "unavailable":
      return "You are away";
    case "failed":
      return "No answer. Try again";
  }
}

/** "Open: closes today 18:00", "Closed: no hours on Sundays. Opens Monday 09:00", "Closed by Amelia Frost: Fire drill". */
export function officeWords(office: Office): { state: string; why: string; until: string } {
  const until = capitalised(office.untilText);
  const reason = capitalised(office.reason);
  const [, word, rest] = /^(Opened|Closed) (by .*)$/s.exec(reason) ?? [];
  if (office.byHand && word && rest) return { state: word, why: rest, until };
  // Open needs no reason unless it is a surprise; the weekly hours are none.
  const plain = office.open && office.reason.startsWith("within ");
  return { state: office.open ? "Open" : "Closed", why: plain ? "" : reason, until };
}

/** What would be so without an override: "open Monday 09:00–18:00", "open all day Tuesday"; anything else as it came. */
export function otherwiseWords(otherwise: string): string {
  const [, day, from, to] = /^within (.+) (\d\d:\d\d)-(\d\d:\d\d)$/.exec(otherwise) ?? [];
  if (day) return from === "00:00" && to === "24:00" ? `open all day ${day}` : `open ${day} ${from}–${to}`;
  return otherwise.startsWith("outside ") ? `closed, ${otherwise}` : otherwise;
}

/** "Opened by Amelia Frost until 12:30: the storm is over". */
export function byHandWords(over: Override, nowMs: number, timeZone: string): string {
  const until = wallTime(over.untilMs, nowMs, timeZone);
  const reason = over.reason ? `: ${over.reason}` : "";
  return `${over.open ? "Opened" : "Closed"} by ${over.author || "somebody"} until ${until}${reason}`;
}

/** "Europe/London" is for machines. */
export function zoneName(zone: string): string {
  return (zone.split("/").pop() ?? zone).replaceAll("_", " ");
}
