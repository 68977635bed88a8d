// A page on one scene of dev/scenes.mjs, without services behind it: what a test of the screen alone needs.

import assert from "node:assert/strict";
import { after, afterEach, before } from "node:test";
import { launch } from "../../../simulator/web/e2e/browser.mjs";
import { serve } from "../dev/server.mjs";

/** For the describe that calls it: a browser, and pages that are closed after each test. */
export function openScenes() {
  let browser;
  let closing = [];

  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** Anna's page; complaints of the page fail the test. */
  return async function look(scene, { width = 1280, height = 800, ...options } = {}) {
    const server = await serve(scene);
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const faults = [];
    page.on("pageerror", (error) => faults.push(error.message));
    await page.addInitScript(() => sessionStorage.setItem("switchboard.agent", "anna"));
    closing.push(async () => {
      await context.close();
      await server.close();
      assert.deepEqual(faults, [], "the page complained");
    });
    await page.goto(server.url);
    await page.getByRole("region", { name: /^(Team|Waiting)$/ }).first().waitFor();
    await page.evaluate(() => document.fonts.ready);
    return {
      page,
      server,
      waiting: page.getByRole("region", { name: "Waiting" }),
      mine: page.getByRole("region", { name: "My call" }),
      details: page.getByRole("complementary", { name: "Details" }),
      row: (text) => page.getByRole("region", { name: "Waiting" }).locator("li").filter({ hasText: text }),
      names: () => page.getByRole("region", { name: "Waiting" }).locator("li .name").allInnerTexts(),
    };
  };
}

/** What can be seen and sticks out of the screen sideways: `scrollWidth` does not know of what is docked. */
export function outside(page) {
  return page.evaluate(() => {
    const found = [];
    for (const element of document.querySelectorAll("body *")) {
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0 || (box.left >= -0.5 && box.right <= innerWidth + 0.5)) continue;
      // Whatever cuts or scrolls keeps it inside.
      let cut = element.parentElement;
      while (cut && getComputedStyle(cut).overflowX === "visible") cut = cut.parentElement;
      const edge = cut && cut !== document.documentElement && cut !== document.body ? cut.getBoundingClientRect() : undefined;
      if (edge && edge.left >= -0.5 && edge.right <= innerWidth + 0.5) continue;
      found.push(`${Math.round(box.left)} to ${Math.round(box.right)}: ${element.outerHTML.slice(0, 100)}`);
    }
    return found;
  });
}
