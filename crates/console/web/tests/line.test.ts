import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ServerFrameJson } from "../src/gen/switchboard/v1/frames_pb";
import type { LineState, Socket } from "../src/live/line";
import { Line, LOST_AFTER_MS, Refused } from "../src/live/line";
import type { Live } from "../src/live/reduce";
import { NOTHING, reduce } from "../src/live/reduce";
import { history } from "./history";

/** A deployment with one stream, whose network can be cut. */
class Deployment {
  events = history(1, 500);
  end = 10;
  up = true;
  /** Sockets take calls and stay silent, as behind a dead router. */
  hangs = false;
  epoch = "one";
  tickets = 0;
  opened: (string | undefined)[] = [];
  lines: Wire[] = [];
  refuses = false;

  ticket = (signal: AbortSignal): Promise<string> => {
    this.tickets += 1;
    if (this.refuses) return Promise.reject(new Refused("no such agent"));
    if (this.hangs) return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
    return this.up ? Promise.resolve(`t${this.tickets}`) : Promise.reject(new Error("no network"));
  };

  socket = (): Socket => {
    const wire = new Wire(this);
    queueMicrotask(() => (this.up && !this.hangs ? wire.onopen?.() : this.up ? undefined : wire.onclose?.()));
    return wire;
  };

  greet(wire: Wire, text: string): void {
    const { open } = JSON.parse(text) as { open: { position?: { epoch: string; offset: string } } };
    this.opened.push(open.position?.offset);
    this.lines.push(wire);
    const resumed = open.position?.epoch === this.epoch;
    wire.say({ hello: { position: { epoch: this.epoch, offset: String(this.end) }, nowMs: "1", resumed } });
    if (resumed) {
      for (const frame of this.events.slice(Number(open.position!.offset), this.end)) wire.say(frame);
    } else {
      wire.say({ snapshot: { epoch: this.epoch, offset: String(this.end) } });
    }
  }

  say(frame: ServerFrameJson): void {
    for (const wire of this.lines) wire.say(frame);
  }

  happen(count = 1): void {
    for (; count > 0; count -= 1) this.say(this.events[this.end++]!);
  }

  cut(): void {
    this.up = false;
    for (const wire of this.lines.splice(0)) wire.onclose?.();
  }
}

class Wire implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  constructor(private readonly deployment: Deployment) {}
  send(text: string): void {
    this.deployment.greet(this, text);
  }
  close(): void {
    this.closed = true;
    this.deployment.lines = this.deployment.lines.filter((one) => one !== this);
  }
  say(frame: ServerFrameJson): void {
    if (!this.deployment.hangs) this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

let deployment: Deployment;
let live: Live;
let states: LineState[];
let line: Line;
let refused: string | undefined;
const state = () => states.at(-1)?.kind;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  deployment = new Deployment();
  [live, states, refused] = [NOTHING, [], undefined];
  line = new Line(
    { ticket: deployment.ticket, socket: deployment.socket, local: () => Date.now(), random: () => 0.5, hidden: () => false },
    {
      position: () => live.position,
      take(frame) {
        const [next, outcome] = reduce(live, frame);
        live = next;
        return outcome;
      },
      line: (next) => states.push(next),
      refused: (error) => (refused = error.message),
    },
  );
  line.start();
});

