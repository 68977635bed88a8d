// An agent at their screen, and what a test looks at there.

import assert from "node:assert/strict";

const LIMIT_MS = 15_000;
/** What is promised within a time gets this much more: the machine may be doing other things beside. */
export const ROOM_MS = 1_000;

/** Opens the console in a window of its own, as somebody. */
export async function sitDown(browser, url, name, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(LIMIT_MS);
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    // A request that fails is part of some of the tests; the browser always writes it down.
    if (message.type() === "error" && !/ERR_|Failed to load resource|WebSocket/.test(message.text())) faults.push(message.text());
  });
  // Letting go of a line is never a conflict, whoever was faster.
  page.on("response", (answer) => {
    if (answer.status() === 409 && answer.url().endsWith("/disconnect")) faults.push(`409 from ${answer.url()}`);
  });
  await page.goto(url);
  if (name) {
    await page.getByRole("button", { name }).click();
    await page.getByText("Connected", { exact: true }).waitFor();
    await lookAway(page);
  }
  // A reload would lose it.
  await page.evaluate(() => (globalThis.loadedOnce = true));
  return {
    page,
    context,
    waiting: page.getByRole("region", { name: "Waiting" }),
    talking: page.getByRole("region", { name: "In conversation" }),
    missed: page.getByRole("region", { name: "Missed" }),
    mine: page.getByRole("region", { name: "My call" }),
    details: page.getByRole("complementary", { name: "Details" }),
    lost: page.getByText("Not connected since"),
    /** The row of a caller. */
    row: (text) => page.getByRole("region", { name: "Waiting" }).locator("li").filter({ hasText: text }),
    answer: (text) => page.getByRole("button", { name: `Answer ${text}` }),
    async leave() {
      const whole = await page.evaluate(() => globalThis.loadedOnce === true);
      await context.close();
      assert.ok(whole, "the page was loaded anew");
      assert.deepEqual(faults, [], "the page complained");
    },
  };
}

/** Takes the pointer out of the list, in which nothing moves under it. */
export const lookAway = (page) => page.mouse.move(page.viewportSize().width / 2, 2);

/** Keeps presses of Answer on their way until the function it returns is called. */
export async function holdAnswers(page) {
  let letGo;
  const held = new Promise((done) => (letGo = done));
  await page.route("**/answer", async (route) => {
    await held;
    await route.continue();
  });
  return letGo;
}

/** How long it took until all of these could be seen. */
export async function seen(began, ...locators) {
  await Promise.all(locators.map((one) => one.first().waitFor()));
  return Date.now() - began;
}

export async function vanished(began, ...locators) {
  await Promise.all(locators.map((one) => one.first().waitFor({ state: "detached" })));
  return Date.now() - began;
}

/** Says what was measured, and that it was in time. */
export function within(what, tookMs, promisedMs) {
  console.log(`    ${what}: ${tookMs} ms (promised: ${promisedMs} ms)`);
  assert.ok(tookMs <= promisedMs + ROOM_MS, `${what}: ${tookMs} ms`);
}
