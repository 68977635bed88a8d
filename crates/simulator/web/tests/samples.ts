/** Frames to reduce. */

import type { Clock, Entry, Frame, Leg, Settings, What, WireLine } from "../src/live/frame";
import { NO_FAULTS } from "../src/words/faults";

export const CALLER = "+447700900101";
export const OFFICE = "+442079460000";
export const DESK = "+442079460011";

export const settings: Settings = {
  numbers: [OFFICE],
  phones: [{ name: "Front desk", number: DESK, group: "Office phones", behaviour: { kind: "ring" } }],
  customers: [{ name: "Mara Lind", company: "Northwind Bakery", number: CALLER }],
  faults: NO_FAULTS,
  switches: [],
  traffic: { calls_per_minute: 0, keys: "12" },
};

export const clock: Clock = { mode: "real", speed: 1, fastest: 60, ahead_ms: 0, together: true };

export function leg(id: string, change: Partial<Leg> = {}): Leg {
  return {
    id,
    direction: "inbound",
    from: CALLER,
    to: OFFICE,
    who: { caller: CALLER },
    parent: null,
    status: "in-progress",
    queue: null,
    conference: null,
    hears: null,
    bridged_with: [],
    created_ms: 1_000,
    answered_ms: 1_000,
    ended_ms: null,
    ...change,
  };
}

export const rung = (id: string, to: string, change: Partial<Leg> = {}): Leg =>
  leg(id, {
    direction: "outbound-dial",
    from: OFFICE,
    to,
    who: { "office-phone": to },
    status: "ringing",
    answered_ms: null,
    ...change,
  });

export const entry = (id: string | null, what: What, at_ms = 2_000): Entry => ({
  at_ms,
  leg: id,
  who: { caller: CALLER },
  what,
});

export function request(number: number, change: Partial<WireLine> = {}): WireLine {
  return {
    number,
    at_ms: 1_000 + number,
    kind: "webhook",
    method: "POST",
    path: "/voice",
    call: "CA1",
    telling: [],
    status: 200,
    took_ms: 2,
    error: null,
    ...change,
  };
}

export function frame(change: Partial<Frame> = {}): Frame {
  return {
    reset: false,
    whole: false,
    now_ms: 5_000,
    legs: [],
    gone: [],
    timeline: [],
    wire: [],
    clock: null,
    settings: null,
    ...change,
  };
}

export const first = (change: Partial<Frame> = {}): Frame =>
  frame({ reset: true, whole: true, clock, settings, ...change });
