// The page in a headless Chromium, against a whole system of its own.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { axe, launch } from "./browser.mjs";
import { startDemo } from "./demo.mjs";

const LIMIT_MS = 10_000;
/** What a person calls at once, with room for a machine that does other things beside. */
const SOON_MS = 2_000;

async function until(what, ask) {
  for (const deadline = Date.now() + LIMIT_MS; !(await ask()); ) {
    if (Date.now() > deadline) throw new Error(`waited for ${what}`);
    await new Promise((again) => setTimeout(again, 50));
  }
}

describe("the table", { timeout: 300_000 }, () => {
  let demo;
  let browser;
  let page;
  let faults = [];

  before(async () => {
    demo = await startDemo();
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  afterEach(async (test) => {
    if (test.passed === false) console.log(await (await fetch(`${demo.simulator}/sim/v1/timeline.txt`)).text());
    await page?.close();
    page = undefined;
    await control("PUT", "traffic", { calls_per_minute: 0 });
    await control("PUT", "faults", {});
    await control("PUT", "clock/speed", { speed: 1 });
    for (const leg of await (await fetch(`${demo.simulator}/sim/v1/legs`)).json()) {
      if (leg.ended_ms === null) await control("POST", "hang-up", { leg: leg.id });
    }
    assert.deepEqual(faults, [], "the page complained");
  });

  async function control(method, path, body) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${demo.simulator}/sim/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }

  async function open(options = {}) {
    faults = [];
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
    page.setDefaultTimeout(LIMIT_MS);
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error" && !/ERR_|Failed to load resource/.test(message.text())) faults.push(message.text());
    });
    await page.goto(demo.simulator);
    await page.getByRole("heading", { name: "The caller" }).waitFor();
    return page;
  }

  const log = () => page.getByRole("log");
  const phone = (name) => page.getByRole("article", { name, exact: true });
  const says = (locator, text) => locator.getByText(text).first().waitFor();

  async function dial(name) {
    await page.getByLabel("Who is calling").selectOption({ label: name });
    await page.getByRole("button", { name: /^Dial/ }).click();
    await inHand();
    await says(log(), "Thank you for calling");
  }

  /** Until the new call is in hand: what is there before is one that is over, with the same words in its transcript. */
  const inHand = () => page.getByRole("article", { name: /^Call of/ }).getByRole("button", { name: "Hang up" }).waitFor();

  it("leads a call from dialling to talking on an office phone", async () => {
    await open();
    await says(page.locator("header"), "This is not Twilio. Nothing leaves this machine.");
    await dial("Oliver Nkemelu, Harbour & Sons");
    await says(log(), "For sales, press 1");
    await page.getByRole("button", { name: "Press 2" }).click();
    await says(log(), "presses 2");
    await says(log(), "waits in the queue support");
    await says(page.getByRole("article", { name: "Call of Oliver Nkemelu" }), "waiting in support");

    await page.getByRole("button", { name: "Advance the clock by 3 min" }).click();
    for (const name of ["Front desk", "Workshop", "Duty mobile"]) await says(phone(name), "ringing");
    assert.equal(await phone("Dylan Moss").getByText("ringing").count(), 0, "no office phone");

    const desk = phone("Front desk");
    await desk.getByRole("button", { name: "Pick up" }).click();
    await says(desk, "press 1");
    await desk.getByRole("button", { name: "Press 1" }).click();
    await says(desk, "talking with Oliver Nkemelu");
    await says(log(), "talks with Front desk");
    await says(phone("Workshop"), "free");

    await desk.getByRole("button", { name: "Hang up" }).click();
    await says(log(), "call ended");
    await says(desk, "free");
  });

  it("does as each phone is told", async () => {
    await open();
    await phone("Front desk").getByLabel("When rung").selectOption({ label: "is busy" });
    await phone("Workshop").getByLabel("When rung").selectOption({ label: "is off: its mailbox answers" });
    await phone("Duty mobile").getByLabel("When rung").selectOption({ label: "answers and presses 1" });
    await dial("Number withheld");
    await page.getByRole("button", { name: "Press 1" }).first().click();
    await says(log(), "waits in the queue sales");
    await page.getByRole("button", { name: "Advance the clock by 3 min" }).click();
    await says(phone("Duty mobile"), "talking with Withheld number");
    await says(phone("Front desk"), "free");
    for (const name of ["Front desk", "Workshop", "Duty mobile"]) {
      await phone(name).getByLabel("When rung").selectOption({ label: "rings until you pick up" });
    }
  });

  it("can be used by the keyboard alone", async () => {
    await open();
    const focused = (wanted) =>
      page.evaluate((text) => {
        const element = document.activeElement;
        return element instanceof HTMLButtonElement && element.textContent.includes(text);
      }, wanted);
    for (let steps = 0; !(await focused("Dial")); steps += 1) {
      assert.ok(steps < 40, "Tab never reaches Dial");
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await inHand();
    await says(log(), "For sales, press 1");
    await page.keyboard.press("2");
    await says(log(), "waits in the queue support");
    for (let steps = 0; !(await focused("Hang up")); steps += 1) {
      assert.ok(steps < 40, "Tab never reaches Hang up");
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await says(log(), "call ended");
  });

  it("shows what others do, at once", async () => {
    await open();
    const began = Date.now();
    const { leg } = await control("POST", "dial", { from: "+447700900104", to: "+442079460000" });
    await page.getByRole("article", { name: "Call of Jack Whitfield" }).waitFor();
    assert.ok(Date.now() - began < SOON_MS, `${Date.now() - began} ms`);
    await control("POST", "hang-up", { leg });
    await says(log(), "hangs up");
  });

  it("shows the wire, in full, to copy and to save", async () => {
    await open();
    await dial("An unknown number");
    const wire = page.getByRole("region", { name: "The wire" });
    const row = wire.getByRole("button", { name: "webhook POST /twilio/voice/incoming" }).last();
    await row.click();
    await wire.getByText("+441614960123").first().waitFor();
    await says(wire, "<Response>");
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await wire.getByRole("button", { name: "Copy" }).click();
    await wire.getByText("Copied").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, /^POST http:.*\/twilio\/voice\/incoming/);
    assert.match(copied, /From=\+441614960123/);
    const download = page.waitForEvent("download");
    await wire.getByRole("link", { name: "HAR" }).click();
    assert.equal((await download).suggestedFilename(), "simulator.har");
    const har = await (await fetch(`${demo.simulator}/sim/v1/har`)).text();
    assert.doesNotMatch(har, /authorization|demo-[0-9a-z]{32}/i);
  });

  it("shows all of a request that is opened at the end of the list", async () => {
    await open();
    await dial("An unknown number");
    const wire = page.getByRole("region", { name: "The wire" });
    const list = wire.getByRole("list");
    await until("a list that is longer than its place", async () => {
      await control("POST", "dial", { from: "+441614960123", to: "+442079460000" });
      return list.evaluate((one) => one.scrollHeight > one.clientHeight + 100);
    });
    const row = wire.getByRole("button", { name: "webhook POST /twilio/voice/incoming" }).last();
    await row.click();
    const detail = wire.locator(".detail");
    await detail.waitFor();
    await until("the beginning of it to be seen", async () => {
      const [edge, place] = [await list.boundingBox(), await detail.boundingBox()];
      return place.y + Math.min(place.height, 200) <= edge.y + edge.height + 1;
    });
  });

  it("is sent compressed to whoever can unpack it", async () => {
    await open();
    const script = await page.evaluate(() => document.querySelector("script[src]").getAttribute("src"));
    for (const [accepts, sent] of [["br, gzip", "br"], ["gzip", "gzip"], ["identity", null]]) {
      const answer = await fetch(new URL(script, demo.simulator), { headers: { "accept-encoding": accepts } });
      assert.equal(answer.headers.get("content-encoding"), sent, accepts);
      assert.match(answer.headers.get("content-type"), /javascript/);
      assert.match(await answer.text(), /Switchboard|Simulator/);
    }
  });

  it("switches faults and traffic, and shows what goes wrong", async () => {
    await open();
    await page.getByRole("button", { name: "No faults" }).click();
    await page.getByRole("group", { name: "Twilio’s REST API" }).getByRole("combobox").selectOption("503");
    await page.getByRole("button", { name: "1 fault on" }).waitFor();
    await page.getByText("What Twilio does where").click();
    await page.getByLabel("The signed URL keeps its port").waitFor();
    await page.getByLabel("Calls a minute").fill("60");
    await page.getByLabel("Calls a minute").press("Enter");
    await page.getByText("calls on the line").waitFor();
    await page.getByLabel("Speed").selectOption("20");
    await page.getByRole("region", { name: "The wire" }).getByText("failed 503").first().waitFor();
    await page.getByLabel("Speed").selectOption("1");
    await page.getByRole("region", { name: "Faults and switches" }).getByRole("button", { name: "No faults" }).click();
    await page.getByLabel("Calls a minute").fill("0");
    await page.getByLabel("Calls a minute").press("Enter");
    await page.getByText("off", { exact: true }).waitFor();
  });

  it("says so when it has lost its line, and is right again when that is back", async () => {
    await open();
    process.kill(demo.pid, "SIGSTOP");
    try {
      const began = Date.now();
      await page.getByText("Not connected since").waitFor();
      // Three seconds promised.
      assert.ok(Date.now() - began < 3_000 + SOON_MS, `${Date.now() - began} ms`);
    } finally {
      process.kill(demo.pid, "SIGCONT");
    }
    await page.getByText("Not connected since").waitFor({ state: "detached" });
    await dial("Number withheld");
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [390, 1280, 1920]) {
      it(`is accessible and fits, ${width} px, ${colorScheme}`, async () => {
        await open({ colorScheme, viewport: { width, height: 900 } });
        const looked = async (when) => {
          // Beside 1280 px nothing at 1920 px is another colour or another element.
          if (width < 1920) assert.deepEqual(await axe(page), [], when);
          const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
          assert.ok(over <= 0, `${when}: ${over} px too wide`);
        };
        await dial("Mara Lind, Northwind Bakery");
        await page.keyboard.press("1");
        await says(log(), "waits in the queue sales");
        await page.getByRole("button", { name: "Advance the clock by 3 min" }).click();
        await says(phone("Workshop"), "ringing");
        await looked("ringing");
        await phone("Workshop").getByRole("button", { name: "Pick up" }).click();
        await says(phone("Workshop"), "press 1");
        await phone("Workshop").getByRole("button", { name: "Press 1" }).click();
        await says(phone("Workshop"), "talking with");
        await page.getByRole("button", { name: "No faults" }).click();
        await page.getByText("What Twilio does where").click();
        await page.getByRole("button", { name: "webhook POST /twilio/voice/incoming" }).last().click();
        await page.getByRole("button", { name: "Copy" }).waitFor();
        await looked("talking, everything open");
      });
    }
  }
});
