/** Opening and closing the office by hand. */

import { attempt } from "./commands";
import { request, text } from "./http";
import type { Answer } from "./http";

export interface Wanted {
  open: boolean;
  reason: string;
  /** In the words of the API, on the office's clock: "+30m", "17:30"; the end of the day when there is none. */
  until: string | undefined;
}

export type Overridden =
  | { kind: "done"; until: string }
  /** What is wrong with a field, by its name. */
  | { kind: "faults"; faults: ReadonlyMap<string, string> }
  | { kind: "refused"; why: string }
  | { kind: "failed" };

export type Withdrawn = Extract<Overridden, { kind: "done" | "refused" | "failed" }>;

/** Sent again under the same key it is the same override: whoever got no answer may press once more. */
export async function override({ open, reason, until }: Wanted, agentId: string, key: string): Promise<Overridden> {
  const body = { agentId, open, reason, ...(until === undefined ? {} : { until }) };
  const got = await twice(() => request("POST", "/api/v1/hours/overrides", body, { key }));
  if (!got || got.status >= 500) return { kind: "failed" };
  if (got.status >= 300) {
    const faults = readFaults(got.body["faults"]);
    return faults.size > 0 ? { kind: "faults", faults } : refused(got);
  }
  const made = got.body["override"] as Record<string, unknown> | undefined;
  return { kind: "done", until: text(made?.["untilText"]) };
}

/** Takes one back. */
export async function withdraw(id: string, agentId: string): Promise<Withdrawn> {
  const url = `/api/v1/hours/overrides/${encodeURIComponent(id)}/withdraw`;
  const got = await twice(() => request("POST", url, { agentId }));
  if (!got || got.status >= 500) return { kind: "failed" };
  return got.status < 300 ? { kind: "done", until: "" } : refused(got);
}

async function twice(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  const got = await attempt(ask);
  return !got || got.status === 503 ? attempt(ask) : got;
}

function refused({ status, body }: Answer): { kind: "refused"; why: string } {
  return { kind: "refused", why: text(body["detail"]) || `refused (${status})` };
}

function readFaults(faults: unknown): ReadonlyMap<string, string> {
  if (!Array.isArray(faults)) return new Map();
  const read = (faults as unknown[]).map((fault): [string, string] => {
    const { field, problem } = (fault ?? {}) as Record<string, unknown>;
    return [text(field), text(problem)];
  });
  return new Map(read.filter(([field]) => field !== ""));
}