afterEach(() => {
  line.stop();
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** Heartbeats while `ms` pass. */
async function beat(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1000) {
    deployment.say({ heartbeat: { nowMs: "1", offset: String(deployment.end) } });
    await pass(1000);
  }
}

describe("the line", () => {
  it("asks for everything at first, and is live with the snapshot", async () => {
    await pass(10);
    expect(deployment.opened).toEqual([undefined]);
    expect(state()).toBe("live");
    await beat(60_000);
    expect(states).toHaveLength(1);
    expect(deployment.tickets).toBe(1);
  });

  it("resumes where it was cut, and nobody notices a short cut", async () => {
    await pass(10);
    deployment.happen(5);
    deployment.cut();
    deployment.end += 20;
    await pass(500);
    deployment.up = true;
    await pass(1000);
    expect(deployment.opened).toEqual([undefined, "15"]);
    expect(live.position?.offset).toBe(35);
    expect(states.map(({ kind }) => kind)).toEqual(["live"]);
  });

  it("says so three seconds after the last frame, and since when", async () => {
    await pass(10);
    deployment.happen();
    const last = Date.now();
    deployment.cut();
    await pass(LOST_AFTER_MS - 300);
    expect(state()).toBe("live");
    await pass(600);
    expect(states.at(-1)).toEqual({ kind: "lost", sinceMs: last });
  });

  it("does not believe a socket that is open and silent", async () => {
    await pass(10);
    deployment.hangs = true;
    await pass(LOST_AFTER_MS + 500);
    expect(state()).toBe("lost");
  });

  it.each([3_000, 10_000, 60_000, 3_600_000])("is right again within a second after %i ms without a network", async (gone) => {
    await pass(10);
    deployment.cut();
    await pass(gone);
    deployment.end += 30;
    deployment.up = true;
    await pass(1000);
    expect(state()).toBe("live");
    expect(live.position?.offset).toBe(40);
  });

  it.each([4_000, 30_000])("is right again within a second after %i ms in which every connection hung", async (gone) => {
    await pass(10);
    deployment.hangs = true;
    await pass(gone);
    deployment.hangs = false;
    await pass(1000);
    expect(state()).toBe("live");
  });

  it("never has more than three attempts under way, and one line in the end", async () => {
    await pass(10);
    deployment.hangs = true;
    await pass(20_000);
    deployment.hangs = false;
    await pass(2_000);
    await beat(5_000);
    expect(deployment.lines.filter((wire) => !wire.closed)).toHaveLength(1);
  });

  it("tries at once when the tab is shown or the network is back", async () => {
    await pass(10);
    deployment.cut();
    await pass(5_000);
    deployment.up = true;
    line.wake();
    await pass(1);
    expect(state()).toBe("live");
    const { tickets } = deployment;
    line.wake();
    await pass(1);
    expect(deployment.tickets).toBe(tickets);
  });

  it("says that the server hears nothing new, and keeps the line", async () => {
    await pass(10);
    const last = Date.now();
    deployment.happen();
    await pass(1000);
    deployment.say({ heartbeat: { nowMs: "1", offset: "11", stale: true } });
    expect(states.at(-1)).toEqual({ kind: "deaf", sinceMs: last });
    await pass(1000);
    deployment.say({ heartbeat: { nowMs: "1", offset: "11" } });
    expect(state()).toBe("live");
    expect(deployment.tickets).toBe(1);
  });

  it("drops a line that a sleeping tab kept", async () => {
    await pass(10);
    vi.setSystemTime(Date.now() + 600_000);
    line.wake();
    await pass(1);
    expect(states.map(({ kind }) => kind)).toEqual(["live", "lost", "live"]);
  });

  it("asks again from its position when an event is missing", async () => {
    await pass(10);
    deployment.end += 1;
    deployment.happen();
    await pass(1000);
    expect(deployment.opened).toEqual([undefined, "10"]);
    expect(live.position?.offset).toBe(12);
  });

  it("notices by the heartbeat that the last event never came", async () => {
    await pass(10);
    deployment.end += 1;
    await beat(3_000);
    expect(live.position?.offset).toBe(11);
  });

  it("asks for everything when resuming does not fill the hole", async () => {
    await pass(10);
    const whole = deployment.events;
    deployment.events = whole.filter((_, index) => index !== 10);
    deployment.end += 5;
    deployment.happen();
    await pass(2_000);
    expect(deployment.opened.slice(1)).toEqual(["10", undefined]);
    expect(state()).toBe("live");
    deployment.events = whole;
  });

  it("takes a reset and the snapshot of another stream", async () => {
    await pass(10);
    deployment.epoch = "two";
    deployment.end = 3;
    deployment.cut();
    deployment.up = true;
    await pass(1000);
    expect(live.position).toEqual({ epoch: "two", offset: 3 });
    expect(state()).toBe("live");
  });

  it("gives up a line that sends what is no frame", async () => {
    await pass(10);
    deployment.lines[0]!.onmessage?.({ data: "<html>" });
    await pass(1000);
    expect(deployment.opened).toHaveLength(2);
    expect(state()).toBe("live");
  });

  it("stops when it is refused", async () => {
    await pass(10);
    deployment.refuses = true;
    deployment.cut();
    await pass(60_000);
    expect(refused).toBe("no such agent");
    expect(deployment.tickets).toBe(2);
  });
});
