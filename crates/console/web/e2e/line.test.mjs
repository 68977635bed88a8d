// A line that is cut, a tab that slept, a server that was restarted: what is shown is true, or says that it is old.

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { seen, vanished, within } from "./agent.mjs";
import { openOffice } from "./office.mjs";
import { MARA, OLIVER, PRIYA, pause, until } from "./world.mjs";

const LOST_WITHIN_MS = 3_000;
const RIGHT_WITHIN_MS = 1_000;

describe("the line", { timeout: 600_000 }, () => {
  const { world, sitDown } = openOffice();
  /** By way of the wire. */
  let amelia;
  /** Straight to another process: what really is. */
  let bashir;

  beforeEach(async () => {
    amelia = await sitDown("Amelia Frost");
    bashir = await sitDown("Bashir Khan", { at: world.direct });
    await world.call(MARA);
    await seen(0, amelia.row(MARA.name), bashir.row(MARA.name));
  });

  /** The line is lost and says so; meanwhile one caller goes and another comes; then it is back and right. */
  async function through(what, lose, restore) {
    let began = Date.now();
    await lose();
    within(`${what}: says so`, await seen(began, amelia.lost), LOST_WITHIN_MS);
    await amelia.page.getByText("1 was waiting").waitFor();
    assert.equal(await amelia.page.title(), "Not up to date · Switchboard");

    await bashir.answer(MARA.name).click();
    await bashir.mine.getByText("Talking").waitFor();
    await world.call(OLIVER, "1");
    await bashir.row(OLIVER.name).waitFor();
    // What is old stands still and is not mixed with what is new.
    await amelia.row(MARA.name).waitFor();
    assert.equal(await amelia.row(OLIVER.name).count(), 0);

    const back = await restore();
    began = back ?? Date.now();
    await Promise.all([
      vanished(began, amelia.lost),
      seen(began, amelia.row(OLIVER.name), amelia.talking.getByText("With Bashir Khan"), amelia.page.getByText("Connected", { exact: true })),
    ]);
    within(`${what}: right again`, Date.now() - began, RIGHT_WITHIN_MS);
    assert.equal(await amelia.row(MARA.name).count(), 0);
    assert.equal(await amelia.page.title(), "1 waiting · Switchboard");
  }

  it("that goes mute says so in three seconds, and is right a second after it is back", () =>
    through("a cable pulled", () => world.line.cut(), () => world.line.mend()));

  it("that breaks says so in three seconds, and is right a second after it is back", () =>
    through("connections refused", () => world.line.refuse(), () => world.line.mend()));

  it("of a computer without a network says so, and is right when that is back", () =>
    through("offline", () => offline(true), () => offline(false)));

  /** The sockets that are open do not notice the browser's own switch, so the wire is cut as well. */
  async function offline(on) {
    if (on) world.line.cut();
    else world.line.mend();
    await amelia.context.setOffline(on);
  }

  it("to a server that is restarted is right as soon as that is back", () =>
    through(
      "a restart",
      () => world.stopEvents(),
      async () => {
        await world.startEvents();
        return Date.now();
      },
    ));

  it("is kept through many short cuts, and nothing is missed", async () => {
    for (let round = 0; round < 10; round += 1) {
      world.line.refuse();
      await pause(50 * round);
      world.line.mend();
      const leg = await world.call(round % 2 ? OLIVER : PRIYA);
      await amelia.row((round % 2 ? OLIVER : PRIYA).name).waitFor();
      await world.hangUp(leg);
      await amelia.row((round % 2 ? OLIVER : PRIYA).name).waitFor({ state: "detached" });
    }
    assert.equal(await amelia.missed.getByRole("listitem").count(), 10);
  });

  /** Its scripts stand still and its clock goes on, as in a tab that was frozen or a computer that was closed. */
  async function sleeping(meanwhile) {
    const session = await amelia.context.newCDPSession(amelia.page);
    await session.send("Debugger.enable");
    const asleep = new Promise((done) => session.once("Debugger.paused", done));
    await session.send("Debugger.pause");
    await asleep;
    await meanwhile();
    await bashir.answer(MARA.name).click();
    await bashir.mine.getByText("Talking").waitFor();
    await world.call(OLIVER);
    await bashir.row(OLIVER.name).waitFor();
    // Long enough for its line to be in doubt.
    await pause(4_000);
    world.line.mend();
    const began = Date.now();
    await session.send("Debugger.resume");
    await session.send("Debugger.disable");
    await seen(began, amelia.row(OLIVER.name), amelia.talking.getByText("With Bashir Khan"), amelia.page.getByText("Connected", { exact: true }));
    await vanished(began, amelia.lost);
    within("woke: right again", Date.now() - began, RIGHT_WITHIN_MS);
    assert.equal(await amelia.row(MARA.name).count(), 0);
  }

  it("of a tab that slept is right a second after it woke", () => sleeping(() => {}));

  it("of a computer that was closed, and has lost every connection, as well", () => sleeping(() => world.line.refuse()));

  it("that is lost while Answer is pressed still tells what came of it", async () => {
    world.line.cut();
    await amelia.answer(MARA.name).click();
    await amelia.page.getByRole("button", { name: `Claiming ${MARA.name}` }).waitFor();
    await amelia.lost.waitFor();
    world.line.mend();
    // Asked once more under the same key, or told that nothing came: never a claim without an end.
    await until("an outcome", async () => (await amelia.page.getByText("Claiming…").count()) === 0);
    await vanished(0, amelia.lost);
    if ((await amelia.mine.count()) === 0) await amelia.answer(MARA.name).click();
    await amelia.mine.getByText("Talking").waitFor();
  });
});
