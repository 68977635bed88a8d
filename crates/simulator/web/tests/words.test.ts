import { describe, expect, it } from "vitest";
import type { Entry, What } from "../src/live/frame";
import { faultsOn, NO_FAULTS } from "../src/words/faults";
import { state, transcript } from "../src/words/heard";
import { number, party } from "../src/words/people";
import { duration, took } from "../src/words/time";
import { asText, pretty, rows, shortPath, trouble } from "../src/words/wire";
import { CALLER, DESK, entry, leg, request, rung, settings } from "./samples";

const item = (change = {}) => ({ ...request(0, change), key: "request-0" });
const SID = "CA0123456789abcdef0123456789abcdef";

describe("what is heard", () => {
  const desk = rung("CA2", DESK, { status: "in-progress", answered_ms: 2_000 });
  const legs = new Map([["CA2", desk]]);
  const say = (...whats: What[]) => {
    const entries: Entry[] = whats.map((what, index) => entry("CA1", what, 1_000 + index * 1_000));
    return transcript(leg("CA1"), entries, legs, settings).map((line) => `${duration(line.after_ms)} ${line.text}`);
  };

  it("is a running transcript with times", () => {
    const lines = say(
      { heard: { text: "Press 1." } },
      { pressed: "1" },
      { enqueued: "sales" },
      { heard: { music: "http://x/hold.wav" } },
      { bridged: "CA2" },
      { unbridged: "CA2" },
      { "hung-up": "person" },
      { ended: "completed" },
    );
    expect(lines).toEqual([
      "0:00 “Press 1.”",
      "0:01 presses 1",
      "0:02 waits in the queue sales",
      "0:03 music",
      "0:04 talks with Front desk",
      "0:05 no longer talks with Front desk",
      "0:06 hangs up",
      "0:07 call ended",
    ]);
  });

  it("tells a sound that goes on once, and words as often as they are said", () => {
    const music = { heard: { music: "twilio" } };
    const words = { heard: { text: "Please wait." } };
    expect(say(music, music, words, words, music)).toEqual([
      "0:00 music",
      "0:02 “Please wait.”",
      "0:03 “Please wait.”",
      "0:04 music",
    ]);
  });

  it("has one word for what a leg is doing", () => {
    const of = (change: Parameters<typeof leg>[1]) => state(leg("CA1", change), legs, settings);
    expect(of({ answered_ms: null })).toEqual({ tone: "plain", text: "dialling" });
    expect(of({ queue: "sales" })).toEqual({ tone: "waiting", text: "waiting in sales" });
    expect(of({ bridged_with: ["CA2"] })).toEqual({ tone: "talking", text: "talking with Front desk" });
    expect(of({ hears: "ringing" })).toEqual({ tone: "plain", text: "hears ringing tone" });
    expect(of({ ended_ms: 5_000, status: "no-answer" })).toEqual({ tone: "over", text: "no answer" });
    expect(of({ ended_ms: 5_000, status: "failed" }).tone).toBe("failing");
    expect(state(rung("CA2", DESK), legs, settings)).toEqual({ tone: "waiting", text: "ringing" });
  });
});

describe("names and numbers", () => {
  it("are what people call them", () => {
    expect(party(CALLER, settings)).toBe("Mara Lind");
    expect(party(DESK, settings)).toBe("Front desk");
    expect(party("anonymous", settings)).toBe("Withheld number");
    expect(party("client:carys", settings)).toBe("carys’s browser");
    expect(number("+442079460000")).toBe("+44 20 7946 0000");
    expect(number("+441614960123")).toBe("+44 161 496 0123");
    expect(number("+447700900101")).toBe("+44 7700 900101");
    expect(number("+441632960012")).toBe("+44 1632 960012");
    expect(number("+12025550143")).toBe("+1 202 555 0143");
    expect(number("+33199005678")).toBe("+33 199 005 678");
    expect(number("+353201234567")).toBe("+353 201 234 567");
    expect(number("anonymous")).toBe("anonymous");
  });
});

describe("the wire in words", () => {
  it("says what is wrong", () => {
    expect(trouble(item())).toBeUndefined();
    expect(trouble(item({ status: 0 }))).toBe("no answer");
    expect(trouble(item({ status: 403 }))).toBe("refused 403");
    expect(trouble(item({ status: 503 }))).toBe("failed 503");
    expect(trouble(item({ took_ms: 1_000 }))).toBe("slow");
    expect(trouble({ key: "k", kind: "warning", at_ms: 0, call: null, text: "" })).toBe("wrong");
  });

  it("folds looks at the same list into the last one", () => {
    const look = (n: number, change = {}) => ({
      ...request(n, { kind: "rest", method: "GET", path: "/Calls.json", call: null, ...change }),
      key: `request-${n}`,
    });
    const found = rows([look(0), look(1), look(2, { status: 500 }), look(3), { ...request(4), key: "request-4" }, look(5)]);
    expect(found.map((row) => [row.key, row.times])).toEqual([
      ["request-0", 2],
      ["request-2", 1],
      ["request-3", 1],
      ["request-4", 1],
      ["request-5", 1],
    ]);
    expect(found[0]?.item.key).toBe("request-1");
  });

  it("leaves out what is always the same", () => {
    expect(shortPath(`/2010-04-01/Accounts/AC${"0".repeat(32)}/Calls/${SID}.json`)).toBe("/Calls/CA…abcdef.json");
    expect(shortPath("/twilio/voice/wait")).toBe("/twilio/voice/wait");
  });

  it("shows documents on lines of their own", () => {
    expect(pretty("<Response><Gather><Say>hi</Say></Gather><Hangup/></Response>", "text/xml")).toBe(
      "<Response>\n  <Gather>\n    <Say>hi</Say>\n  </Gather>\n  <Hangup/>\n</Response>",
    );
    expect(pretty('{"a":1}', "application/json")).toBe('{\n  "a": 1\n}');
    expect(pretty("{", "application/json")).toBe("{");
    expect(pretty("as it came", "text/plain")).toBe("as it came");
  });

  it("is text for whoever copies it", () => {
    const text = asText({
      method: "POST",
      url: "http://127.0.0.1:8080/voice",
      status: 200,
      took_ms: 2,
      error: null,
      headers: [["X-Twilio-Signature", "x"]],
      query: [],
      params: [["From", CALLER]],
      content_type: "text/xml",
      body: "<Response/>",
      size: 11,
      cut: false,
    });
    expect(text).toBe(
      `POST http://127.0.0.1:8080/voice\nX-Twilio-Signature: x\n\nFrom=${CALLER}\n\n200 in 2.0 ms\nContent-Type: text/xml\n\n<Response/>`,
    );
  });

  it("tells times as people read them", () => {
    expect([0, 61_000, 3_723_000, -5].map(duration)).toEqual(["0:00", "1:01", "1:02:03", "0:00"]);
    expect([0, 2.04, 250, 1_240].map(took)).toEqual(["<0.1 ms", "2.0 ms", "250 ms", "1.2 s"]);
  });
});

describe("faults", () => {
  it("count when they do something", () => {
    expect(faultsOn(NO_FAULTS)).toBe(0);
    expect(faultsOn({ ...NO_FAULTS, api_down: true, crm_mode: "garbage" })).toBe(2);
    expect(faultsOn({ ...NO_FAULTS, api_fail_times: 3 })).toBe(0);
  });
});
