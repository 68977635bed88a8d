// Nothing runs off the screen, docked or not, however long the names are; and on a phone no word is dropped.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scenes } from "../dev/scenes.mjs";
import { openScenes, outside } from "./scene.mjs";

const WIDTHS = [360, 390, 768, 1280, 1920];

/** A state: its scene, and what is done before it is looked at. */
const STATES = {
  "a call": ["mine"],
  "a call with long names": ["minelong"],
  "a claim with long names": ["claimedlong"],
  "long names": ["long"],
  "long names, chosen": ["long", (page) => page.locator("[data-row]").nth(1).click()],
  "closed by hand, at length": ["byhandlong"],
  "the form, at length": ["byhandlong", (page) => page.keyboard.press("o")],
  "messages": ["messages", (page) => page.getByText("Left a message").first().waitFor()],
  "nobody there": ["alarm"],
  "one's own menu": ["long", (page) => page.click("[aria-controls=me-panel]")],
};

describe("on every screen", { timeout: 300_000 }, () => {
  const look = openScenes();

  for (const [what, [scene, act]] of Object.entries(STATES)) {
    it(`${what}: nothing is wider than the screen`, async () => {
      for (const width of WIDTHS) {
        const { page } = await look(scenes[scene], { width });
        await act?.(page);
        assert.deepEqual(await outside(page), [], `${width} px`);
      }
    });
  }

  for (const scene of ["mine", "minelong"]) {
    it(`${scene}: Hang up and its label are on the screen`, async () => {
      for (const width of WIDTHS) {
        const { page, mine } = await look(scenes[scene], { width });
        const label = await mine.getByRole("button", { name: "Hang up" }).evaluate((button) => {
          const range = document.createRange();
          range.selectNodeContents(button);
          const { left, right } = range.getBoundingClientRect();
          return { left, right };
        });
        assert.ok(label.left >= 0 && label.right <= width, `${width} px: ${JSON.stringify(label)}`);
        await page.close();
      }
    });
  }

  it("a row holds all that is in it", async () => {
    for (const scene of ["seven", "mine", "long"]) {
      for (const width of WIDTHS) {
        const { waiting } = await look(scenes[scene], { width });
        const out = await waiting.locator("li").evaluateAll((rows) =>
          rows.flatMap((row) => {
            const edge = row.getBoundingClientRect();
            return [...row.querySelectorAll("*")]
              .filter((one) => {
                const { top, bottom, height } = one.getBoundingClientRect();
                return height > 1 && !one.matches(".spoken") && (top < edge.top - 0.5 || bottom > edge.bottom + 0.5);
              })
              .map((one) => one.outerHTML.slice(0, 100));
          }),
        );
        assert.deepEqual(out, [], `${scene}, ${width} px`);
      }
    }
  });

  it("a docked call shows its details when they are asked for", async () => {
    const { page, mine } = await look(scenes.mine, { width: 390, height: 844 });
    await mine.getByRole("button", { name: "Details" }).click();
    await mine.getByRole("link", { name: "Open record" }).waitFor();
    const dock = await mine.boundingBox();
    assert.ok(dock.y >= 0 && dock.y + dock.height <= 844, "all of it is on the screen");
    await mine.getByRole("button", { name: "Hang up" }).click({ trial: true });
    await page.keyboard.press("Escape");
    await mine.getByRole("link", { name: "Open record" }).waitFor({ state: "hidden" });
  });

  it("on a phone presence and connection have words or signs of their own, not only a colour", async () => {
    const { page } = await look(scenes.seven, { width: 390, height: 844 });
    await page.getByRole("banner").getByText("Available").waitFor();
    const connection = page.getByRole("banner").getByText("Connected");
    await connection.waitFor();
    assert.ok((await page.getByRole("banner").locator(".link svg").boundingBox()).width >= 12, "a sign");
    assert.deepEqual(await outside(page), []);
  });

  it("on a phone the context of a row is read whole", async () => {
    const { row } = await look(scenes.seven, { width: 390, height: 844 });
    const cut = await row("Priya Raman")
      .locator(".line")
      .evaluate((line) => line.scrollWidth > line.clientWidth || line.scrollHeight > line.clientHeight);
    assert.equal(cut, false);
  });

  it("on a phone the hours take as many lines as their words, and no more for the button", async () => {
    const { page } = await look(scenes.empty, { width: 390, height: 844 });
    const hours = await page.getByRole("banner").locator(".hours").boundingBox();
    assert.ok(hours.height <= 48, `${hours.height} px`);
  });

  for (const colorScheme of ["light", "dark"]) {
    it(`a row that is pointed at keeps the disc of its initials, ${colorScheme}`, async () => {
      const { row, page } = await look(scenes.seven, { colorScheme });
      for (const name of ["Priya Raman", "Siobhán"]) {
        await row(name).hover();
        const ground = (selector) => page.evaluate((what) => getComputedStyle(document.querySelector(what)).backgroundColor, selector);
        const place = await row(name).evaluate((one) => [...one.parentElement.children].indexOf(one) + 1);
        const [under, disc] = [await ground(`.waiting li:nth-child(${place})`), await ground(`.waiting li:nth-child(${place}) .avatar`)];
        const apart = await page.evaluate(([one, other]) => {
          const context = document.createElement("canvas").getContext("2d");
          const light = (colour) => {
            context.clearRect(0, 0, 1, 1);
            context.fillStyle = colour;
            context.fillRect(0, 0, 1, 1);
            const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          return Math.abs(light(one) - light(other));
        }, [under, disc]);
        assert.ok(apart >= 6, `${name}: ${under} under ${disc}, ${apart}`);
      }
    });
  }
});
