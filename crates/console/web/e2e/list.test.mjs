// The waiting list, its card and its counts: what they say is so, whatever happens meanwhile.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PEOPLE, call, claimed, entered, found, id, notFound, over, queued, scene, scenes, talking } from "../dev/scenes.mjs";
import { openScenes } from "./scene.mjs";
import { pause, until } from "./world.mjs";

const received = (one) => ({ call: { callId: one.id, sequence: 1, received: one } });
const waiting = (sinceMs, more) => ({ queue: "support", sinceMs: String(sinceMs), deadlineMs: String(sinceMs + 180_000), ...more });
/** Mara, Priya and Tom wait, in that order. */
const three = (now) => scene([0, 1, 2].map((index) => call(index + 1, now, 90 - index * 20, { crm: found(PEOPLE[index]) }, queued)));
const [MARA, PRIYA, TOM] = PEOPLE.map(([name]) => name);

describe("the waiting list", { timeout: 300_000 }, () => {
  const look = openScenes();

  it("and its count agree while the only caller is on the way to oneself", async () => {
    const { page, waiting: list } = await look((now) => scene([call(30, now, 20, { crm: found(PEOPLE[0]) }, claimed("anna"))]));
    await list.getByText("Nobody is waiting.").waitFor();
    assert.match(await page.getByRole("banner").locator(".count").innerText(), /^0\s+waiting$/);
    assert.equal(await page.title(), "Switchboard");
  });

  it("shows at once who comes, below the others, while a pointer rests on it", async () => {
    const { page, server, row, names } = await look(three);
    await row(PRIYA).hover();
    const before = await row(PRIYA).boundingBox();
    for (const index of [4, 5]) server.tell(received(call(index, Date.now(), 0, { crm: notFound }, queued)));
    await until("five rows", async () => (await names()).length === 5);
    assert.deepEqual(await row(PRIYA).boundingBox(), before);
    assert.equal(await page.getByRole("button", { name: /new/ }).count(), 0);
  });

  it("lets a resting pointer hold it back for three seconds, not for ever", async () => {
    const { page, server, row, names } = await look(three);
    await row(PRIYA).hover();
    // Whoever was promised the front stands above the others: that would move them.
    const front = { ...call(9, Date.now(), 0, { crm: notFound }, queued), state: { queued: { waiting: waiting(Date.now(), { front: true }) } } };
    const began = Date.now();
    server.tell(received(front));
    server.tell(entered(id(3), over("ABANDONED", Date.now()), "CAUSE_CALLER_HUNG_UP"));
    await page.getByRole("button", { name: "1 new" }).waitFor();
    await pause(1_000);
    assert.deepEqual(await names(), [MARA, PRIYA, TOM], "nothing moves under a pointer");
    await until("the list to be true", async () => (await names()).length === 3 && !(await names()).includes(TOM), 4_000);
    assert.ok(Date.now() - began >= 2_500, `${Date.now() - began} ms`);
    assert.equal((await names())[0], "0161 496 0009");
    // The next movement holds it again.
    await row(PRIYA).hover({ position: { x: 40, y: 20 } });
    server.tell(received({ ...front, id: id(11) }));
    await page.getByRole("button", { name: "1 new" }).waitFor();
  });

  it("drops who was chosen when they are gone, and no key asks for them", async () => {
    const { page, server, row, details } = await look(three);
    await page.keyboard.press("j");
    await details.getByText("Selected").waitFor();
    await page.mouse.move(640, 2);
    server.tell(entered(id(1), over("ABANDONED", Date.now()), "CAUSE_CALLER_HUNG_UP"));
    await details.getByText("Longest waiting").waitFor();
    await details.getByRole("heading", { name: PRIYA }).waitFor();
    await page.keyboard.press("Enter");
    await row(PRIYA).hover();
    await pause(200);
    assert.deepEqual(server.asked.filter(({ path }) => path.endsWith(`${id(1)}/answer`)), []);
  });

  it("drops who was chosen when a colleague has them, and after one's own call", async () => {
    const { page, server, row, details, mine } = await look(three);
    await row(MARA).getByRole("button").first().click();
    await details.getByText("Selected").waitFor();
    server.tell(entered(id(1), talking("ben", 0, Date.now())(waiting(Date.now())), "CAUSE_CONNECTED"));
    await details.getByText("Longest waiting").waitFor();

    await row(PRIYA).getByRole("button").first().click();
    server.tell(entered(id(2), talking("anna", 0, Date.now())(waiting(Date.now())), "CAUSE_CONNECTED"));
    await mine.waitFor();
    server.tell(entered(id(2), over("COMPLETED", Date.now()), "CAUSE_CALLER_HUNG_UP"));
    await mine.waitFor({ state: "detached" });
    await details.getByText("Longest waiting").waitFor();
    await details.getByRole("heading", { name: TOM }).waitFor();
    // Whom one looks up among the missed stays as long as one likes.
    server.tell(entered(id(3), over("ABANDONED", Date.now()), "CAUSE_CALLER_HUNG_UP"));
    await page.getByRole("region", { name: "Missed" }).getByRole("button", { name: new RegExp(TOM) }).click();
    server.tell(received(call(9, Date.now(), 0, { crm: found(PEOPLE[3]) }, queued)));
    await details.getByText("Selected").waitFor();
    await details.getByRole("heading", { name: TOM }).waitFor();
  });

  it("has one Answer that stands out: the one that Enter presses", async () => {
    const { row, waiting: list } = await look(three);
    const loud = () => list.locator("button.press:not(.soft)").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
    assert.deepEqual(await loud(), [`Answer ${MARA}`]);
    await row(PRIYA).getByRole("button").first().click();
    assert.deepEqual(await loud(), [`Answer ${PRIYA}`]);
  });

  it("has no Answer to press while one is on a call", async () => {
    const { waiting: list } = await look(scenes.mine);
    assert.ok((await list.getByRole("listitem").count()) > 5);
    assert.equal(await list.getByRole("button", { name: /^Answer/ }).count(), 0);
  });

  it("leaves the loser time to read who was faster, and says it again when it is so again", async () => {
    const taken = [409, { result: "taken", by: { agentId: "ben", name: "Ben Adeyemi" } }];
    const { page, server, row } = await look((now) => ({ ...three(now), answers: { [id(1)]: taken, [id(2)]: taken } }));
    await page.evaluate(() => {
      globalThis.told = [];
      const region = document.querySelector(".said");
      new MutationObserver((changes) => {
        if (changes.some(({ addedNodes }) => addedNodes.length > 0) && region.textContent.trim()) globalThis.told.push(region.textContent.trim());
      }).observe(region, { childList: true, subtree: true });
    });
    await page.getByRole("button", { name: `Answer ${MARA}` }).click();
    server.tell(entered(id(1), talking("ben", 0, Date.now())(waiting(Date.now())), "CAUSE_CONNECTED"));
    await page.mouse.move(640, 2);
    await row(MARA).waitFor({ state: "detached" });
    await pause(3_000);
    assert.ok(await page.getByText(`${MARA}: Ben was faster`).isVisible(), "three seconds later");
    for (let press = 0; press < 2; press += 1) {
      await page.getByRole("button", { name: `Answer ${PRIYA}` }).click();
      await until("to be told", async () => (await page.evaluate(() => globalThis.told.length)) === 2 + press);
      // The row says so as well, and is then as it was.
      await page.getByRole("button", { name: `Answer ${PRIYA}` }).waitFor();
    }
    const told = await page.evaluate(() => globalThis.told);
    assert.deepEqual(told, [`${MARA}: Ben was faster`, `${PRIYA}: Ben was faster`, `${PRIYA}: Ben was faster`]);
  });

  it("names a row as a sentence would", async () => {
    const { page, waiting: list } = await look(three);
    await list.getByRole("button", { name: "Mara Lind, Acme Ltd, waiting 1 minute", exact: true }).waitFor();
    await list.getByRole("button", { name: "Tom Bell, Bell Cycles, waiting less than a minute", exact: true }).waitFor();
    await page.mouse.move(640, 2);
  });

  it("counts every call since the page was opened, not those that are still listed", async () => {
    const { page, server, waiting: list } = await look((now) => scene([call(1, now, 10, { crm: found(PEOPLE[0]) }, queued)]));
    for (let index = 100; index < 304; index += 1) {
      server.tell(received(call(index, Date.now(), 0, {}, queued)));
      server.tell(entered(id(index), over("ABANDONED", Date.now()), "CAUSE_CALLER_HUNG_UP"));
    }
    // A conversation that goes on was answered.
    server.tell(entered(id(1), talking("ben", 0, Date.now())(waiting(Date.now())), "CAUSE_CONNECTED"));
    await list.getByText("1 answered, 204 missed, 0 messages").waitFor();
    await list.getByText(/Since this page was opened at \d\d:\d\d/).waitFor();
    assert.equal(await page.getByText("calls in between are not counted").count(), 0);
    // What happened while it was not connected, nobody told it.
    server.cut();
    await page.getByText("Not connected since").waitFor();
    server.mend();
    await page.getByText("Connected", { exact: true }).waitFor();
    server.tell(entered(id(1), over("ABANDONED", Date.now()), "CAUSE_CALLER_HUNG_UP"));
    await list.getByText("calls in between are not counted").waitFor();
  });

  it("has nothing to say of a caller who withholds their number, and no empty space for it", async () => {
    const { details } = await look(scenes.withheld);
    await details.getByRole("heading", { name: "Number withheld" }).waitFor();
    await details.getByText("Nothing to look up").waitFor();
    const card = await details.locator("section.card").boundingBox();
    assert.ok(card.height <= 120, `${card.height} px`);
  });

  it("says what is known as people say it", async () => {
    const { details, page } = await look(
      (now) => scene([call(1, now, 90, { crm: found(["Mara Lind", "Acme Ltd", "gold", "2017-03-14", "open tickets: 2"]), directory: notFound }, queued)]),
    );
    await details.getByText("Gold · customer since March 2017").waitFor();
    assert.equal(await details.locator(".summary").innerText(), "Open tickets: 2");
    await page.getByText("Not found in Directory").waitFor();
  });

  it("says how long a source took only when it took long", async () => {
    const now = Date.now();
    const { server, details } = await look(() => scene([{ ...call(1, now, 8, { crm: { pending: {} }, directory: { pending: {} } }, queued), arrivedAtMs: String(now) }]));
    const says = (source, lookup, atMs) => server.tell({ atMs: String(atMs), call: { callId: id(1), sequence: 2, lookedUp: { source, lookup } } });
    says("crm", found(PEOPLE[0]), now + 40);
    says("directory", found(PEOPLE[0]), now + 1_400);
    await details.getByText("1.4 s").waitFor();
    assert.equal(await details.getByText("0.0 s").count(), 0);
    const line = details.getByRole("listitem").filter({ hasText: "CRM" });
    assert.equal(await line.getAttribute("title"), "After 0.0 s");
  });
});
