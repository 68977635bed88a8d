// Pictures of every state, for eyes: `node dev/shots.mjs FOLDER [ONLY]`. Also asks axe on each.
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { scenes } from "./scenes.mjs";
import { serve } from "./server.mjs";

const [, , folder = join(tmpdir(), "console-shots"), only = ""] = process.argv;
const SIZES = { 390: 844, 1280: 800, 1920: 1080 };
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const row = (index) => `[data-row="CA${String(index).padStart(32, "0")}"]`;

/** The messages of the scene, from the first caller on. */
async function playMessage(page, index) {
  const names = ["Priya Raman", "Tom Bell", "Ewa Nowak", "Wolfe"];
  await page.getByRole("button", { name: new RegExp(`^Play the message of ${names[index]}`) }).click();
}

/** A picture: its scene, and what is done before it is taken. */
const shots = {
  choose: { scene: "seven", as: null },
  empty: { scene: "empty" },
  quiet: { scene: "quiet", wait: 600 },
  one: { scene: "one" },
  learns: { scene: "learns", wait: 600 },
  seven: { scene: "seven" },
  selected: { scene: "seven", act: (page) => page.click(row(2)) },
  keyboard: {
    scene: "seven",
    async act(page) {
      await page.keyboard.press("j");
      await page.keyboard.press("j");
    },
  },
  keys: { scene: "seven", act: (page) => page.keyboard.press("?") },
  me: { scene: "seven", act: (page) => page.click("[aria-controls=me-panel]") },
  mine: { scene: "mine" },
  claimed: { scene: "claimedByMe" },
  minelong: { scene: "minelong" },
  claimedlong: { scene: "claimedlong" },
  minedetails: {
    scene: "mine",
    async act(page) {
      const details = page.getByRole("button", { name: "Details" });
      if (await details.isVisible()) await details.click();
    },
  },
  withheld: { scene: "withheld" },
  twohundred: { scene: "twohundred" },
  long: { scene: "long" },
  longselected: { scene: "long", act: (page) => page.click(row(1)) },
  alarm: { scene: "alarm" },
  closed: { scene: "closed" },
  truths: {
    scene: "truths",
    wait: 400,
    async act(page) {
      for (const index of [2, 3, 6, 4, 5]) await page.locator(`li:has(${row(index)}) .press`).click();
    },
  },
  arrivals: {
    scene: "arrivals",
    wait: 2200,
    act: (page) => page.hover(row(3)),
  },
  messages: { scene: "messages", wait: 600 },
  messageplays: { scene: "messages", wait: 2_600, act: (page) => playMessage(page, 0) },
  messagepaused: {
    scene: "messages",
    wait: 900,
    async act(page) {
      await playMessage(page, 0);
      await page.getByRole("button", { name: /^Pause/ }).click();
      await page.getByRole("slider").fill("4000");
    },
  },
  messagegone: { scene: "messages", wait: 600, act: (page) => playMessage(page, 1) },
  messagecarrier: { scene: "messages", wait: 600, act: (page) => playMessage(page, 2) },
  messagecomes: { scene: "messages", wait: 600, act: (page) => playMessage(page, 3) },
  byhand: { scene: "byhand" },
  byhandlong: { scene: "byhandlong" },
  override: { scene: "seven", act: (page) => page.keyboard.press("o") },
  overrideclosed: { scene: "closed", act: (page) => page.keyboard.press("o") },
  overridebyhand: { scene: "byhand", act: (page) => page.keyboard.press("o") },
  overridelong: { scene: "byhandlong", act: (page) => page.keyboard.press("o") },
  overridefaults: {
    scene: "seven",
    wait: 300,
    async act(page) {
      await page.keyboard.press("o");
      await page.getByRole("radio", { name: /A time/ }).check();
      await page.getByLabel(/^Time in/).fill("03:00");
      await page.keyboard.press("Enter");
    },
  },
  overridefailed: {
    scene: "closed",
    wait: 300,
    async act(page) {
      await page.keyboard.press("o");
      await page.getByLabel(/^Reason/).fill("no answer");
      await page.keyboard.press("Enter");
    },
  },
  overridelost: {
    scene: "byhand",
    wait: 3600,
    async act(page, server) {
      await page.keyboard.press("o");
      server.cut();
    },
  },
  lost: {
    scene: "seven",
    wait: 3600,
    act: (page, server) => server.cut(),
  },
  minelost: { scene: "mine", wait: 3600, act: (page, server) => server.cut() },
  selectedlost: {
    scene: "seven",
    wait: 3600,
    async act(page, server) {
      await page.click(row(2));
      server.cut();
    },
  },
  deaf: { scene: "seven", wait: 1200, act: (page, server) => server.deafen() },
  lostfirst: { scene: "seven", cut: true, wait: 3600 },
};

mkdirSync(folder, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), "console-chromium-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
let faults = 0;
try {
  for (const [name, shot] of Object.entries(shots)) {
    if (only && !only.split(",").includes(name)) continue;
    for (const [width, height] of Object.entries(SIZES)) {
      for (const colorScheme of ["light", "dark"]) {
        const server = await serve(scenes[shot.scene]);
        const page = await browser.newPage();
        await page.setViewportSize({ width: Number(width), height });
        await page.emulateMedia({ colorScheme });
        page.on("pageerror", (error) => fault(`${name}: ${error}`));
        page.on("console", (message) => {
          if (message.type() === "error" && !/ERR_|Failed to load|WebSocket/.test(message.text())) fault(`${name}: ${message.text()}`);
        });
        if (shot.as !== null) await page.addInitScript(() => sessionStorage.setItem("switchboard.agent", "anna"));
        // The server's clean-up of an earlier page must not be seen by the next one.
        if (shot.cut) {
          await page.route("**/api/**", (route) => route.abort());
        }
        await page.goto(server.url, { waitUntil: "load" });
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(350);
        await shot.act?.(page, server);
        await page.waitForTimeout(shot.wait ?? 250);
        await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`) });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        for (const { id, impact, nodes } of violations) {
          fault(`${name} ${width} ${colorScheme}: ${impact} ${id}: ${nodes.slice(0, 2).map((node) => node.target + " " + (node.any[0]?.message ?? "")).join("; ")}`);
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) fault(`${name} ${width}: ${wide} px too wide`);
        await page.close();
        await server.close();
      }
    }
  }
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
process.exitCode = faults > 0 ? 1 : 0;
console.log(faults > 0 ? `${faults} faults` : "no faults");

function fault(text) {
  faults += 1;
  console.error(text);
}
