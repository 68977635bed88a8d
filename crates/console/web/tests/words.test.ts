import { describe, expect, it } from "vitest";
import { ServerClock } from "../src/live/clock";
import { readCall, readLookup, readOffice } from "../src/live/read";
import { retryDelay } from "../src/live/retry";
import { answerWords, byHandWords, officeWords, otherwiseWords, partyName } from "../src/words/call";
import { aside, context, initials, initialsOf, lookupWords, memoryWords, recordLink, sourceSays, standing, title } from "../src/words/caller";
import { phoneNumber } from "../src/words/number";
import { customerSince, duration, spokenDuration, timeOfDay, wallTime } from "../src/words/time";

function readProfile() {
  const found = readLookup({ found: {} });
  if (found.kind !== "found") throw new Error("not found");
  return found.profile;
}

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

  it.each([
    ["2017-03-14", "March 2017"],
    ["2017-12", "December 2017"],
    ["2017-03-14T10:00:00Z", "March 2017"],
    ["2017-13-01", "2017-13-01"],
    ["2019", "2019"],
    ["last spring", "last spring"],
  ])("since %s a person is a customer since %s", (since, words) => {
    expect(customerSince(since)).toBe(words);
  });

  it.each([
    ["17:30", "17:30"],
    [" 9.05 ", "09:05"],
    ["0900", "09:00"],
    ["9", "09:00"],
    ["24:00", undefined],
    ["12:60", undefined],
    ["5 pm", undefined],
    ["", undefined],
  ])("%s as a time of the day is %s", (written, read) => {
    expect(timeOfDay(written)).toBe(read);
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
    expect(aside(who({ crm: { notFound: {} } }))).toBe("New caller");
    expect(context(who({ crm: { pending: {} } }))).toBe("");
  });

  it("is told as people tell it", () => {
    expect(sourceSays("crm", { kind: "not_found" })).toBe("Not found in CRM");
    expect(lookupWords({ kind: "found", matches: 0, profile: readProfile() })).toBe("possible match");
    expect(standing({ ...readProfile(), tier: "gold", since: "2017-03-14" })).toBe("Gold · customer since March 2017");
  });

  it("that a source was asked about before says how old the answer is", () => {
    expect(memoryWords(1_000, 121_500)).toBe("from memory, 2 min old");
    expect(memoryWords(1_000, 31_000)).toBe("from memory, less than a minute old");
    // Clocks of two machines.
    expect(memoryWords(2_000, 1_000)).toBe("from memory, less than a minute old");
    const call = readCall({ id: "CA1", lookups: { crm: { found: { matches: 1 }, saidAtMs: "5" } } });
    expect(call.lookups.get("crm")).toMatchObject({ kind: "found", saidAtMs: 5 });
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
    const closed = { open: false, reason: "outside Monday's hours", untilText: "opens Tuesday 09:00", timeZone: "Europe/London", byHand: undefined, otherwise: "", name: "", phones: new Map() };
    expect(officeWords(closed)).toEqual({ state: "Closed", why: "Outside Monday's hours", until: "Opens Tuesday 09:00" });
    const open = { open: true, reason: "within Monday 09:00-18:00", untilText: "closes today 18:00", timeZone: "", byHand: undefined, otherwise: "", name: "", phones: new Map() };
    expect(officeWords(open)).toEqual({ state: "Open", why: "", until: "Closes today 18:00" });
  });
});

describe("who talks with a caller", () => {
  const office = readOffice({ name: "Harbour Office", phones: { "+442079460011": "Front desk" } });
  const names = { agents: new Map(), office };

  it("is an office phone by its name, by its number where it has none", () => {
    expect(office.name).toBe("Harbour Office");
    expect(partyName({ kind: "office", number: "+442079460011" }, names, LONDON)).toBe("Front desk");
    expect(partyName({ kind: "office", number: "+442079460012" }, names, LONDON)).toBe("office phone 020 7946 0012");
    expect(partyName({ kind: "office", number: "" }, names, LONDON)).toBe("an office phone");
  });
});

describe("an override", () => {
  it.each([
    ["within Tuesday 00:00-24:00", "open all day Tuesday"],
    ["within Monday 09:00-18:00", "open Monday 09:00–18:00"],
    ["outside Tuesday's hours", "closed, outside Tuesday's hours"],
    ["Boxing Day", "Boxing Day"],
  ])("beside %s says %s", (otherwise, words) => {
    expect(otherwiseWords(otherwise)).toBe(words);
  });

  it("is said once", () => {
    const byHand = { id: "a", open: false, untilMs: 0, reason: "Fire drill", author: "Amelia Frost" };
    const office = { ...readOffice({ reason: "closed by Amelia Frost: Fire drill" }), byHand };
    expect(officeWords(office)).toMatchObject({ state: "Closed", why: "by Amelia Frost: Fire drill" });
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
