/**
 * From the wire's JSON to the page's own values.
 *
 * What is empty is absent there, and what a newer server says may be unknown here: every field is read as if it could
 * be missing or strange, and what this page does not know becomes "unknown". The types are generated from `proto/`;
 * its runtime is left out, because it is twice the size of the whole page.
 */

import type {
  AgentJson,
  CallJson,
  CallStateJson,
  CallerJson,
  EndReasonJson,
  LookupJson,
  PartyJson,
  PresenceJson,
  VoicemailReasonJson,
  WaitingJson,
} from "../gen/switchboard/v1/call_pb";
import type { OfficeStateJson } from "../gen/switchboard/v1/frames_pb";
import type { OverrideJson } from "../gen/switchboard/v1/hours_pb";
import type { Agent, Call, Caller, EndReason, Lookup, Office, Override, Party, Presence, State, Waiting } from "./model";

export function readCall(call: CallJson): Call {
  return {
    id: text(call.id),
    caller: readCaller(call.caller),
    dialled: text(call.dialled),
    arrivedAtMs: number(call.arrivedAtMs),
    state: readState(call.state),
    enteredAtMs: number(call.enteredAtMs),
    lookups: sorted(Object.entries(call.lookups ?? {}).map(([source, lookup]) => [source, readLookup(lookup)])),
    messageSeconds: call.recording ? number(call.recording.seconds) : undefined,
  };
}

/** Sources always stand in the same order, whichever answers first: nothing else moves. */
export function sorted(lookups: [string, Lookup][]): ReadonlyMap<string, Lookup> {
  return new Map(lookups.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)));
}

export function readCaller(caller: CallerJson | undefined): Caller {
  if (caller?.number !== undefined) return { kind: "number", number: text(caller.number) };
  if (caller?.client !== undefined) return { kind: "client", name: text(caller.client) };
  if (caller?.sip !== undefined) return { kind: "sip", address: text(caller.sip) };
  if (caller?.other !== undefined) return { kind: "other", text: text(caller.other) };
  return { kind: "withheld" };
}

export function readState(state: CallStateJson | undefined): State {
  if (state?.greeting) return { kind: "greeting" };
  if (state?.closed) return { kind: "closed" };
  if (state?.queued) return { kind: "queued", waiting: place(state.queued.waiting) };
  if (state?.claimed) {
    const { waiting, claim, untilMs } = state.claimed;
    return { kind: "claimed", waiting: place(waiting), agentId: text(claim?.agentId), untilMs: number(untilMs) };
  }
  if (state?.connecting) {
    const { waiting, claim } = state.connecting;
    return { kind: "connecting", waiting: place(waiting), agentId: text(claim?.agentId) };
  }
  if (state?.ringingOffice) {
    const { waiting, ring } = state.ringingOffice;
    return { kind: "ringing", waiting: place(waiting), round: number(ring?.round) };
  }
  if (state?.talking) {
    const { waiting, sinceMs, hold, agentLeftMs } = state.talking;
    return {
      kind: "talking",
      waiting: waiting && place(waiting),
      with: readParty(state.talking.with),
      sinceMs: number(sinceMs),
      hold: hold === true,
      agentLeftMs: agentLeftMs === undefined ? undefined : number(agentLeftMs),
    };
  }
  if (state?.voicemail) return { kind: "voicemail", why: WHY.get(state.voicemail.why) ?? "unknown" };
  if (state?.ended) {
    return { kind: "ended", reason: ENDS.get(state.ended.reason) ?? "unknown", atMs: number(state.ended.atMs) };
  }
  return { kind: "unknown" };
}

export function readLookup(lookup: LookupJson | undefined): Lookup {
  const read = readAnswer(lookup);
  return lookup?.saidAtMs === undefined ? read : { ...read, saidAtMs: number(lookup.saidAtMs) };
}

function readAnswer(lookup: LookupJson | undefined): Lookup {
  if (lookup?.found) {
    const { profile, matches } = lookup.found;
    return {
      kind: "found",
      matches: number(matches),
      profile: {
        name: text(profile?.name),
        organisation: text(profile?.organisation),
        tier: text(profile?.tier),
        since: text(profile?.since),
        summary: text(profile?.summary),
        recordUrl: text(profile?.recordUrl),
        extra: Object.entries(profile?.extra ?? {})
          .map(([label, value]): [string, string] => [label, text(value)])
          .sort(([one], [other]) => (one < other ? -1 : 1)),
      },
    };
  }
  if (lookup?.notFound) return { kind: "not_found" };
  if (lookup?.failed) return { kind: "failed", reason: text(lookup.failed.reason) };
  return { kind: "pending" };
}

export function readAgent(agent: AgentJson): Agent {
  return {
    id: text(agent.id),
    name: text(agent.name),
    presence: PRESENCES.get(agent.presence) ?? "unknown",
    engagedCallId: text(agent.engagedCallId),
    answersOnPhone: agent.answersOnPhone === true,
  };
}

export function readOffice(office: OfficeStateJson): Office {
  return {
    open: office.open === true,
    reason: text(office.reason),
    untilText: text(office.untilText),
    timeZone: text(office.timeZone),
    byHand: office.byHand && readOverride(office.byHand),
    otherwise: text(office.otherwise),
    name: text(office.name),
    phones: new Map(Object.entries(office.phones ?? {}).map(([number, name]) => [number, text(name)])),
  };
}

function readOverride(over: OverrideJson): Override {
  return {
    id: text(over.id),
    open: over.open === true,
    untilMs: number(over.untilMs),
    reason: text(over.reason),
    author: text(over.author),
  };
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** 64-bit integers travel as texts; milliseconds and offsets stay far below 2^53. */
export function number(value: unknown): number {
  const read = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof read === "number" && Number.isFinite(read) ? read : 0;
}

function place(waiting: WaitingJson | undefined): Waiting {
  return {
    queue: text(waiting?.queue),
    sinceMs: number(waiting?.sinceMs),
    deadlineMs: number(waiting?.deadlineMs),
    front: waiting?.front === true,
  };
}

function readParty(party: PartyJson | undefined): Party {
  if (party?.agent) return { kind: "agent", agentId: text(party.agent.agentId) };
  if (party?.office) return { kind: "office", number: text(party.office.number) };
  return { kind: "unknown" };
}

const WHY = new Map<VoicemailReasonJson | undefined, "closed" | "no_answer" | "asked">([
  ["VOICEMAIL_REASON_CLOSED", "closed"],
  ["VOICEMAIL_REASON_NO_ANSWER", "no_answer"],
  ["VOICEMAIL_REASON_ASKED", "asked"],
]);

const ENDS = new Map<EndReasonJson | undefined, EndReason>([
  ["END_REASON_HUNG_UP_IN_MENU", "hung_up_in_menu"],
  ["END_REASON_CLOSED", "closed"],
  ["END_REASON_ABANDONED", "abandoned"],
  ["END_REASON_MISSED", "missed"],
  ["END_REASON_VOICEMAIL", "voicemail"],
  ["END_REASON_COMPLETED", "completed"],
  ["END_REASON_UNKNOWN", "unheard"],
]);

const PRESENCES = new Map<PresenceJson | undefined, Presence>([
  ["PRESENCE_AVAILABLE", "available"],
  ["PRESENCE_AWAY", "away"],
  ["PRESENCE_OFFLINE", "offline"],
]);
