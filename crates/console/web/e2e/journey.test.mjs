// Calls from beginning to end, seen by two agents in two windows.

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { holdAnswers, seen, vanished, within } from "./agent.mjs";
import { boxes, moved, shifts, watchShifts } from "./layout.mjs";
import { openOffice } from "./office.mjs";
import { FRONT_DESK, JACK, MARA, OLIVER, PRIYA, until } from "./world.mjs";

describe("a call", { timeout: 600_000 }, () => {
  const { world, sitDown } = openOffice();
  let amelia;
  let bashir;

  beforeEach(async () => {
    [amelia, bashir] = await Promise.all(["Amelia Frost", "Bashir Khan"].map((name) => sitDown(name)));
  });

  it("appears, becomes somebody, is answered, and is gone", async () => {
    await world.faults({ crm_delay_ms: 2_500 });
    const both = [amelia, bashir];

    let began = Date.now();
    const leg = await world.dial(MARA);
    within("rings, both see it in the menu", await seen(began, ...both.map(({ page }) => page.getByText("1 in the menu"))), 1_000);
    await world.choose(leg);
    began = Date.now();
    const rows = both.map(({ row }) => row("07700 900101").filter({ hasText: "Looking up…" }));
    within("waits, both have the row", await seen(began, ...rows), 1_000);

    // While they look, the look-up ends: nothing moves and nothing is loaded anew.
    const before = await Promise.all(both.map(({ page }) => boxes(page)));
    await Promise.all(both.map(({ page }) => watchShifts(page)));
    await seen(0, ...both.map(({ row }) => row(MARA.name).filter({ hasText: MARA.organisation })));
    await seen(0, ...both.map(({ details }) => details.getByText("open tickets: 2")));
    for (const [index, { page }] of both.entries()) {
      assert.deepEqual(moved(before[index], await boxes(page)), [], "moved when the name came");
      assert.deepEqual(await shifts(page), [], "shifted when the name came");
    }

    began = Date.now();
    await amelia.answer(MARA.name).click();
    within("answered, the winner sees it", await seen(began, amelia.mine), 1_000);
    await amelia.mine.getByText("Talking").waitFor();
    await bashir.talking.getByText("With Amelia Frost").waitFor();
    console.log(`    talking, seen by both: ${Date.now() - began} ms`);
    await until("voices", async () => (await world.leg(leg)).bridged_with.length === 1);
    await bashir.page.getByText("With Mara Lind").waitFor();

    began = Date.now();
    await amelia.mine.getByRole("button", { name: "Hang up" }).click();
    await vanished(began, amelia.mine, bashir.talking);
    within("hung up, gone for both", Date.now() - began, 1_000);
    await until("the caller's line to end", async () => (await world.leg(leg)).ended_ms !== null);
    await Promise.all(both.map(({ page }) => page.getByText("Nobody is waiting.").waitFor()));
    await amelia.page.getByText("Last call: Mara Lind with Amelia Frost").waitFor();
  });

  it("is told to be a colleague's when they were faster", async () => {
    await world.call(OLIVER);
    await seen(0, amelia.answer(OLIVER.name), bashir.answer(OLIVER.name));
    // Bashir's press is under way while Amelia's is done.
    const letGo = await holdAnswers(bashir.page);
    await bashir.answer(OLIVER.name).click();
    await bashir.page.getByRole("button", { name: `Claiming ${OLIVER.name}` }).waitFor();
    await amelia.answer(OLIVER.name).click();
    await amelia.mine.getByText("Talking").waitFor();
    letGo();
    await bashir.page.getByText("Amelia was faster").first().waitFor();
    await bashir.talking.getByText("With Amelia Frost").waitFor();
    assert.equal(await bashir.mine.count(), 0);
  });

  it("that both want at the same moment is one's, and the other is told whose", async () => {
    await world.call(PRIYA);
    await seen(0, amelia.answer(PRIYA.name), bashir.answer(PRIYA.name));
    // Neither press may take the button from under the other's pointer: both are under way before either arrives.
    const letGo = await Promise.all([amelia, bashir].map(({ page }) => holdAnswers(page)));
    for (const { answer, page } of [amelia, bashir]) {
      await answer(PRIYA.name).click();
      await page.getByRole("button", { name: `Claiming ${PRIYA.name}` }).waitFor();
    }
    for (const go of letGo) go();
    const winner = await until("a winner", async () => {
      for (const [one, other, name] of [[amelia, bashir, "Amelia Frost"], [bashir, amelia, "Bashir Khan"]]) {
        if ((await one.mine.getByText("Talking").count()) > 0) return { other, name };
      }
    });
    await winner.other.talking.getByText(`With ${winner.name}`).waitFor();
    assert.equal(await winner.other.mine.count(), 0);
  });

  it("whose caller gives up while Answer is pressed says so", async () => {
    const leg = await world.call(OLIVER);
    await seen(0, amelia.answer(OLIVER.name));
    const letGo = await holdAnswers(amelia.page);
    await amelia.answer(OLIVER.name).click();
    await world.hangUp(leg);
    await bashir.page.getByText("Nobody is waiting.").waitFor();
    letGo();
    await amelia.page.getByText("The caller hung up").first().waitFor();
    await amelia.missed.getByText("Hung up after").waitFor();
  });

  it("is led to by links and hints: the office's name, the simulator, a second window", async () => {
    await amelia.page.getByRole("banner").getByText("Switchboard").waitFor();
    const link = amelia.page.getByRole("link", { name: "open the simulator" });
    await amelia.page.getByText("dial and press 2").waitFor();
    await amelia.page.getByText("in a second window").waitFor();
    assert.equal(new URL(await link.getAttribute("href")).origin, world.simulator);
    const there = await amelia.context.newPage();
    await there.goto(world.simulator);
    const back = there.getByRole("link", { name: "Open the console" });
    await back.waitFor();
    assert.equal(new URL(await back.getAttribute("href")).origin, world.direct);
  });

  it("rings the office, is taken there, and both see by whom", async () => {
    const leg = await world.call(PRIYA);
    await seen(0, amelia.row(PRIYA.name), bashir.row(PRIYA.name));
    await world.advance(181_000);
    await seen(0, amelia.row("Office phones ringing"), bashir.row("Office phones ringing"));
    const desk = await until("the front desk to ring", async () => {
      const answer = await world.control("POST", "phones/pick-up", { number: FRONT_DESK }).catch(() => undefined);
      return answer?.leg;
    });
    await until("the screening", async () => JSON.stringify((await world.leg(desk)).hears ?? "").includes("ress 1"));
    await world.control("POST", "press", { leg: desk, digits: "1" });
    await seen(0, ...[amelia, bashir].map(({ talking }) => talking.getByText("With Front desk")));
    await world.hangUp(leg);
    await vanished(0, amelia.talking, bashir.talking);
  });

  it("that comes and rings the office is seen by whoever points into the list", async () => {
    await world.call(PRIYA);
    await seen(0, amelia.row(PRIYA.name));
    await amelia.row(PRIYA.name).hover();
    await world.call(OLIVER);
    await amelia.row(OLIVER.name).waitFor();
    await world.advance(181_000);
    await amelia.row(OLIVER.name).getByText("Office phones ringing").waitFor();
  });

  it("is answered on a screen also while the office rings", async () => {
    await world.call(PRIYA);
    await seen(0, amelia.row(PRIYA.name));
    await world.advance(181_000);
    await seen(0, amelia.row("Office phones ringing"));
    await amelia.answer(PRIYA.name).click();
    await amelia.mine.getByText("Talking").waitFor();
    await bashir.talking.getByText("With Amelia Frost").waitFor();
  });

  it("of somebody who was looked up before says how old the answer is", async () => {
    await world.hangUp(await world.call(PRIYA));
    await world.faults({ crm_mode: "down" });
    await world.call(PRIYA);
    await amelia.row(PRIYA.name).waitFor();
    const line = amelia.details.getByRole("listitem").filter({ hasText: "CRM" });
    await line.getByText(/from memory, (less than a minute|\d+ min) old/).waitFor();
  });

  it("names the source that fails, on the row and on the card", async () => {
    await world.faults({ crm_mode: "down", crm_delay_ms: 1_000 });
    // Nobody has asked for him before: what was found is kept for minutes.
    await world.call(JACK);
    const row = amelia.row("07700 900104");
    await row.getByText("Looking up…").waitFor();
    const began = await boxes(amelia.page);
    await row.getByText("CRM did not answer").waitFor();
    await amelia.details.getByRole("listitem").filter({ hasText: "CRM" }).getByText(/did not answer|could not/).waitFor();
    assert.deepEqual(moved(began, await boxes(amelia.page)), [], "moved when the source failed");
    // Answered all the same.
    await amelia.answer("07700 900104").click();
    await amelia.mine.getByText("Talking").waitFor();
  });
});
