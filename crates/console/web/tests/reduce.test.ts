import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { EventJson, LiveSnapshotJson } from "../src/gen/switchboard/v1/events_pb";
import type { ServerFrameJson } from "../src/gen/switchboard/v1/frames_pb";
import type { Live } from "../src/live/reduce";
import { NOTHING, reduce } from "../src/live/reduce";
import { readCall } from "../src/live/read";
import { history, shuffledFrom } from "./history";

const EXAMPLES = fileURLToPath(new URL("../../../../proto/examples", import.meta.url));

function samples<T>(message: string): [string, T][] {
  const folder = `${EXAMPLES}/${message}`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => [name, JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as T]);
}

function fold(live: Live, ...frames: ServerFrameJson[]): Live {
  return frames.reduce((state, frame) => reduce(state, frame)[0], live);
}

/** What a snapshot would hold: without what only a page that watched can know. */
function core({ position, calls, agents }: Live) {
  return { position, calls: Object.fromEntries(calls), agents: Object.fromEntries(agents) };
}

const snapshot = (offset = "0", rest: LiveSnapshotJson = {}): ServerFrameJson => ({
  snapshot: { epoch: "one", offset, ...rest },
});
const event = (offset: number, what: EventJson): ServerFrameJson => ({ event: { offset: String(offset), event: what } });

/** What changes nothing that a screen shows. */
const UNSEEN = ["legMoved", "claimBound", "officeReached", "agentDropped"];

describe("the samples of the contract", () => {
  const received = samples<EventJson>("Event").find(([name]) => name === "received-number.json")![1];

  it.each(samples<LiveSnapshotJson>("LiveSnapshot"))("LiveSnapshot/%s is folded whole", (_, sample) => {
    const live = fold(NOTHING, { snapshot: sample });
    expect(live.calls.size).toBe(sample.calls?.length ?? 0);
    expect(live.agents.size).toBe(sample.agents?.length ?? 0);
    for (const call of live.calls.values()) expect(call.state.kind).not.toBe("unknown");
  });

  it("LiveSnapshot/a-busy-moment.json says what it says", () => {
    const busy = samples<LiveSnapshotJson>("LiveSnapshot").find(([name]) => name === "a-busy-moment.json")![1];
    const { calls, agents, position } = fold(NOTHING, { snapshot: busy });
    expect(position?.offset).toBe(4711);
    const [talking, withheld, message] = [...calls.values()];
    expect(talking).toMatchObject({
      caller: { kind: "number", number: "+442079460750" },
      state: { kind: "talking", with: { kind: "agent", agentId: "amelia" }, hold: true, agentLeftMs: 1784023288000 },
    });
    expect(talking?.lookups.get("crm")).toMatchObject({ kind: "found", matches: 1, profile: { name: "Priya Raman" } });
    expect(talking?.lookups.get("directory")).toEqual({ kind: "not_found" });
    expect(withheld).toMatchObject({ caller: { kind: "withheld" }, state: { kind: "queued" } });
    expect(message).toMatchObject({ state: { kind: "voicemail", why: "no_answer" }, messageSeconds: 12 });
    expect(agents.get("dylan")).toMatchObject({ presence: "offline", answersOnPhone: true });
  });

  it.each(samples<EventJson>("Event"))("Event/%s is understood", (_, sample) => {
    const before = fold(NOTHING, snapshot(), event(1, received));
    const { received: arrives } = sample.call ?? {};
    const gone = sample.agent?.removed ? [{ id: sample.agent.id! }] : undefined;
    const known = gone ? fold(NOTHING, snapshot("1", { agents: gone })) : arrives ? fold(NOTHING, snapshot("1")) : before;
    const [live, outcome] = reduce(known, event(2, sample));
    expect(outcome).toBe("changed");
    // What follows from a change of the hours, a frame of its own tells.
    if (!sample.hours && !UNSEEN.some((kind) => sample.call && kind in sample.call)) {
      expect({ ...core(live), position: 0 }).not.toEqual({ ...core(known), position: 0 });
    }
    for (const call of live.calls.values()) expect(call.state.kind).not.toBe("unknown");
    for (const { reason } of live.ended) expect(reason).not.toBe("unknown");
    for (const agent of live.agents.values()) expect(agent.presence).not.toBe("unknown");
  });

  it("ServerFrame/office-opened-by-hand.json says who opened, until when, and what would be so without", () => {
    const byHand = samples<ServerFrameJson>("ServerFrame").find(([name]) => name === "office-opened-by-hand.json")![1];
    expect(fold(NOTHING, byHand).office).toMatchObject({
      open: true,
      byHand: { id: "8d1f0c52a9b74e36", open: true, untilMs: 1784030400000, author: "Amelia Frost", reason: "The storm is over" },
      otherwise: "outside Tuesday's hours",
    });
  });

  it.each(samples<ServerFrameJson>("ServerFrame"))("ServerFrame/%s is taken", (_, sample) => {
    expect(() => reduce(NOTHING, sample)).not.toThrow();
  });
});

