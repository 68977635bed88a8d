import { describe, expect, it } from "vitest";
import { silence } from "../src/api/messages";
import type { Ended } from "../src/live/model";
import { endWords } from "../src/words/call";
import { left, silenceWords } from "../src/words/message";

const ended = (reason: Ended["reason"], messageSeconds: number | undefined): Ended => ({
  call: {
    id: "CA1",
    caller: { kind: "withheld" },
    dialled: "+442079460000",
    arrivedAtMs: 0,
    state: { kind: "ended", reason, atMs: 1 },
    enteredAtMs: 1,
    lookups: new Map(),
    messageSeconds,
  },
  reason,
  atMs: 1,
  talk: undefined,
  waitingSinceMs: undefined,
});

describe("a message", () => {
  it("is there once it is known, however the call ended", () => {
    expect(left(ended("voicemail", 7))).toBe("there");
    expect(left(ended("closed", 0))).toBe("there");
    expect(left(ended("voicemail", undefined))).toBe("coming");
    expect(left(ended("closed", undefined))).toBe("none");
    expect(left(ended("missed", undefined))).toBe("none");
  });

  it("is told of, whichever news came first", () => {
    const words = (reason: Ended["reason"], seconds: number | undefined) => endWords(ended(reason, seconds), { agents: new Map(), office: undefined }, "");
    expect(words("voicemail", 4)).toBe("Left a message, 0:04");
    expect(words("missed", 4)).toBe("Left a message, 0:04");
    expect(words("closed", 0)).toBe("Left a message");
    expect(words("voicemail", undefined)).toBe("Left a message");
    expect(words("missed", undefined)).toBe("Nobody answered");
  });

  it("that is not heard has a reason", () => {
    expect(silence(404, "no_recording")).toBe("gone");
    expect(silence(404, "no_such_call")).toBe("gone");
    expect(silence(502, "carrier_away")).toBe("carrier");
    expect(silence(503, "full")).toBe("carrier");
    expect(silence(503, "away")).toBe("failed");
    expect(silence(500, "")).toBe("failed");
    const words = (["gone", "carrier", "failed", "unplayable"] as const).map(silenceWords);
    expect(new Set(words).size).toBe(4);
  });
});
