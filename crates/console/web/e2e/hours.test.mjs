// Opening and closing the office by hand, on two screens, and what callers hear of it.

import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { axe } from "../../../simulator/web/e2e/browser.mjs";
import { lookAway, within } from "./agent.mjs";
import { boxes, moved, shifts, watchShifts } from "./layout.mjs";
import { openOffice } from "./office.mjs";
import { MARA, OLIVER, until } from "./world.mjs";

const LEARNT_MS = 1_000;

describe("opening hours by hand", { timeout: 600_000 }, () => {
  const { world, sitDown } = openOffice();
  let amelia;
  let bashir;

  afterEach(() => takeAllBack());

  async function takeAllBack() {
    const { overrides } = await (await fetch(`${world.direct}/api/v1/hours`)).json();
    for (const { id, state } of overrides.filter((one) => one.state !== "over")) {
      const body = JSON.stringify({ agentId: "carys" });
      const headers = { "content-type": "application/json" };
      const answer = await fetch(`${world.direct}/api/v1/hours/overrides/${id}/withdraw`, { method: "POST", headers, body });
      assert.ok(answer.ok, `${id} (${state}) is taken back`);
    }
  }

  const state = (page, word) => page.getByRole("banner").getByText(word, { exact: true });
  const dialog = (page) => page.getByRole("dialog", { name: "Opening hours" });
  const open = (page) => page.getByRole("button", { name: "Change hours" }).click();

  /** Somebody rings until they are let in, or until they are not. */
  async function callersAre(letIn) {
    await until(`callers are ${letIn ? "" : "not "}let in`, async () => {
      const id = await world.dial(OLIVER);
      const heard = await until("a word", async () => {
        const { hears } = await world.leg(id);
        return hears && JSON.stringify(hears);
      });
      await world.hangUp(id);
      return heard.includes("We are closed") !== letIn;
    });
  }

  it("closes with a reason until a time, on every screen within a second, and opens again", async () => {
    amelia = await sitDown("Amelia Frost");
    bashir = await sitDown("Bashir", { at: world.direct });
    await state(amelia.page, "Open").waitFor();
    await world.call(MARA);
    await amelia.row(MARA.name).waitFor();

    await open(amelia.page);
    const form = dialog(amelia.page);
    assert.ok(await form.getByRole("radio", { name: "Close" }).isChecked(), "what is open is closed, unless one says else");
    await form.getByRole("radio", { name: /1 hour/ }).check();
    await form.getByLabel("Reason, for your colleagues").fill("Fire drill");
    const began = Date.now();
    await form.getByRole("button", { name: "Close the office" }).click();
    await state(bashir.page, "Closed").waitFor();
    within("a colleague sees it", Date.now() - began, LEARNT_MS);
    await state(amelia.page, "Closed").waitFor();
    await form.waitFor({ state: "hidden" });
    for (const { page } of [amelia, bashir]) {
      await page.getByRole("banner").getByText("Closed by Amelia Frost: Fire drill").waitFor();
    }
    await callersAre(false);
    // Who waits already is not forgotten.
    await amelia.row(MARA.name).waitFor();

    // The other one sees who did it until when, and ends it.
    await open(bashir.page);
    await dialog(bashir.page).getByText(/Closed by Amelia Frost until (\w+ )?\d\d:\d\d: Fire drill/).waitFor();
    await dialog(bashir.page).getByText("Otherwise: open all day").waitFor();
    const ended = Date.now();
    await dialog(bashir.page).getByRole("button", { name: "Remove override" }).click();
    await state(amelia.page, "Open").waitFor();
    within("it is over for the colleague", Date.now() - ended, LEARNT_MS);
    await callersAre(true);
  });

  it("is over when its time has come, without anybody doing anything", async () => {
    amelia = await sitDown("Amelia Frost");
    await open(amelia.page);
    await dialog(amelia.page).getByLabel("Reason, for your colleagues").fill("Lunch");
    await amelia.page.keyboard.press("Enter");
    await state(amelia.page, "Closed").waitFor();
    await world.advance(31 * 60_000);
    await state(amelia.page, "Open").waitFor();
    assert.equal(await amelia.page.getByText("Lunch").count(), 0);
  });

  it("is done with the keyboard alone; the focus stays inside and goes back", async () => {
    amelia = await sitDown("Amelia Frost");
    const { page } = amelia;
    const button = page.getByRole("button", { name: "Change hours" });
    await button.focus();
    await page.keyboard.press("Enter");
    await dialog(page).waitFor();
    for (let steps = 0; steps < 20; steps += 1) {
      await page.keyboard.press("Tab");
      const inside = await page.evaluate(() => document.activeElement === document.body || !!document.activeElement?.closest("dialog"));
      assert.ok(inside, "the focus left the form");
    }
    await page.keyboard.press("Escape");
    await dialog(page).waitFor({ state: "hidden" });
    assert.ok(await button.evaluate((one) => one === document.activeElement), "the focus is back");

    // By its key, from anywhere.
    await page.keyboard.press("o");
    await dialog(page).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.ok(await dialog(page).getByRole("radio", { name: /End of day/ }).isChecked());
    await page.keyboard.press("Tab");
    await page.keyboard.type("aj?o");
    await page.keyboard.press("Enter");
    await page.getByRole("banner").getByText("Closed by Amelia Frost: aj?o").waitFor();
  });

  it("says what is wrong beside what is wrong, and one press after no answer is still one override", async () => {
    amelia = await sitDown("Amelia Frost");
    const { page } = amelia;
    await open(page);
    const form = dialog(page);
    await form.getByRole("button", { name: "Close the office" }).click();
    await form.getByText("Add a reason").waitFor();
    assert.equal(await form.getByLabel("Reason, for your colleagues").getAttribute("aria-invalid"), "true");
    await form.getByRole("radio", { name: /A time/ }).check();
    await form.getByLabel("Reason, for your colleagues").fill("Stock-taking");
    await form.getByRole("button", { name: "Close the office" }).click();
    await form.getByText("Choose a time").waitFor();
    await form.getByRole("radio", { name: /30 minutes/ }).check();

    // Done, and nobody said so.
    let lose = true;
    await page.route("**/hours/overrides", async (route) => {
      if (!lose) return route.continue();
      await route.fetch();
      return route.abort();
    });
    await form.getByRole("button", { name: "Close the office" }).click();
    await form.getByText("No answer from Switchboard. Try again").waitFor();
    lose = false;
    await form.getByRole("button", { name: "Close the office" }).click();
    await form.waitFor({ state: "hidden" });
    const { overrides } = await (await fetch(`${world.direct}/api/v1/hours`)).json();
    assert.equal(overrides.filter((one) => one.reason === "Stock-taking").length, 1);
  });

  it("says that it is old and takes no press while the line is lost", async () => {
    amelia = await sitDown("Amelia Frost");
    const { page } = amelia;
    await open(page);
    const form = dialog(page);
    await form.getByLabel("Reason, for your colleagues").fill("Storm");
    world.line.cut();
    await form.getByText(/Not connected since \d\d:\d\d:\d\d/).waitFor();
    assert.ok(await form.getByRole("button", { name: "Close the office" }).isDisabled());
    world.line.mend();
    await form.getByText(/Not connected since/).waitFor({ state: "detached" });
    await form.getByRole("button", { name: "Close the office" }).click();
    await state(page, "Closed").waitFor();
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const [width, height] of [[390, 844], [1280, 800], [1920, 1080]]) {
      it(`is accessible and fits, ${width} px, ${colorScheme}`, async () => {
        amelia = await sitDown("Amelia Frost", { colorScheme, viewport: { width, height } });
        const { page } = amelia;
        await world.call(MARA);
        await amelia.row(MARA.name).waitFor();
        const looked = async (when) => {
          assert.deepEqual(await axe(page), [], when);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${when}: ${wide} px wider than the screen`);
        };
        await looked("before");
        await open(page);
        await looked("the form");
        await dialog(page).getByRole("button", { name: "Close the office" }).click();
        await dialog(page).getByText("Add a reason").waitFor();
        await looked("a fault");
        await dialog(page).getByLabel("Reason, for your colleagues").fill("The heating of the whole building has failed, and whoever has a coat goes home");
        await lookAway(page);
        const before = width === 1280 ? await boxes(page) : undefined;
        if (before) await watchShifts(page);
        await page.keyboard.press("Enter");
        await state(page, "Closed").waitFor();
        await looked("closed by hand");
        if (before) {
          const left = moved(before.filter(({ name }) => name === "li"), await boxes(page));
          assert.deepEqual(left, [], "rows moved");
          assert.deepEqual(await shifts(page), [], "the layout shifted");
        }
        await open(page);
        await dialog(page).getByRole("button", { name: "Remove override" }).waitFor();
        await looked("the form, closed by hand");
      });
    }
  }
});
