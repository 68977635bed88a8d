import { describe, expect, it } from "vitest";
import { ServerClock } from "../src/live/clock";
import { readCall } from "../src/live/read";
import { retryDelay } from "../src/live/retry";
import { answerWords, byHandWords, officeWords } from "../src/words/call";
import { aside, context, initials, initialsOf, recordLink, title } from "../src/words/caller";
import { phoneNumber } from "../src/words/number";
import { duration, spokenDuration, wallTime } from "../src/words/time";

const LONDON = "+442079460000";

describe("numbers", () => {
  it.each([
    ["+442079460750", LONDON, "020 7946 0750"],
    ["+441614960123", LONDON, "0161 496 0123"],
    ["+441632960012", LONDON, "01632 960012"],
    ["+447700900123", LONDON, "07700 900123"],
    ["+448081570123", LONDON, "0808 157 0123"],
    ["+442079460750", "+12025550100", "+44 20 7946 0750"],
    ["+12025550143", LONDON, "+1 202 555 0143"],
    ["+12025550143", "+12025550100", "(202) 555-0143"],
    ["+4930901820123", LONDON, "+49 309 018 201 23"],
    ["+353209175555", LONDON, "+353 209 175 555"],
    ["12345", LONDON, "12345"],
  ])("%s at %s is %s", (number, home, shown) => {
    expect(phoneNumber(number, home)).toBe(shown);
  });
});

describe("times", () => {
  it.each([
    [-500, "0:00"],
    [9_999, "0:09"],
    [102_000, "1:42"],
    [3_723_000, "1:02:03"],
  ])("%i ms is %s", (ms, shown) => {
    expect(duration(ms)).toBe(shown);
  });

  it("can be spoken", () => {
    expect(spokenDuration(61_000)).toBe("1 minute 1 second");
    expect(spokenDuration(0)).toBe("0 seconds");
  });
});

describe("a caller", () => {
  const found = (name: string, matches: number) => ({ found: { profile: { name, organisation: "Acme" }, matches } });
  const who = (lookups: object, number = "+442079460750") =>
    readCall({ id: "CA1", dialled: LONDON, caller: { number }, lookups: lookups as never });

  it("is a number while it is looked up, then a name in its place", () => {
    const before = who({ crm: { pending: {} } });
    expect([title(before), aside(before), initials(before)]).toEqual(["020 7946 0750", "Looking up…", ""]);
    const after = who({ crm: found("Mara Lind", 1) });
    expect([title(after), aside(after), initials(after)]).toEqual(["Mara Lind", "Acme", "ML"]);
  });

  it("is certain before several before a maybe", () => {
    expect(title(who({ a: found("Maybe Not", 0), b: found("One of Three", 3), c: found("Sure One", 1) }))).toBe("Sure One");
    expect(context(who({ b: found("One of Three", 3) }))).toBe("one of 3 with this number");
    expect(title(who({ a: found("Kwame", 0) }))).toBe("Maybe Kwame");
    expect(initials(who({ a: found("Kwame", 0) }))).toBe("");
  });

  it("tells a source that failed from one that does not know", () => {
    const failed = { failed: { reason: "did not answer" } };
    expect(aside(who({ salesforce: failed, crm: { notFound: {} } }))).toBe("Salesforce did not answer");
    expect(context(who({ salesforce: failed, crm: { pending: {} } }))).toBe("Salesforce did not answer");
    expect(aside(who({ crm: { notFound: {} } }))).toBe("Not known yet");
    expect(context(who({ crm: { pending: {} } }))).toBe("");
  });

  it("has a title without a number, too", () => {
    expect(title(readCall({ id: "CA1", caller: {} }))).toBe("Number withheld");
    expect(title(readCall({ id: "CA1", caller: { sip: "sips:tom@example.com" } }))).toBe("tom@example.com");
  });

  it.each([
    ["Mara Lind", "ML"],
    ["Cher", "C"],
    ["  anna  maria  (gold) virtanen ", "AV"],
    ["李 小龍", "李小"],
    ["", ""],
  ])("%s has the initials %s", (name, letters) => {
    expect(initialsOf(name)).toBe(letters);
  });

  it("never leads the browser anywhere but to a page", () => {
    expect(recordLink("https://crm.example/1")).toBe("https://crm.example/1");
    expect(recordLink("javascript:alert(1)")).toBeUndefined();
    expect(recordLink("")).toBeUndefined();
  });
});

describe("sentences", () => {
  it("say who was faster", () => {
    expect(answerWords({ kind: "taken", by: "Ben Adeyemi" })).toBe("Ben was faster");
    expect(answerWords({ kind: "taken", by: "an office phone" })).toBe("Somebody at an office phone was faster");
    expect(answerWords({ kind: "ended" })).toBe("The caller hung up");
  });

  it("say why the office is closed, and when it opens", () => {
    const closed = { open: false, reason: "outside Monday's hours", untilText: "opens Tuesday 09:00", timeZone: "Europe/London", byHand: undefined, otherwise: "" };
    expect(officeWords(closed)).toEqual({ state: "Closed", why: "Outside Monday's hours", until: "Opens Tuesday 09:00" });
    const open = { open: true, reason: "within Monday 09:00-18:00", untilText: "closes today 18:00", timeZone: "", byHand: undefined, otherwise: "" };
    expect(officeWords(open)).toEqual({ state: "Open", why: "", until: "Closes today 18:00" });
  });
});

describe("the office's own time", () => {
  const now = Date.parse("2026-07-06T22:30:00Z"); // Monday 23:30 in London

  it.each([
    ["2026-07-06T22:45:00Z", "Europe/London", "23:45"],
    ["2026-07-06T23:00:00Z", "Europe/London", "Tuesday 00:00"],
    ["2026-07-06T23:00:00Z", "UTC", "23:00"],
    ["2026-07-20T08:00:00Z", "Europe/London", "20 July 09:00"],
    ["2026-07-06T22:45:00Z", "Nowhere/Atlantis", "22:45"],
  ])("%s in %s is %s", (at, zone, words) => {
    expect(wallTime(Date.parse(at), now, zone)).toBe(words);
  });

  it("says who opened until when, and why if somebody said so", () => {
    const over = { id: "a", open: true, untilMs: Date.parse("2026-07-06T22:45:00Z"), reason: "a fair", author: "Amelia Frost" };
    expect(byHandWords(over, now, "Europe/London")).toBe("Opened by Amelia Frost until 23:45: a fair");
    expect(byHandWords({ ...over, open: false, reason: "", author: "" }, now, "Europe/London")).toBe("Closed by somebody until 23:45");
  });
});

describe("clocks", () => {
  it("trust the sample that travelled least, and a jump", () => {
    let local = 1000;
    const clock = new ServerClock(() => local);
    clock.heard(5000);
    expect(clock.now()).toBe(5000);
    local += 1000;
    clock.heard(5900);
    expect(clock.now()).toBe(6000);
    clock.heard(6050);
    expect(clock.now()).toBe(6050);
    clock.heard(2000);
    expect(clock.now()).toBe(2000);
  });

  it("wait less than a second between attempts, and never all at once", () => {
    for (let attempt = 0; attempt < 50; attempt += 1) {
      expect(retryDelay(attempt, false, () => 1)).toBeLessThan(1000);
      expect(retryDelay(attempt, false, () => 0)).toBeLessThan(retryDelay(attempt, false, () => 1));
    }
    expect(retryDelay(50, true, () => 1)).toBe(5000);
  });
});
