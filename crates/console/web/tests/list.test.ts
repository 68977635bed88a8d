import { describe, expect, it } from "vitest";
import { arrange, urgency, waitingOrder } from "../src/live/list";
import { readCall } from "../src/live/read";
import { chance } from "./history";

function call(id: string, sinceMs: number, state = "queued", front = false) {
  const waiting = { queue: "support", sinceMs: String(sinceMs), deadlineMs: String(sinceMs + 180_000), front };
  return readCall({ id, state: { [state]: { waiting } } });
}

describe("the order", () => {
  it("is longest wait first, after whoever was promised the front", () => {
    const calls = [call("c", 30), call("a", 10), call("d", 90, "queued", true), call("b", 20, "ringingOffice"), call("t", 1, "talking")];
    expect(waitingOrder(calls).map(({ id }) => id)).toEqual(["d", "a", "b", "c"]);
  });
});

describe("a list under a pointer", () => {
  it("moves no row, whatever comes and goes", () => {
    const random = chance(7);
    let shown: readonly string[] = ["a", "b", "c"];
    for (let step = 0; step < 200; step += 1) {
      const wanted = [..."abcdefgh"].filter((id) => id === "b" || random() < 0.5);
      const next = arrange(shown, wanted, true);
      // What was there stands where it stood; what is new stands below it or is held back.
      expect(next.shown.slice(0, shown.length)).toEqual(shown);
      const last = Math.max(...wanted.map((id, at) => (shown.includes(id) ? at : -1)));
      expect(next.shown.slice(shown.length)).toEqual(wanted.slice(last + 1));
      expect(next.fresh).toBe(wanted.slice(0, last).filter((id) => !shown.includes(id)).length);
      shown = next.shown;
    }
  });

  it("shows everything once it is left", () => {
    expect(arrange(["a", "b"], ["b", "c"], false)).toEqual({ shown: ["b", "c"], fresh: 0 });
  });

  it("holds nobody back when there is nobody left to press for", () => {
    expect(arrange(["a"], ["c"], true)).toEqual({ shown: ["c"], fresh: 0 });
    expect(arrange([], ["c"], true)).toEqual({ shown: ["c"], fresh: 0 });
  });
});

describe("the bar", () => {
  it("is amber past two thirds, and full when the office rings", () => {
    expect(urgency(call("a", 0), 60_000)).toEqual({ level: "calm", share: 1 / 3 });
    expect(urgency(call("a", 0), 120_000).level).toBe("soon");
    expect(urgency(call("a", 0), 999_000)).toEqual({ level: "soon", share: 1 });
    expect(urgency(call("a", 0, "ringingOffice"), 0)).toEqual({ level: "ringing", share: 1 });
    expect(urgency(call("a", 5_000), 0).share).toBe(0);
  });
});
