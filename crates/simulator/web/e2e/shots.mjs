// Pictures of every state of the page, to be looked at: node e2e/shots.mjs FOLDER

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch } from "./browser.mjs";
import { startDemo } from "./demo.mjs";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node e2e/shots.mjs FOLDER");
  process.exit(2);
}
await mkdir(folder, { recursive: true });

const OFFICE = "+442079460000";
const FRONT_DESK = "+442079460011";
const WIDTHS = [390, 1280, 1920];
const SCHEMES = ["light", "dark"];
const LONG = "Maximiliana Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh, Northern Reception";
const CALLERS = ["anonymous", "+447700900101", "+447700900110", "+441614960123", "+12025550143", "+33199005678"];
const MANY = 200;

const demo = await startDemo([
  `office.phones=[
    { name = "Front desk", number = "+44 20 7946 0011" },
    { name = "Workshop", number = "+44 1632 960012" },
    { name = "${LONG}", number = "+44 7700 900013" },
  ]`,
]);
const browser = await launch();
try {
  const pages = [];
  for (const width of WIDTHS) {
    for (const colorScheme of SCHEMES) {
      const page = await browser.newPage({ viewport: { width, height: Math.round(width === 390 ? 844 : width * 0.6) }, colorScheme, reducedMotion: "reduce" });
      await page.goto(demo.simulator);
      await page.getByRole("heading", { name: "The caller" }).waitFor();
      pages.push({ page, name: `${width}-${colorScheme}`, whole: width === 390 });
    }
  }
  const shoot = async (state) => {
    for (const { page, name, whole } of pages) {
      await page.screenshot({ path: join(folder, `${state}-${name}.png`), fullPage: whole });
    }
  };
  const each = (what) => Promise.all(pages.map(({ page }) => what(page)));
  const shown = (text) => each((page) => page.getByText(text).first().waitFor());

  async function control(method, path, body) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${demo.simulator}/sim/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return text === "" ? undefined : JSON.parse(text);
  }
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  await shoot("empty");

  const { leg } = await control("POST", "dial", { from: "+447700900102", to: OFFICE });
  await shown("For sales, press 1");
  await control("POST", "press", { leg, digits: "2" });
  await shown("waiting in support");
  await shoot("waiting");

  await control("POST", "clock/advance", { by_ms: 185_000 });
  await shown("ringing");
  await shoot("ringing");

  const desk = (await control("POST", "phones/pick-up", { number: FRONT_DESK })).leg;
  await shown("to take");
  await shoot("screening");
  await control("POST", "press", { leg: desk, digits: "1" });
  await shown("talking with Oliver Nkemelu");
  await shoot("talking");

  const onTheLine = async (count) => {
    const legs = await (await fetch(`${demo.simulator}/sim/v1/legs`)).json();
    const live = legs.filter((leg) => leg.direction === "inbound" && leg.ended_ms === null && leg.who.caller !== undefined).length;
    for (let at = live; at < count; at += 1) await control("POST", "dial", { from: CALLERS[at % CALLERS.length], to: OFFICE });
    await shown(`${count} calls on the line`);
  };

  await onTheLine(7);
  await shoot("seven");
  await onTheLine(MANY);
  await wait(3_000);
  await shoot("two-hundred");

  await control("PUT", "faults", { api_delay_ms: 1_500, callbacks_lost_percent: 40, crm_mode: "down" });
  await control("PUT", "traffic", { calls_per_minute: 60 });
  await control("PUT", "clock/speed", { speed: 30 });
  await wait(7_000);
  await control("PUT", "clock/speed", { speed: 1 });
  await wait(4_000);
  await shoot("trouble");

  await each((page) => page.getByRole("button", { name: /faults? on/ }).click());
  await each((page) => page.getByText("What Twilio does where").click());
  await each((page) => page.getByRole("checkbox", { name: /Only trouble/ }).check());
  await wait(500);
  await shoot("everything-open");

  process.kill(demo.pid, "SIGSTOP");
  await shown("Not connected since");
  await shoot("disconnected");
  process.kill(demo.pid, "SIGCONT");
} finally {
  await browser.close();
  await demo.stop();
}
