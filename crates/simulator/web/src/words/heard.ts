/** What a leg hears and does, as the running transcript says it. */

import type { Entry, Leg, Settings, Sound } from "../live/frame";
import { whose } from "./people";

export interface Said {
  /** Milliseconds since the leg began. */
  after_ms: number;
  kind: "speech" | "sound" | "key" | "place" | "talk" | "end";
  text: string;
}

export function sound(heard: Sound): string {
  if (typeof heard === "string") return { ringing: "ringing tone", beep: "a beep", silence: "silence" }[heard];
  return "text" in heard ? `“${heard.text}”` : "music";
}

/** The lines of a leg; a sound that goes on is one line, however often it starts again. */
export function transcript(
  leg: Leg,
  entries: readonly Entry[],
  legs: ReadonlyMap<string, Leg>,
  settings: Settings,
): Said[] {
  const lines: Said[] = [];
  for (const entry of entries) {
    const line = said(entry, leg, legs, settings);
    if (!line) continue;
    const last = lines.at(-1);
    if (last && line.kind === "sound" && last.kind === "sound" && last.text === line.text) continue;
    lines.push(line);
  }
  return lines;
}

function said(
  { at_ms, what }: Entry,
  leg: Leg,
  legs: ReadonlyMap<string, Leg>,
  settings: Settings,
): Said | undefined {
  const line = (kind: Said["kind"], text: string): Said => ({ after_ms: at_ms - leg.created_ms, kind, text });
  if (typeof what === "string") {
    switch (what) {
      case "answered":
        return line("place", "answered");
      case "ringing":
        return line("sound", "rings");
      case "died":
        return line("end", "the browser’s tab dies");
    }
  }
  if ("dialled" in what) return what.dialled === "" ? undefined : line("place", "dials");
  if ("heard" in what) {
    return line(typeof what.heard === "object" && "text" in what.heard ? "speech" : "sound", sound(what.heard));
  }
  if ("pressed" in what) return line("key", `presses ${what.pressed}`);
  if ("enqueued" in what) return line("place", `waits in the queue ${what.enqueued}`);
  if ("left-queue" in what) return line("place", "leaves the queue");
  if ("bridged" in what) return line("talk", `talks with ${whose(legs.get(what.bridged), settings)}`);
  if ("unbridged" in what) return line("place", `no longer talks with ${whose(legs.get(what.unbridged), settings)}`);
  if ("recorded" in what) return line("place", `leaves a message of ${what.recorded.seconds} s`);
  if ("hung-up" in what) {
    const by = { person: "hangs up", twiml: "disconnected by the system", rest: "disconnected by the system", dialler: "stopped ringing" };
    return line("end", by[what["hung-up"]]);
  }
  if ("ended" in what) return line("end", what.ended === "completed" ? "call ended" : `call ended: ${ending(what.ended)}`);
  return undefined;
}

/** A final status in words. */
export function ending(status: string): string {
  const words: Record<string, string> = {
    completed: "completed",
    busy: "busy",
    "no-answer": "no answer",
    failed: "could not be placed",
    canceled: "given up",
  };
  return words[status] ?? status;
}

export interface State {
  tone: "plain" | "waiting" | "talking" | "failing" | "over";
  text: string;
}

/** What a leg is doing at the moment, in one word or some. */
export function state(leg: Leg, legs: ReadonlyMap<string, Leg>, settings: Settings): State {
  if (leg.ended_ms !== null) {
    return { tone: leg.status === "failed" ? "failing" : "over", text: ending(leg.status) };
  }
  const other = leg.bridged_with[0];
  if (other) return { tone: "talking", text: `talking with ${whose(legs.get(other), settings)}` };
  if (leg.direction !== "inbound" && leg.answered_ms === null) {
    return leg.status === "ringing" ? { tone: "waiting", text: "ringing" } : { tone: "plain", text: "being called" };
  }
  if (leg.queue) return { tone: "waiting", text: `waiting in ${leg.queue}` };
  if (leg.conference) return { tone: "waiting", text: "waiting to be connected" };
  if (leg.answered_ms === null) return { tone: "plain", text: "dialling" };
  const heard = leg.hears;
  if (heard === null || (typeof heard === "object" && "text" in heard)) return { tone: "plain", text: "listening" };
  return { tone: "plain", text: `hears ${sound(heard)}` };
}
