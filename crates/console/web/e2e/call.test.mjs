// One's own call and the office's hours on the screen alone: focus, a lost line, and what the form says.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PEOPLE, call, claimed, entered, found, id, over, queued, scene, scenes, talking } from "../dev/scenes.mjs";
import { openScenes } from "./scene.mjs";
import { until } from "./world.mjs";

const mine = (now) =>
  scene([call(1, now, 40, { crm: found(PEOPLE[1]) }, queued), call(30, now, 130, { crm: found(PEOPLE[0]) }, talking("anna", 102, now))]);
const focused = (page) => page.evaluate(() => (document.activeElement === document.body ? "body" : document.activeElement.closest("[aria-label]").ariaLabel));

describe("my call", { timeout: 300_000 }, () => {
  const look = openScenes();

  it("leaves the focus with those who wait when it is over, and the next Tab at the first of them", async () => {
    const { page, server, mine: dock } = await look(mine);
    await dock.getByRole("button", { name: "Hang up" }).focus();
    await page.keyboard.press("Enter");
    server.tell(entered(id(30), over("COMPLETED", Date.now()), "CAUSE_AGENT_HUNG_UP"));
    await dock.waitFor({ state: "detached" });
    await until("the focus to be somewhere", async () => (await focused(page)) !== "body", 2_000);
    assert.equal(await focused(page), "Waiting");
    await page.keyboard.press("Tab");
    assert.match(await focused(page), /^Priya Raman/);
  });

  it("that is given back leaves the focus there too", async () => {
    const { page, server, mine: dock } = await look((now) => scene([call(30, now, 130, { crm: found(PEOPLE[0]) }, claimed("anna"))]));
    await dock.getByRole("button", { name: "Return to queue" }).focus();
    await page.keyboard.press("Enter");
    server.tell(entered(id(30), over("ABANDONED", Date.now()), "CAUSE_CALLER_HUNG_UP"));
    await dock.waitFor({ state: "detached" });
    await until("the focus to be somewhere", async () => (await focused(page)) !== "body", 2_000);
  });

  it("a row whose Answer was pressed keeps the focus when the answer is somebody else's", async () => {
    const taken = [409, { result: "taken", by: { agentId: "ben", name: "Ben Adeyemi" } }];
    const { page } = await look((now) => ({ ...scene([call(1, now, 40, { crm: found(PEOPLE[1]) }, queued)]), answers: { [id(1)]: taken } }));
    await page.getByRole("button", { name: "Answer Priya Raman" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Ben was faster").first().waitFor();
    await until("the focus to be in the row", async () => /^Priya Raman/.test(await focused(page)), 2_000);
  });

  it("that is ended while not connected says what will happen, and ends once when it is back", async () => {
    const { page, server, mine: dock } = await look(mine);
    server.cut();
    await page.getByText("Not connected since").waitFor();
    await dock.getByRole("button", { name: "Hang up" }).click();
    await dock.getByText("Not connected. The call ends as soon as the connection is back").waitFor();
    assert.equal(await page.getByText("Try again").count(), 0);
    // Longer than a request may take.
    await page.waitForTimeout(11_000);
    assert.equal(await page.getByText("No answer from Switchboard").count(), 0);
    await dock.getByText("The call ends as soon as").waitFor();
    server.mend();
    const asked = () => server.asked.filter(({ path }) => path.endsWith("/hang-up"));
    await until("the hang-up to arrive", async () => asked().length > 0);
    await page.getByText("Connected", { exact: true }).waitFor();
    await page.waitForTimeout(1_500);
    assert.equal(new Set(asked().map(({ key }) => key)).size, 1, "one and the same hang-up");
    assert.equal(asked().length, 1);
    server.tell(entered(id(30), over("COMPLETED", Date.now()), "CAUSE_AGENT_HUNG_UP"));
    await dock.waitFor({ state: "detached" });
  });
});

describe("the form for the hours", { timeout: 300_000 }, () => {
  const look = openScenes();
  const open = async (page) => {
    await page.getByRole("button", { name: "Change hours" }).click();
    return page.getByRole("dialog", { name: "Opening hours" });
  };

  it("says what becomes of those who wait", async () => {
    const { page } = await look(scenes.seven);
    const form = await open(page);
    await form.getByText("7 callers are waiting. They keep their places and can still be answered.").waitFor();
    await form.getByText("New callers hear that the office is closed").waitFor();
    await form.getByRole("radio", { name: "Open" }).check();
    assert.equal(await form.getByText("They keep their places").count(), 0);
  });

  it("takes a time of 24 hours, however it is written", async () => {
    const { page, server } = await look(scenes.seven, { locale: "en-US" });
    for (const [typed, sent] of [["17:30", "17:30"], ["9.05", "09:05"], ["0900", "09:00"]]) {
      const form = await open(page);
      await form.getByRole("radio", { name: /A time/ }).check();
      const field = form.getByLabel(/^Time in/);
      assert.equal(await field.getAttribute("type"), "text", "the browser's own field shows 12 hours to some");
      await field.fill(typed);
      await form.getByLabel(/^Reason/).fill("Stock-taking");
      const [request] = await Promise.all([page.waitForRequest("**/hours/overrides"), page.keyboard.press("Enter")]);
      assert.equal(request.postDataJSON().until, sent);
      await page.keyboard.press("Escape");
    }
    const form = await open(page);
    await form.getByRole("radio", { name: /A time/ }).check();
    await form.getByLabel(/^Time in/).fill("25:99");
    await form.getByLabel(/^Reason/).fill("Stock-taking");
    const before = server.asked.length;
    await page.keyboard.press("Enter");
    await form.getByText("Write a time as 17:30").waitFor();
    assert.equal(server.asked.length, before);
  });

  it("is called for by a button that does not shout", async () => {
    const { page } = await look(scenes.seven);
    const button = page.getByRole("button", { name: "Change hours" });
    assert.equal(await button.evaluate((one) => getComputedStyle(one).boxShadow), "none");
  });

  it("says once who closed, and what would be so otherwise", async () => {
    const { page } = await look(scenes.byhand);
    await page.getByRole("banner").getByText("Closed by Ben Adeyemi: Fire drill").waitFor();
    assert.doesNotMatch(await page.getByRole("banner").innerText(), /Closed\s+Closed/);
    const form = await open(page);
    await form.getByText("Otherwise: open Monday 09:00–18:00").waitFor();
    await form.getByRole("button", { name: "Remove override" }).waitFor();
  });
});
