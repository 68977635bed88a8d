// Writes src/gen from proto/; with --check only says whether it is what proto/ gives.
//
// The files are committed, so that a build needs neither buf nor proto/.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const web = fileURLToPath(new URL("..", import.meta.url));
const proto = join(web, "../../../proto");
const committed = join(web, "src/gen");
const check = process.argv.includes("--check");

const fresh = mkdtempSync(join(tmpdir(), "console-gen-"));
try {
  const template = {
    version: "v2",
    plugins: [{ local: join(web, "node_modules/.bin/protoc-gen-es"), out: fresh, opt: ["target=ts", "json_types=true"] }],
  };
  // The jobs are between processes; a browser never sees one.
  const wanted = ["call", "events", "frames", "hours"].flatMap((name) => ["--path", join(proto, `switchboard/v1/${name}.proto`)]);
  execFileSync(
    join(web, "node_modules/.bin/buf"),
    ["generate", proto, "--template", JSON.stringify(template), ...wanted],
    { stdio: "inherit", cwd: proto, env: { ...process.env, BUF_CACHE_DIR: join(fresh, ".cache") } },
  );
  rmSync(join(fresh, ".cache"), { recursive: true, force: true });
  const stale = differences(contents(fresh), contents(committed));
  if (check && stale.length > 0) {
    console.error(`stale, run npm run gen:\n  ${stale.join("\n  ")}`);
    process.exitCode = 1;
  } else if (!check) {
    rmSync(committed, { recursive: true, force: true });
    cpSync(fresh, committed, { recursive: true });
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}

/** Every file's text, by its path below `root`. */
function contents(root) {
  const texts = new Map();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    texts.set(relative(root, path), readFileSync(path, "utf8"));
  }
  return texts;
}

function differences(one, other) {
  const paths = new Set([...one.keys(), ...other.keys()]);
  return [...paths].filter((path) => one.get(path) !== other.get(path)).sort();
}
