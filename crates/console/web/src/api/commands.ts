/** What an agent can do with calls, and what came of it in the words of the API. */

import { NoAnswer, request, text } from "./http";
import type { Answer } from "./http";
import { number } from "../live/read";

/** What came of pressing Answer. */
export type Answered =
  | { kind: "yours"; ticket: string; claim: number; on: "browser" | "phone"; lineCame: boolean }
  /** Somebody else was faster. */
  | { kind: "taken"; by: string }
  | { kind: "ended" }
  | { kind: "not_waiting" }
  | { kind: "engaged" }
  | { kind: "unavailable" }
  | { kind: "failed" };

/** What came of another command. */
export type Done = "done" | "refused" | "failed";

/**
 * Answers a call. A request that got no answer is asked once more under the same key: it may have been done, and the
 * agent must learn whether they have the call.
 */
export async function answer(callId: string, agentId: string): Promise<Answered> {
  const key = crypto.randomUUID();
  const ask = () => request("POST", `/api/v1/calls/${encodeURIComponent(callId)}/answer`, { agentId }, { key });
  let got = await attempt(ask);
  if (!got || got.status === 503) got = await attempt(ask);
  return got ? answered(got) : { kind: "failed" };
}

function answered({ status, body }: Answer): Answered {
  const ticket = text(body["ticket"]);
  if (status === 200 && ticket !== "") {
    const on = body["on"] === "phone" ? "phone" : "browser";
    return { kind: "yours", ticket, claim: number(body["claim"]), on, lineCame: body["untilMs"] === undefined };
  }
  switch (body["result"]) {
    case "taken": {
      const by = body["by"] as Record<string, unknown> | undefined;
      return { kind: "taken", by: text(by?.["name"]) || text(by?.["office"]) || "Somebody else" };
    }
    case "ended":
    case "no_such_call":
      return { kind: "ended" };
    case "not_waiting":
    case "lapsed":
      return { kind: "not_waiting" };
    case "engaged":
      return { kind: "engaged" };
    case "unavailable":
      return { kind: "unavailable" };
    default:
      return { kind: "failed" };
  }
}

/** Ends the conversation; a caller who has not been spoken to goes back to their place. */
export async function hangUp(callId: string, agentId: string, key: string): Promise<Done> {
  return command("POST", `/api/v1/calls/${encodeURIComponent(callId)}/hang-up`, { agentId }, key);
}

/** The agent hung up on the softphone: of that claim, on that line. In doubt it is told twice. */
export async function hungUp(callId: string, agentId: string, claim: number, leg: string): Promise<Done> {
  return command("POST", `/api/v1/calls/${encodeURIComponent(callId)}/hang-up`, { agentId, claim, leg });
}

export async function setPresence(agentId: string, presence: "available" | "away"): Promise<Done> {
  return command("PUT", `/api/v1/agents/${encodeURIComponent(agentId)}/presence`, { presence });
}

/** Under the same key it is the same wish, however often it is sent. */
async function command(method: "POST" | "PUT", url: string, body: unknown, key: string = crypto.randomUUID()): Promise<Done> {
  const ask = () => request(method, url, body, { key });
  let got = await attempt(ask);
  if (!got || got.status === 503) got = await attempt(ask);
  if (!got || got.status >= 500) return "failed";
  return got.status < 300 ? "done" : "refused";
}

export async function attempt(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}
