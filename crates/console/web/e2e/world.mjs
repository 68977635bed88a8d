// A whole system for one run, with an event service of its own that can be cut off and restarted: the page talks to
// it by way of a wire that the test holds in its hand. Everything is private and gone afterwards.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePorts, startDemo } from "../../../simulator/web/e2e/demo.mjs";
import { wire } from "./wire.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const LIMIT_MS = 30_000;
/** Both event services show it to the simulator, where messages are. */
const TOKEN = "demo-token-of-the-browser-tests";
/** The office is open around the clock here. */
const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

export const OFFICE = "+442079460000";
export const FRONT_DESK = "+442079460011";
/** Who calls, in the demonstration's customer database. */
export const MARA = { number: "+447700900101", name: "Mara Lind", organisation: "Northwind Bakery" };
export const OLIVER = { number: "+447700900102", name: "Oliver Nkemelu", organisation: "Harbour & Sons" };
export const PRIYA = { number: "+447700900103", name: "Priya Raman", organisation: "Blue Kettle Tea" };
export const JACK = { number: "+447700900104", name: "Jack Whitfield", organisation: "Fenland Cycles" };

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks until the answer is worth something. */
export async function until(what, ask, limitMs = LIMIT_MS) {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what}`);
    await pause(15);
  }
}

/** A program of this checkout: beside $SWITCHBOARD, else its debug build. */
function program(name) {
  const folder = process.env.SWITCHBOARD
    ? dirname(process.env.SWITCHBOARD)
    : join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug");
  const path = join(folder, name);
  if (!existsSync(path)) throw new Error(`${path} is missing: cargo build -p switchboard -p switchboard-realtime`);
  return path;
}

function run(command, args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("SWITCHBOARD")));
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  return {
    output: () => output,
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    async stop() {
      child.kill("SIGTERM");
      const limit = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
      await ended;
      clearTimeout(limit);
    },
  };
}

/** Everything. `url` is where the console is, by way of `line`; `direct` is the same without it. */
export async function startWorld(more = []) {
  const folder = await mkdtemp(join(tmpdir(), "sb-console-"));
  const socket = join(folder, "redis.sock");
  const redis = run("redis-server", ["--port", "0", "--unixsocket", socket, "--save", "", "--dir", folder]);
  await until("redis", () => existsSync(socket));
  const demo = await startDemo([`redis.url=redis+unix://${socket}`, `twilio.auth_token=${TOKEN}`, ...more]);
  const line = await wire();
  let events;

  async function startEvents(port = 0) {
    const [free] = port ? [port] : await freePorts(1);
    const settings = [
      `redis.url=redis+unix://${socket}`,
      `realtime.listen=127.0.0.1:${free}`,
      `simulator.listen=${new URL(demo.simulator).host}`,
      `twilio.api_base=${demo.simulator}`,
      `twilio.auth_token=${TOKEN}`,
      "hours.holidays=none",
      ...DAYS.map((day) => `hours.weekly.${day}=["24h"]`),
      "log.filter=warn",
    ];
    const child = run(program("switchboard-realtime"), ["--demo", ...settings.flatMap((one) => ["--set", one])]);
    await until("the event service", async () => {
      if (child.isOver()) throw new Error(`the event service has ended:\n${child.output()}`);
      return fetch(`http://127.0.0.1:${free}/health/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
    });
    events = { child, port: free };
    line.to(free);
  }
  await startEvents();

  async function control(method, path, body) {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${demo.simulator}/sim/v1/${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
  const leg = async (id) => (await fetch(`${demo.simulator}/sim/v1/legs/${id}`)).json();

  return {
    url: line.url,
    direct: demo.realtime,
    simulator: demo.simulator,
    line,
    control,
    leg,
    /** Somebody rings the office. */
    async dial({ number }) {
      return (await control("POST", "dial", { from: number, to: OFFICE })).leg;
    },
    /** They choose: 1 is sales, 2 support. From now on they wait. Nobody has to listen to the greeting. */
    async choose(id, digits = "2") {
      await until("the menu", async () => {
        if (JSON.stringify((await leg(id)).hears ?? "").includes("press 1")) return true;
        await control("POST", "clock/advance", { by_ms: 1_000 });
        return false;
      });
      await control("POST", "press", { leg: id, digits });
    },
    async call(who, digits = "2") {
      const id = await this.dial(who);
      await this.choose(id, digits);
      return id;
    },
    hangUp: (id) => control("POST", "hang-up", { leg: id }),
    advance: (by_ms) => control("POST", "clock/advance", { by_ms }),
    faults: (faults) => control("PUT", "faults", faults),
    /** Nobody on the line any more, nothing wrong. */
    async calm() {
      line.mend();
      await control("PUT", "faults", {});
      for (const one of await (await fetch(`${demo.simulator}/sim/v1/legs`)).json()) {
        if (one.ended_ms === null) await control("POST", "hang-up", { leg: one.id }).catch(() => {});
      }
      await until("calls to end", async () => {
        const { calls = [] } = await (await fetch(`${demo.realtime}/api/v1/live`)).json();
        return calls.length === 0;
      });
      for (const agent of ["amelia", "bashir", "carys", "dylan"]) {
        await fetch(`${demo.realtime}/api/v1/agents/${agent}/presence`, {
          method: "PUT",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ presence: "available" }),
        });
      }
    },
    /** The event service ends, as at a deployment. */
    stopEvents: () => events.child.stop(),
    /** It is there again, at the same address. */
    startEvents: () => startEvents(events.port),
    timeline: async () => (await fetch(`${demo.simulator}/sim/v1/timeline.txt`)).text(),
    output: () => `${demo.output()}\n${events.child.output()}`,
    async stop() {
      await line.close();
      await events.child.stop();
      await demo.stop();
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
