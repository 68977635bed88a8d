// How much work the page has when two hundred wait and every second passes for all of them: `node dev/pace.mjs`.
// Sixty frames a second leave 16.7 ms for each.
import { loadavg } from "node:os";
import { chromium } from "playwright-core";
import { scenes } from "./scenes.mjs";
import { serve } from "./server.mjs";

const SECONDS = 10;
const server = await serve(scenes.twohundred);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.addInitScript(() => sessionStorage.setItem("switchboard.agent", "anna"));
  await page.goto(server.url);
  await page.getByText("200", { exact: true }).first().waitFor();
  await page.waitForTimeout(2_000);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const metrics = async () => Object.fromEntries((await session.send("Performance.getMetrics")).metrics.map(({ name, value }) => [name, value]));
  const before = await metrics();
  const frames = await page.evaluate(
    (forMs) =>
      new Promise((done) => {
        const gaps = [];
        const began = performance.now();
        let last = began;
        requestAnimationFrame(function next(now) {
          gaps.push(now - last);
          last = now;
          if (now - began < forMs) requestAnimationFrame(next);
          else done(gaps.slice(1));
        });
      }),
    SECONDS * 1000,
  );
  const now = await metrics();
  const work = (name) => (((now[name] - before[name]) * 1000) / SECONDS).toFixed(1);
  frames.sort((one, other) => one - other);
  const at = (share) => frames[Math.min(frames.length - 1, Math.floor(frames.length * share))].toFixed(1);
  console.log(`frames: ${(frames.length / SECONDS).toFixed(1)} a second; gaps: median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms`);
  console.log(`a second's work: script ${work("ScriptDuration")} ms, style ${work("RecalcStyleDuration")} ms, layout ${work("LayoutDuration")} ms`);
  console.log(`load of the machine: ${loadavg()[0].toFixed(1)}`);
} finally {
  await browser.close();
  await server.close();
}
