// Nothing that axe finds, and nothing wider than the screen, in both themes and at three widths.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { axe } from "../../../simulator/web/e2e/browser.mjs";
import { lookAway } from "./agent.mjs";
import { openOffice } from "./office.mjs";
import { MARA, OLIVER, PRIYA } from "./world.mjs";

const HEIGHTS = { 390: 844, 1280: 800, 1920: 1080 };

describe("the page", { timeout: 600_000 }, () => {
  const { world, sitDown } = openOffice();
  let amelia;

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [390, 1280, 1920]) {
      it(`is accessible and fits, ${width} px, ${colorScheme}`, async () => {
        amelia = await sitDown(undefined, { colorScheme, viewport: { width, height: HEIGHTS[width] } });
        const { page } = amelia;
        const looked = async (when) => {
          assert.deepEqual(await axe(page), [], when);
          const wide = await page.evaluate(() =>
            document.documentElement.scrollWidth <= innerWidth
              ? []
              : [...document.querySelectorAll("*")]
                  .filter((one) => one.getBoundingClientRect().right > innerWidth)
                  .map((one) => one.outerHTML.slice(0, 120)),
          );
          assert.deepEqual(wide, [], `${when}: wider than the screen`);
        };
        await page.getByRole("button", { name: "Amelia Frost" }).waitFor();
        await looked("choosing");
        await page.getByRole("button", { name: "Amelia Frost" }).click();
        await page.getByText("Nobody is waiting.").waitFor();
        await lookAway(page);
        await looked("empty");

        await world.call(MARA);
        await world.call(PRIYA, "1");
        await amelia.row(PRIYA.name).waitFor();
        await world.advance(181_000);
        await amelia.row("Office phones ringing").first().waitFor();
        await world.call(OLIVER);
        await amelia.row(OLIVER.name).waitFor();
        await looked("waiting and ringing");
        await amelia.row(OLIVER.name).getByRole("button").first().click();
        await page.getByText("open tickets: 0").last().waitFor();
        await looked("selected");
        if (width === 390) await page.getByRole("button", { name: "Close details" }).click();
        await amelia.answer(OLIVER.name).click();
        await amelia.mine.getByText("Talking").waitFor();
        await looked("on a call");
        world.line.cut();
        await amelia.lost.waitFor();
        await looked("not connected");
        // One can still hang up.
        await amelia.mine.getByRole("button", { name: "Hang up" }).click({ trial: true });
        const dock = await amelia.mine.boundingBox();
        assert.ok(dock.y + dock.height <= HEIGHTS[width], "my call is on the screen");
        world.line.mend();
        await amelia.lost.waitFor({ state: "detached" });
      });
    }
  }
});
