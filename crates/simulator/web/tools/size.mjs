// What a first visit loads: all scripts of the page, compressed. Fails above the budget.

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = 60 * 1024;
const folder = new URL("../dist/assets/", import.meta.url);
const scripts = readdirSync(folder).filter((name) => name.endsWith(".js"));
const size = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(name, folder))).length, 0);
console.log(`scripts: ${(size / 1024).toFixed(1)} KB compressed, ${BUDGET / 1024} KB allowed`);
if (scripts.length === 0 || size > BUDGET) process.exit(1);