describe("positions", () => {
  const away: EventJson = { atMs: "1", agent: { id: "ben", name: "Ben", presence: "PRESENCE_AWAY" } };

  it("takes the next event only", () => {
    const live = fold(NOTHING, snapshot("10"));
    expect(reduce(live, event(11, away))[1]).toBe("changed");
    expect(reduce(live, event(10, away))).toEqual([live, "known"]);
    expect(reduce(live, event(12, away))).toEqual([live, "gap"]);
  });

  it("refuses events without a snapshot, and after a reset", () => {
    expect(reduce(NOTHING, event(1, away))[1]).toBe("gap");
    const live = fold(NOTHING, snapshot("10"), { reset: { reason: "RESET_REASON_TOO_OLD" } });
    expect(live.position).toBeUndefined();
    expect(reduce(live, event(11, away))[1]).toBe("gap");
  });

  it("keeps showing what it knew until the snapshot after a reset", () => {
    const live = fold(NOTHING, snapshot("10", { agents: [{ id: "ben", name: "Ben" }] }), { reset: {} });
    expect(live.agents.size).toBe(1);
    expect(fold(live, snapshot("99")).agents.size).toBe(0);
  });

  it("forgets an agent who was removed, and knows them again when they are let in", () => {
    const there: EventJson = { atMs: "1", agent: { id: "ben", name: "Ben", presence: "PRESENCE_AVAILABLE" } };
    const gone: EventJson = { atMs: "2", agent: { id: "ben", name: "Ben", presence: "PRESENCE_OFFLINE", removed: true } };
    const live = fold(NOTHING, snapshot("10"), event(11, there), event(12, gone));
    expect(live.agents.size).toBe(0);
    expect(fold(live, event(13, there)).agents.get("ben")?.presence).toBe("available");
  });

  it("does not resume under another epoch", () => {
    const live = fold(NOTHING, snapshot("10"));
    const hello = (epoch: string) => ({ hello: { resumed: true, position: { epoch, offset: "12" } } });
    expect(reduce(live, hello("one"))[1]).toBe("known");
    expect(reduce(live, hello("two"))[1]).toBe("gap");
  });

  it("survives what a newer server says", () => {
    const strange = { atMs: "5", call: { callId: "CA1", sequence: 2, transferred: { to: "x" } } } as EventJson;
    const live = fold(NOTHING, snapshot("1", { calls: [{ id: "CA1", state: { onTheMoon: {} } as object }] }));
    expect(live.calls.get("CA1")?.state.kind).toBe("unknown");
    expect(fold(live, event(2, strange)).position?.offset).toBe(2);
  });
});

describe("any history", () => {
  const seeds = Array.from({ length: 40 }, (_, index) => index + 1);

  it.each(seeds)("with every frame sent twice is the same, seed %i", (seed) => {
    const frames = history(seed, 120);
    const once = fold(NOTHING, snapshot(), ...frames);
    const twice = fold(NOTHING, snapshot(), ...frames.flatMap((frame) => [frame, frame]));
    expect(twice).toEqual(once);
  });

  it.each(seeds)("cut after every n-th frame and resumed with an overlap is the same, seed %i", (seed) => {
    const frames = history(seed, 120);
    const whole = fold(NOTHING, snapshot(), ...frames);
    for (let cut = 1; cut <= frames.length; cut += 7) {
      let live = fold(NOTHING, snapshot());
      for (let at = 0; at < frames.length; at += cut) {
        // The server resumes from the position that is known; some of it was on its way already.
        const from = Math.max(0, (live.position?.offset ?? 0) - 3);
        live = fold(live, ...frames.slice(from, at + cut));
      }
      expect(live).toEqual(whole);
    }
  });

  it.each(seeds)("with a hole or out of order never gets past it, seed %i", (seed) => {
    const frames = history(seed, 60);
    const whole = fold(NOTHING, snapshot(), ...frames);
    const live = fold(NOTHING, snapshot(), ...shuffledFrom(frames, seed));
    const reached = live.position!.offset;
    expect(live).toEqual(fold(NOTHING, snapshot(), ...frames.slice(0, reached)));
    expect(fold(live, ...frames)).toEqual(whole);
  });

  it.each(seeds)("entered by a snapshot in the middle ends the same, seed %i", (seed) => {
    const frames = history(seed, 120);
    const whole = fold(NOTHING, snapshot(), ...frames);
    const half = fold(NOTHING, snapshot(), ...frames.slice(0, 60));
    // The page that joins late knows the same calls; only what it did not see itself is missing.
    const late: Live = { ...NOTHING, position: half.position, calls: half.calls, agents: half.agents };
    expect(core(fold(late, ...frames.slice(60)))).toEqual(core(whole));
  });
});

