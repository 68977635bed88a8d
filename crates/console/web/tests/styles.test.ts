import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => /\.(svelte|css)$/.test(name));

/** A column that is `auto` or `1fr` grows with a line that does not wrap, and takes what stands beside it off the screen. */
describe("a grid", () => {
  it.each(files)("in %s says how narrow its columns may be", (name) => {
    const text = readFileSync(`${SRC}/${name}`, "utf8");
    const blocks = [...text.matchAll(/([^{}]+)\{([^{}]*display: grid;[^{}]*)\}/g)];
    for (const [, selector = "", body = ""] of blocks) {
      // An icon in its middle, or a place that is shown again with the columns it has.
      if (/place-items|^\s*display: grid;\s*$/.test(body)) continue;
      expect(body, selector.trim()).toMatch(/grid-template(-columns)?:/);
      const columns = body.match(/grid-template(?:-columns)?: .*;/)?.[0] ?? "";
      expect(columns.replaceAll(/minmax\((0|min\(.*?\)|\d+\w+), [^)]*\)/g, ""), selector.trim()).not.toMatch(/fr[;) ]/);
    }
  });
});
