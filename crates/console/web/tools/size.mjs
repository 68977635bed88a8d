// Says what the first load weighs, and fails when its script is over the limit.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const LIMIT = 60 * 1024;
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const page = readFileSync(`${dist}index.html`, "utf8");
const sizes = readdirSync(`${dist}assets`)
  .filter((name) => /\.(js|css)\.gz$/.test(name) && page.includes(name.slice(0, -3)))
  .map((name) => [name, readFileSync(`${dist}assets/${name}`).length]);
for (const [name, size] of sizes) console.log(`${name}: ${size} bytes`);
const script = sizes.filter(([name]) => name.endsWith(".js.gz")).reduce((sum, [, size]) => sum + size, 0);
if (script === 0 || script > LIMIT) {
  console.error(`${script} bytes of compressed script at first load; ${LIMIT} are the limit`);
  process.exitCode = 1;
}
