/** What the page asks of the simulator. */

import type { Behaviour, Faults } from "./live/frame";

/** Something was refused, in words for people. */
export class Refused extends Error {}

async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(`/sim/v1/${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
  } catch {
    throw new Refused("The simulator does not answer.");
  }
  const text = await response.text();
  let value: unknown;
  try {
    value = text === "" ? undefined : JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (!response.ok) {
    const why = typeof value === "object" && value !== null && "error" in value ? String(value.error) : text;
    throw new Refused(why || `The simulator answered ${response.status}.`);
  }
  return value;
}

export async function dial(from: string, to: string): Promise<string> {
  const answer = (await send("POST", "dial", { from, to })) as { leg: string };
  return answer.leg;
}

export const press = (leg: string, digits: string) => send("POST", "press", { leg, digits });
export const hangUp = (leg: string) => send("POST", "hang-up", { leg });
export const pickUp = (number: string) => send("POST", "phones/pick-up", { number });
export const setPhone = (number: string, behaviour: Behaviour) => send("PUT", "phones", { number, behaviour });
export const setFaults = (faults: Faults) => send("PUT", "faults", faults);
export const setSwitches = (switches: Record<string, unknown>) => send("PUT", "switches", switches);
export const setTraffic = (calls_per_minute: number) => send("PUT", "traffic", { calls_per_minute });
export const setSpeed = (speed: number) => send("PUT", "clock/speed", { speed });
export const setMode = (mode: "real" | "frozen") => send("PUT", "clock", { mode });
export const advance = (by_ms: number) => send("POST", "clock/advance", { by_ms });
export const die = (leg: string) => send("POST", "browsers/die", { leg });

/** A request of the wire with all that is known of it. */
export interface Request {
  method: string;
  url: string;
  status: number;
  took_ms: number;
  error: string | null;
  headers: [string, string][];
  query: [string, string][];
  params: [string, string][];
  content_type: string;
  body: string;
  size: number;
  cut: boolean;
}

export const request = async (number: number) => (await send("GET", `wire/${number}`)) as Request;
