/**
 * Snapshot and events to what is live now: a pure function.
 *
 * An event that is known already changes nothing. One that leaves a hole is refused: whoever holds the line asks
 * again from the position that is known, so that nothing is ever shown that skipped an event.
 */

import type { AgentJson } from "../gen/switchboard/v1/call_pb";
import type { CallEventJson, LiveSnapshotJson } from "../gen/switchboard/v1/events_pb";
import type { ServerFrameJson, StreamEventJson } from "../gen/switchboard/v1/frames_pb";
import type { Agent, Call, Ended, Lookup, Office, Position } from "./model";
import { waitingOf } from "./model";
import { number, readAgent, readCall, readLookup, readOffice, readState, sorted, text } from "./read";

export interface Live {
  /** None before the first snapshot, and after a reset. */
  position: Position | undefined;
  calls: ReadonlyMap<string, Call>;
  agents: ReadonlyMap<string, Agent>;
  office: Office | undefined;
  /** Whether there was a snapshot yet. */
  began: boolean;
  /** Calls that ended while this page watched, the latest first. */
  ended: readonly Ended[];
  /** What became of the calls that this page watched. */
  seen: Seen;
  /** When sources answered while this page watched: by call, by source. */
  heard: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * Calls that this page saw answered or end, each in one of the sets. They are counted apart from the list of those that
 * ended, because that one is kept short; a message may still come for a call that was missed.
 */
export interface Seen {
  /** Somebody talks or talked with them. */
  answered: ReadonlySet<string>;
  missed: ReadonlySet<string>;
  messages: ReadonlySet<string>;
  /** Something may have happened that nobody told this page: a snapshot came in place of the events. */
  gaps: boolean;
}

/** What came of a frame. */
export type Outcome = "changed" | "known" | "gap";

/** So many ended calls are kept. */
const KEPT = 50;

export const NOTHING: Live = {
  position: undefined,
  began: false,
  calls: new Map(),
  agents: new Map(),
  office: undefined,
  ended: [],
  seen: { answered: new Set(), missed: new Set(), messages: new Set(), gaps: false },
  heard: new Map(),
};

export function reduce(live: Live, frame: ServerFrameJson): [Live, Outcome] {
  if (frame.snapshot) return [snapshot(live, frame.snapshot), "changed"];
  if (frame.event) return event(live, frame.event);
  // What is shown stays until the snapshot replaces it; it can only not be resumed from.
  if (frame.reset) return [{ ...live, position: undefined }, "changed"];
  if (frame.office) return [{ ...live, office: readOffice(frame.office) }, "changed"];
  // A stream under another name has other numbers: its events must not be folded into this state.
  if (frame.hello?.resumed && text(frame.hello.position?.epoch) !== live.position?.epoch) return [live, "gap"];
  return [live, "known"];
}

function snapshot(live: Live, message: LiveSnapshotJson): Live {
  const calls = new Map((message.calls ?? []).map(readCall).map((call) => [call.id, call]));
  return {
    ...live,
    position: { epoch: text(message.epoch), offset: number(message.offset) },
    calls,
    agents: new Map((message.agents ?? []).map(readAgent).map((agent) => [agent.id, agent])),
    heard: new Map([...live.heard].filter(([id]) => calls.has(id))),
    seen: live.began ? { ...live.seen, gaps: true } : live.seen,
    began: true,
  };
}

function event(live: Live, message: StreamEventJson): [Live, Outcome] {
  if (!live.position) return [live, "gap"];
  const offset = number(message.offset);
  if (offset <= live.position.offset) return [live, "known"];
  if (offset !== live.position.offset + 1) return [live, "gap"];
  const next = { ...live, position: { epoch: live.position.epoch, offset } };
  const { agent, call, atMs } = message.event ?? {};
  if (agent) return [{ ...next, agents: changed(live.agents, agent) }, "changed"];
  return [call ? called(next, call, number(atMs)) : next, "changed"];
}

/** An agent as they are now, or without one who is no agent any more. */
function changed(agents: Live["agents"], agent: AgentJson): Live["agents"] {
  const after = new Map(agents);
  if (agent.removed) after.delete(text(agent.id));
  else after.set(text(agent.id), readAgent(agent));
  return after;
}

function called(live: Live, message: CallEventJson, atMs: number): Live {
  const id = text(message.callId);
  const before = live.calls.get(id);
  if (message.received) return before ? live : put(live, readCall(message.received));
  // Of a call that ended, only the message can still come.
  if (!before) return message.recorded ? recorded(live, id, number(message.recorded.seconds)) : live;
  if (message.entered) {
    return entered(live, before, { ...before, state: readState(message.entered.state), enteredAtMs: atMs });
  }
  if (message.lookedUp) {
    return looked(live, before, text(message.lookedUp.source), readLookup(message.lookedUp.lookup), atMs);
  }
  if (message.claimBound?.untilMs !== undefined && before.state.kind === "claimed") {
    return put(live, { ...before, state: { ...before.state, untilMs: number(message.claimBound.untilMs) } });
  }
  if (message.agentDropped && before.state.kind === "talking") {
    return put(live, { ...before, state: { ...before.state, agentLeftMs: atMs } });
  }
  if (message.recorded) return put(live, { ...before, messageSeconds: number(message.recorded.seconds) });
  return live;
}

function put(live: Live, call: Call): Live {
  return { ...live, calls: new Map(live.calls).set(call.id, call) };
}

function entered(live: Live, before: Call, call: Call): Live {
  if (call.state.kind === "talking") return put(became(live, call.id, "answered"), call);
  if (call.state.kind !== "ended") return put(live, call);
  const { reason, atMs } = call.state;
  const calls = new Map(live.calls);
  calls.delete(call.id);
  const heard = new Map(live.heard);
  heard.delete(call.id);
  const talk = before.state.kind === "talking" ? { with: before.state.with, sinceMs: before.state.sinceMs } : undefined;
  const ended: Ended = { call, reason, atMs, talk, waitingSinceMs: waitingOf(before.state)?.sinceMs };
  const next = { ...live, calls, heard, ended: [ended, ...live.ended].slice(0, KEPT) };
  const outcome = outcomeOf(ended);
  return outcome ? became(next, call.id, outcome) : next;
}

/** How a call is counted that is over; some are not. */
function outcomeOf({ call, reason }: Ended): "answered" | "missed" | "messages" | undefined {
  if (reason === "voicemail" || call.messageSeconds !== undefined) return "messages";
  if (reason === "completed") return "answered";
  return reason === "missed" || reason === "abandoned" ? "missed" : undefined;
}

function became(live: Live, id: string, outcome: "answered" | "missed" | "messages"): Live {
  const { answered, missed, messages, gaps } = live.seen;
  if (live.seen[outcome].has(id)) return live;
  const seen = { answered: new Set(answered), missed: new Set(missed), messages: new Set(messages), gaps };
  for (const set of [seen.answered, seen.missed, seen.messages]) set.delete(id);
  seen[outcome].add(id);
  return { ...live, seen };
}

function looked(live: Live, before: Call, source: string, lookup: Lookup, atMs: number): Live {
  const lookups = sorted([...before.lookups].filter(([name]) => name !== source).concat([[source, lookup]]));
  const heard = new Map(live.heard).set(before.id, new Map(live.heard.get(before.id)).set(source, atMs));
  return { ...put(live, { ...before, lookups }), heard };
}

function recorded(live: Live, id: string, seconds: number): Live {
  const ended = live.ended.map((one) =>
    one.call.id === id ? { ...one, call: { ...one.call, messageSeconds: seconds } } : one,
  );
  return became({ ...live, ended }, id, "messages");
}
