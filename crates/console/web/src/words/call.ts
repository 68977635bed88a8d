/** What is happening to a call, in words. */

import type { Answered } from "../api/commands";
import type { Agent, Ended, Office, Override, Party, State } from "../live/model";
import { capitalised } from "./caller";
import { phoneNumber } from "./number";
import { duration, wallTime } from "./time";

/** A call in a state that is not known here. */
export const NEWER = "Handled by a newer version";

export function partyName(party: Party, agents: ReadonlyMap<string, Agent>, home: string): string {
  switch (party.kind) {
    case "agent":
      return agentName(party.agentId, agents);
    case "office":
      return party.number ? `office phone ${phoneNumber(party.number, home)}` : "an office phone";
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
export function departure(state: State, ended: Ended | undefined, agents: ReadonlyMap<string, Agent>, home: string): string {
  if (ended) return endWords(ended, agents, home);
  switch (state.kind) {
    case "talking":
      return `With ${partyName(state.with, agents, home)}`;
    case "voicemail":
      return "Leaving a message";
    default:
      return "No longer waiting";
  }
}

export function endWords(ended: Ended, agents: ReadonlyMap<string, Agent>, home: string): string {
  // News of it may come after the end of the line, which then looks like a call that nobody answered.
  if (ended.call.messageSeconds !== undefined && !ended.talk) return messageWords(ended.call.messageSeconds);
  switch (ended.reason) {
    case "completed":
      return ended.talk
        ? `With ${partyName(ended.talk.with, agents, home)}, ${duration(ended.atMs - ended.talk.sinceMs)}`
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

/** "Open: closes today 18:00", "Closed: no hours on Sundays. Opens Monday 09:00". */
export function officeWords(office: Office): { state: string; why: string; until: string } {
  const until = capitalised(office.untilText);
  const reason = capitalised(office.reason);
  // Open needs no reason unless it is a surprise; the weekly hours are none.
  const plain = office.open && office.reason.startsWith("within ");
  return { state: office.open ? "Open" : "Closed", why: plain ? "" : reason, until };
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
