import { describe, expect, it } from "vitest";
import { parseFrame, type Frame } from "../src/live/frame";
import { browsers, callers, grouped, phones, type Model } from "../src/live/model";
import { reduce } from "../src/live/reduce";
import { CALLER, DESK, clock, entry, first, frame, leg, request, rung, settings } from "./samples";

function after(...frames: Frame[]): Model {
  const model = frames.reduce<Model | undefined>(reduce, undefined);
  if (!model) throw new Error("no model");
  return model;
}

describe("frames", () => {
  it("are let in whole or not at all", () => {
    expect(parseFrame(JSON.stringify(first()))).toEqual(first());
    const odd = ["", "{", "null", "[]", "{}", "1", JSON.stringify({ ...first(), settings: null }), JSON.stringify({ ...frame(), legs: {} })];
    for (const text of odd) expect(parseFrame(text), text).toBeUndefined();
  });

  it("mean nothing without the one that begins everything", () => {
    expect(reduce(undefined, frame({ legs: [leg("CA1")] }))).toBeUndefined();
    expect(reduce(undefined, first())?.settings).toBe(settings);
  });

  it("change what they name and leave the rest alone", () => {
    const before = after(first({ legs: [leg("CA1"), leg("CA2")], timeline: [entry("CA1", { pressed: "1" })] }));
    const model = after(first({ legs: [leg("CA1"), leg("CA2")] }), frame({ legs: [leg("CA2", { queue: "sales" })] }));
    expect(model.legs.get("CA2")?.queue).toBe("sales");
    expect(model.legs.get("CA1")).toEqual(leg("CA1"));
    expect(reduce(before, frame())?.legs).toBe(before.legs);
    const changed = reduce(before, frame({ timeline: [entry("CA1", { pressed: "2" })] }));
    expect(before.entries.get("CA1")).toHaveLength(1);
    expect(changed?.entries.get("CA1")).toHaveLength(2);
  });

  it("drop the legs that are gone, with what they saw", () => {
    const start = first({ legs: [leg("CA1"), leg("CA2")], timeline: [entry("CA1", "answered")] });
    const model = after(start, frame({ gone: ["CA1"] }));
    expect([...model.legs.keys()]).toEqual(["CA2"]);
    expect(model.entries.has("CA1")).toBe(false);
  });

  it("of a line that came back replace the legs and go on with the logs", () => {
    const start = first({ legs: [leg("CA1"), leg("CA2")], wire: [request(0)], timeline: [entry("CA2", "answered")] });
    const back = frame({ whole: true, legs: [leg("CA2"), leg("CA3")], wire: [request(1)], timeline: [entry("CA2", { pressed: "1" })] });
    const model = after(start, back);
    expect([...model.legs.keys()]).toEqual(["CA2", "CA3"]);
    expect(model.entries.get("CA2")).toHaveLength(2);
    expect(model.wire.map((item) => item.key)).toEqual(["request-0", "request-1"]);
  });

  it("begin everything again when they say so", () => {
    const model = after(
      first({ legs: [leg("CA1")], wire: [request(0)], timeline: [entry("CA1", "answered")] }),
      first({ legs: [leg("CA9")], wire: [request(7)] }),
    );
    expect([...model.legs.keys()]).toEqual(["CA9"]);
    expect(model.entries.size).toBe(0);
    expect(model.wire).toHaveLength(1);
  });

  it("keep settings and clock until others come", () => {
    const faster = { ...clock, speed: 20 };
    const model = after(first(), frame({ clock: faster }), frame({ now_ms: 9_000 }));
    expect(model.clock).toEqual(faster);
    expect(model.settings).toBe(settings);
    expect(model.now_ms).toBe(9_000);
  });

  it("cut anywhere and told again as a whole give the same", () => {
    const legs = ["CA1", "CA2", "CA3"].map((id) => leg(id));
    const steps = Array.from({ length: 30 }, (_, index) =>
      frame({
        legs: [{ ...legs[index % 3]!, queue: `q${index}` }],
        timeline: [entry(`CA${(index % 3) + 1}`, { pressed: String(index) })],
        wire: [request(index)],
      }),
    );
    const straight = after(first({ legs }), ...steps);
    for (let cut = 1; cut < steps.length; cut += 1) {
      const missed = steps.slice(cut);
      const gap = frame({
        whole: true,
        legs: [...straight.legs.values()],
        timeline: missed.flatMap((step) => step.timeline),
        wire: missed.flatMap((step) => step.wire),
      });
      expect(after(first({ legs }), ...steps.slice(0, cut), gap)).toEqual(straight);
    }
  });
});

describe("the wire", () => {
  it("holds remarks behind the request that they are about", () => {
    const warning = entry("CA1", { warning: { code: 12100, text: "Document parse failure" } }, 1_000);
    const lost = entry(null, { lost: "POST /status" }, 1_001);
    const model = after(first({ wire: [request(0), request(1)], timeline: [lost, { ...warning, who: "twilio" }] }));
    expect(model.wire.map((item) => item.kind)).toEqual(["webhook", "warning", "webhook", "lost"]);
    const more = after(first({ timeline: [lost] }), frame({ timeline: [lost] }));
    expect(new Set(more.wire.map((item) => item.key)).size).toBe(2);
  });

  it("forgets the oldest", () => {
    const many = Array.from({ length: 1_200 }, (_, number) => request(number));
    const model = after(first({ wire: many.slice(0, 600) }), frame({ wire: many.slice(600) }));
    expect(model.wire).toHaveLength(1_000);
    expect(model.wire[0]?.key).toBe("request-200");
  });
});

describe("the table", () => {
  it("has callers on the line first", () => {
    const over = leg("CA3", { ended_ms: 4_000, status: "completed" });
    const model = after(first({ legs: [leg("CA1"), leg("CA2"), over, rung("CA4", DESK)] }));
    expect(callers(model).map((one) => one.id)).toEqual(["CA2", "CA1", "CA3"]);
  });

  it("shows each phone with its calls, and strangers that are rung", () => {
    const other = "+441632960999";
    const model = after(first({ legs: [rung("CA1", DESK), rung("CA2", other), rung("CA3", DESK, { ended_ms: 4_000 })] }));
    const all = phones(model);
    expect(all.map((phone) => [phone.number, phone.legs.map((one) => one.id), phone.stray])).toEqual([
      [DESK, ["CA1"], false],
      [other, ["CA2"], true],
    ]);
    expect(grouped(all).map(([group, members]) => [group, members.length])).toEqual([
      ["Office phones", 1],
      ["Elsewhere", 1],
    ]);
  });

  it("shows browsers while they are connected, however they came", () => {
    const connected = leg("CA1", { who: { agent: "carys" }, from: "client:carys", to: "" });
    const dialled = rung("CA2", "client:amelia", { who: { agent: "amelia" } });
    const gone = leg("CA3", { who: { agent: "bashir" }, ended_ms: 4_000 });
    const model = after(first({ legs: [connected, dialled, gone, leg("CA4", { from: CALLER })] }));
    expect(browsers(model).map((one) => one.id)).toEqual(["CA1", "CA2"]);
    expect(phones(model).filter((phone) => phone.stray)).toEqual([]);
  });
});
