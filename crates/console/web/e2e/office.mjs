// What the browser tests stand on: a system of their own, a browser, and agents who leave when their test is over.

import { after, afterEach, before } from "node:test";
import { launch } from "../../../simulator/web/e2e/browser.mjs";
import { sitDown } from "./agent.mjs";
import { startWorld } from "./world.mjs";

/** For the describe that calls it; `world` is there from its first test on. */
export function openOffice() {
  const world = {};
  const present = [];
  let browser;

  before(async () => {
    Object.assign(world, await startWorld());
    browser = await launch();
  });

  after(async () => {
    await browser?.close();
    await world.stop?.();
  });

  afterEach(async (test) => {
    if (test.passed === false) console.log(await world.timeline(), world.output());
    await Promise.all(present.splice(0).map((agent) => agent.leave()));
    await world.calm();
  });

  return {
    world,
    /** By way of the wire, unless they sit somewhere else. */
    async sitDown(name, { at = world.url, ...options } = {}) {
      const agent = await sitDown(browser, at, name, options);
      present.push(agent);
      return agent;
    },
  };
}
