// The whole journey without a pointer.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seen, vanished } from "./agent.mjs";
import { openOffice } from "./office.mjs";
import { MARA, OLIVER, PRIYA } from "./world.mjs";

describe("the keyboard alone", { timeout: 300_000 }, () => {
  const { world, sitDown } = openOffice();
  let amelia;
  let page;

  async function arrive() {
    amelia = await sitDown();
    ({ page } = amelia);
    await page.getByRole("button", { name: "Amelia Frost" }).waitFor();
    await tabTo("Amelia Frost");
    await page.keyboard.press("Enter");
    await page.getByText("Connected", { exact: true }).waitFor();
  }

  /** What has the focus, in words; it has to be seen that it has it. */
  const focused = () =>
    page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "";
      const seen = [element, ...[":before", ":after"].map((one) => [element, `:${one}`])].some((one) => {
        const style = Array.isArray(one) ? getComputedStyle(...one) : getComputedStyle(one);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
      });
      return `${seen ? "" : "unseen: "}${element.getAttribute("aria-label") ?? element.textContent.trim()}`;
    });

  async function tabTo(wanted) {
    for (let steps = 0; steps < 40; steps += 1) {
      await page.keyboard.press("Tab");
      const now = await focused();
      assert.ok(!now.startsWith("unseen"), `the focus cannot be seen: ${now}`);
      if (now.includes(wanted)) return;
    }
    assert.fail(`Tab never reaches ${wanted}`);
  }

  it("chooses, answers, hangs up", async () => {
    await arrive();
    await world.call(MARA);
    await amelia.row(MARA.name).waitFor();
    await world.call(OLIVER);
    await amelia.row(OLIVER.name).waitFor();

    await page.keyboard.press("j");
    assert.match(await focused(), /^Mara Lind/);
    await page.keyboard.press("ArrowDown");
    assert.match(await focused(), /^Oliver Nkemelu/);
    await page.keyboard.press("k");
    await page.keyboard.press("j");
    await amelia.details.getByRole("heading", { name: OLIVER.name }).waitFor();

    // While the focus is in the list, who comes stands below the others.
    await world.call(PRIYA);
    await amelia.row(PRIYA.name).waitFor();
    await page.keyboard.press("j");
    assert.match(await focused(), /^Priya Raman/);
    await page.keyboard.press("k");

    await page.keyboard.press("Enter");
    await amelia.mine.getByText("Talking").waitFor();
    await amelia.mine.getByRole("heading", { name: OLIVER.name }).waitFor();
    // A second Enter must not end the call.
    await page.keyboard.press("Enter");
    await tabTo("Hang up");
    await amelia.mine.getByText("Talking").waitFor();
    await page.keyboard.press("Enter");
    await vanished(0, amelia.mine);

    await page.keyboard.press("a");
    await amelia.mine.getByRole("heading", { name: MARA.name }).waitFor();
    await amelia.mine.getByText("Talking").waitFor();
    await tabTo("Hang up");
    await page.keyboard.press("Space");
    await vanished(0, amelia.mine);
  });

  it("says who is there and which keys there are, and changes who one is", async () => {
    await arrive();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
    await page.keyboard.press("Escape");
    await vanished(0, page.getByRole("dialog", { name: "Keyboard" }).and(page.locator("[open]")));

    await tabTo("Amelia Frost");
    await page.keyboard.press("Enter");
    await tabTo("Away");
    await page.keyboard.press("Enter");
    const me = page.getByRole("button", { name: /Amelia Frost\s+Away/ });
    await me.waitFor();
    assert.match(await focused(), /Amelia Frost/);

    await world.call(MARA);
    await amelia.row(MARA.name).waitFor();
    await page.keyboard.press("a");
    await page.getByText("You are away").first().waitFor();

    await tabTo("Amelia Frost");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    assert.match(await focused(), /Amelia Frost/);
    await page.keyboard.press("Enter");
    await tabTo("Switch agent");
    await page.keyboard.press("Enter");
    await seen(0, page.getByRole("heading", { name: "Who are you?" }));
  });
});
