/** What the feed sends: the shapes of `crates/simulator/src/feed/frame.rs`, and the one place that lets them in. */

export type Who = "twilio" | { caller: string } | { agent: string } | { "office-phone": string };

export type Sound = "ringing" | "beep" | "silence" | { text: string } | { music: string };

export type What =
  | "ringing"
  | "answered"
  | "died"
  | { dialled: string }
  | { heard: Sound }
  | { pressed: string }
  | { enqueued: string }
  | { "left-queue": { queue: string; result: string } }
  | { "joined-conference": string }
  | { "left-conference": string }
  | { bridged: string }
  | { unbridged: string }
  | { recorded: { sid: string; seconds: number } }
  | { "hung-up": "person" | "twiml" | "rest" | "dialler" }
  | { ended: string }
  | { lost: string }
  | { warning: { code: number; text: string } };

export interface Entry {
  at_ms: number;
  leg: string | null;
  who: Who;
  what: What;
}

export interface Leg {
  id: string;
  direction: "inbound" | "outbound-api" | "outbound-dial";
  from: string;
  to: string;
  who: Who;
  parent: string | null;
  status: string;
  queue: string | null;
  conference: string | null;
  hears: Sound | null;
  bridged_with: string[];
  created_ms: number;
  answered_ms: number | null;
  ended_ms: number | null;
}

export interface WireLine {
  number: number;
  at_ms: number;
  kind: "webhook" | "rest";
  method: string;
  path: string;
  call: string | null;
  telling: [string, string][];
  /** 0 when there was no answer. */
  status: number;
  took_ms: number;
  error: string | null;
}

export type Behaviour =
  | { kind: "ring" }
  | { kind: "pick-up"; after_ms: number; press?: { digits: string; after_ms: number } | null }
  | { kind: "mailbox"; after_ms: number; hang_up_after_ms: number }
  | { kind: "busy" }
  | { kind: "reject"; after_ms: number }
  | { kind: "unreachable" };

export interface Phone {
  name: string;
  number: string;
  group: string;
  behaviour: Behaviour;
}

export interface Customer {
  name: string;
  company: string;
  number: string;
}

export interface Faults {
  api_delay_ms: number;
  api_fail_status: number | null;
  api_fail_times: number | null;
  api_down: boolean;
  api_answers_lost: number;
  lists_late_ms: number;
  lists_page_items: number;
  lists_shifted_percent: number;
  lists_unreadable_percent: number;
  webhooks_doubled: boolean;
  callbacks_lost_percent: number;
  callbacks_delay_ms: number;
  callbacks_shuffled: boolean;
  crm_delay_ms: number;
  crm_mode: "normal" | "down" | "error" | "garbage";
}

export interface Switch {
  name: string;
  about: string;
  positions: string[];
  position: string;
  default: string;
}

export interface Settings {
  numbers: string[];
  /** Where the application's own page is. */
  console_url?: string | null;
  /** Names of the application's agents, by the identities of their browsers. */
  agents?: Record<string, string>;
  phones: Phone[];
  customers: Customer[];
  faults: Faults;
  switches: Switch[];
  traffic: { calls_per_minute: number; keys: string };
}

export interface Clock {
  mode: "real" | "frozen";
  speed: number;
  fastest: number;
  ahead_ms: number;
  /** The application's clock moves with this one, so it cannot be stopped. */
  together: boolean;
}

export interface Frame {
  reset: boolean;
  whole: boolean;
  now_ms: number;
  legs: Leg[];
  gone: string[];
  timeline: Entry[];
  wire: WireLine[];
  clock: Clock | null;
  settings: Settings | null;
}

/** A frame, or nothing when it is none: a page that is older than its server says so instead of failing half-way. */
export function parseFrame(text: string): Frame | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const frame = value as Partial<Record<keyof Frame, unknown>>;
  const lists = [frame.legs, frame.gone, frame.timeline, frame.wire];
  const whole = typeof frame.reset === "boolean" && typeof frame.whole === "boolean";
  if (!whole || typeof frame.now_ms !== "number" || !lists.every(Array.isArray)) return undefined;
  if (frame.reset && (!frame.settings || !frame.clock)) return undefined;
  return value as Frame;
}
