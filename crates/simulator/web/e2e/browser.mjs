// A headless Chromium, Debian's or the one that $CHROMIUM names.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** What axe finds serious or worse, in words. Injected outside the page's own policy, which allows no script but its own. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(
    (one) => `${one.impact} ${one.id}: ${one.help}\n    ${one.nodes.map((node) => `${node.target} ${node.failureSummary}`).join("\n    ")}`,
  );
}