describe("what was seen", () => {
  const received = (id: string): EventJson => ({ atMs: "1", call: { callId: id, sequence: 1, received: { id, state: { queued: {} } } } });
  const entered = (id: string, state: object): EventJson => ({ atMs: "2", call: { callId: id, sequence: 2, entered: { state } } });
  const ended = (reason: string) => ({ ended: { reason: `END_REASON_${reason}`, atMs: "2" } });
  const talking = { talking: { with: { agent: { agentId: "ben" } }, sinceMs: "1" } };

  function seen(...events: EventJson[]) {
    const { answered, missed, messages } = fold(NOTHING, snapshot(), ...events.map((one, at) => event(at + 1, one))).seen;
    return [answered.size, missed.size, messages.size];
  }

  it("is counted however many there are", () => {
    const many = Array.from({ length: 204 }, (_, index) => `CA${index}`);
    expect(seen(...many.flatMap((id) => [received(id), entered(id, ended("ABANDONED"))]))).toEqual([0, 204, 0]);
  });

  it("is answered from the first word on, and once", () => {
    expect(seen(received("a"), entered("a", talking))).toEqual([1, 0, 0]);
    expect(seen(received("a"), entered("a", talking), entered("a", { queued: {} }), entered("a", talking), entered("a", ended("COMPLETED")))).toEqual([1, 0, 0]);
    expect(seen(received("a"), entered("a", talking), entered("a", { queued: {} }), entered("a", ended("ABANDONED")))).toEqual([0, 1, 0]);
  });

  it("is a message when one is found after the end", () => {
    const recorded: EventJson = { atMs: "3", call: { callId: "a", sequence: 3, recorded: { id: "RE1", seconds: 3 } } };
    expect(seen(received("a"), entered("a", ended("MISSED")), recorded)).toEqual([0, 0, 1]);
  });

  it("has a gap where a snapshot came in place of events", () => {
    expect(fold(NOTHING, snapshot()).seen.gaps).toBe(false);
    expect(fold(NOTHING, snapshot(), { reset: {} }, snapshot("9")).seen.gaps).toBe(true);
  });
});

describe("a call", () => {
  it("keeps its sources in one order, whichever answers first", () => {
    const call = readCall({ id: "CA1", lookups: { zendesk: { pending: {} }, crm: { pending: {} } } });
    expect([...call.lookups.keys()]).toEqual(["crm", "zendesk"]);
  });

  it("that ended is remembered with who had talked, and its late message", () => {
    const [, received] = samples<EventJson>("Event").find(([name]) => name === "received-number.json")!;
    const id = received.call!.callId!;
    const call = (what: object) => ({ atMs: "9000", call: { callId: id, sequence: 2, ...what } }) as EventJson;
    const talking = { entered: { state: { talking: { with: { agent: { agentId: "ben" } }, sinceMs: "4000" } } } };
    const ended = { entered: { state: { ended: { reason: "END_REASON_COMPLETED", atMs: "9000" } } } };
    const live = fold(
      NOTHING,
      snapshot(),
      event(1, received),
      event(2, call(talking)),
      event(3, call(ended)),
      event(4, call({ recorded: { id: "RE1", seconds: 12 } })),
    );
    expect(live.calls.size).toBe(0);
    expect(live.ended[0]).toMatchObject({
      reason: "completed",
      talk: { with: { kind: "agent", agentId: "ben" }, sinceMs: 4000 },
      call: { messageSeconds: 12 },
    });
  });
});
