// A caller leaves a message, and somebody listens to it.

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { lookAway } from "./agent.mjs";
import { openOffice } from "./office.mjs";
import { MARA, OLIVER, until } from "./world.mjs";

describe("a message", { timeout: 300_000 }, () => {
  const { world, sitDown } = openOffice();
  let amelia;
  let page;

  beforeEach(async () => {
    amelia = await sitDown("Amelia Frost");
    ({ page } = amelia);
  });

  /** Somebody chooses to leave one, speaks for a while and hangs up. */
  async function leaves(who) {
    const leg = await world.call(who, "9");
    await until("the tone", async () => {
      const told = (await world.timeline()).split("\n").filter((line) => line.includes(leg.slice(0, 8)));
      if (told.some((line) => line.includes("beep"))) return true;
      await world.advance(1_000);
      return false;
    });
    await world.advance(4_000);
    await world.hangUp(leg);
    await until("the line to end", async () => (await world.leg(leg)).ended_ms !== null);
    await world.advance(5_000);
    return leg;
  }

  const button = (verb, name) => page.getByRole("button", { name: `${verb} the message of ${name}` });
  const slider = (name) => page.getByRole("slider", { name: `Position in the message of ${name}` });

  it("is played, stopped, moved about in, and played without a pointer", async () => {
    await leaves(MARA);
    const row = amelia.missed.locator("li").filter({ hasText: MARA.name });
    await row.filter({ hasText: /Left a message, 0:0\d/ }).waitFor();
    const height = (await row.boundingBox()).height;
    await button("Play", MARA.name).focus();
    await page.keyboard.press("Enter");
    await button("Pause", MARA.name).waitFor();
    assert.equal((await row.boundingBox()).height, height, "the row has moved");
    await until("the position to move", async () => Number(await slider(MARA.name).inputValue()) > 300);
    assert.ok(Number(await slider(MARA.name).getAttribute("max")) > 2_000, "as long as it was");
    await page.keyboard.press("Enter");
    await button("Play", MARA.name).waitFor();
    await slider(MARA.name).fill("0");
    await row.getByText("0:00 /").waitFor();
    await slider(MARA.name).focus();
    await page.keyboard.press("End");
    await until("the end", async () => Number(await slider(MARA.name).inputValue()) > 2_000);
    assert.equal(await page.evaluate(() => document.activeElement.type), "range", "the keys are the slider's own");
    // Beside a conversation nobody hears another caller.
    await button("Play", MARA.name).click();
    await button("Pause", MARA.name).waitFor();
    await world.call(OLIVER);
    await amelia.answer(OLIVER.name).click();
    await amelia.mine.waitFor();
    await button("Play", MARA.name).waitFor();
    await amelia.mine.getByRole("button", { name: "Hang up" }).click();
    await amelia.mine.waitFor({ state: "detached" });
  });

  it("that cannot be heard says why, and can be asked for again", async () => {
    const leg = await leaves(OLIVER);
    const row = amelia.missed.locator("li").filter({ hasText: OLIVER.name });
    await row.waitFor();
    const answers = [
      [502, "carrier_away", "The carrier did not answer"],
      [404, "no_recording", "Message deleted"],
      [0, "", "No answer. Try again"],
    ];
    for (const [status, result, words] of answers) {
      await page.route(`**/calls/${leg}/recording`, (route) =>
        status === 0 ? route.abort() : route.fulfill({ status, contentType: "application/json", body: JSON.stringify({ result }) }),
      );
      await button("Play", OLIVER.name).click();
      await row.getByRole("alert").filter({ hasText: words }).waitFor();
      await page.unroute(`**/calls/${leg}/recording`);
    }
    await lookAway(page);
    await button("Play", OLIVER.name).click();
    await button("Pause", OLIVER.name).waitFor();
  });
});
