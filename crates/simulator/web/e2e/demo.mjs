// A private demonstration for one run: all services on free ports, a data folder that is gone afterwards.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const READY_MS = 30_000;
const STOP_MS = 15_000;
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** The program: $SWITCHBOARD, else the debug build of this checkout. */
function program() {
  const path = process.env.SWITCHBOARD ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug/switchboard");
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build -p switchboard`);
  return path;
}

/** Below what Linux gives to outgoing connections: one of those would be taken on a busy machine before it is used. */
const PORTS = [18_000, 32_000];

function listen() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    const [first, end] = PORTS;
    server.listen(first + Math.floor(Math.random() * (end - first)), "127.0.0.1", () => resolve(server));
  });
}

/** Free ports, held together until all are known, so that none is given twice. */
export async function freePorts(count) {
  const servers = [];
  while (servers.length < count) {
    try {
      servers.push(await listen());
    } catch (error) {
      if (error.code !== "EADDRINUSE") throw error;
    }
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Starts it; `stop` ends it and removes its folder. */
export async function startDemo(more = []) {
  const data = await mkdtemp(join(tmpdir(), "sb-page-"));
  const [gateway, realtime, lookup, calls, records, simulator] = await freePorts(6);
  const settings = [
    `data.dir=${join(data, "data")}`,
    `public.base_url=http://127.0.0.1:${gateway}`,
    `gateway.listen=127.0.0.1:${gateway}`,
    `realtime.listen=127.0.0.1:${realtime}`,
    `worker_lookup.listen=127.0.0.1:${lookup}`,
    `worker_calls.listen=127.0.0.1:${calls}`,
    `worker_records.listen=127.0.0.1:${records}`,
    `simulator.listen=127.0.0.1:${simulator}`,
    `twilio.api_base=http://127.0.0.1:${simulator}`,
    `lookup.sources.crm.url=http://127.0.0.1:${simulator}/crm/v1/customers?phone={number}`,
    "log.filter=warn",
    "hours.holidays=none",
    ...DAYS.map((day) => `hours.weekly.${day}=["24h"]`),
    ...more,
  ];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SWITCHBOARD")));
  const child = spawn(program(), ["up", "--demo", ...settings.flatMap((one) => ["--set", one])], {
    stdio: ["ignore", "pipe", "pipe"],
    env,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once("exit", resolve));

  async function stop() {
    child.kill("SIGTERM");
    const limit = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    await ended;
    clearTimeout(limit);
    await rm(data, { recursive: true, force: true });
  }

  const urls = { simulator: `http://127.0.0.1:${simulator}`, realtime: `http://127.0.0.1:${realtime}` };
  const deadline = Date.now() + READY_MS;
  const wanted = [realtime, gateway, calls, lookup].map((port) => `http://127.0.0.1:${port}/health/ready`);
  for (const url of [...wanted, `${urls.simulator}/sim/v1/clock`]) {
    for (;;) {
      const ok = await fetch(url).then(
        (answer) => answer.ok,
        () => false,
      );
      if (ok) break;
      if (child.exitCode !== null || Date.now() > deadline) {
        await stop();
        throw new Error(`the demonstration is not ready (${url}):\n${output}`);
      }
      await new Promise((again) => setTimeout(again, 50));
    }
  }
  return { ...urls, stop, output: () => output, pid: child.pid, kill: () => child.kill("SIGKILL") };
}
