/** Getting in: who there is, the ticket for the line, and what the demonstration adds. */

import type { LiveSnapshotJson } from "../gen/switchboard/v1/events_pb";
import { Refused } from "../live/line";
import type { Agent } from "../live/model";
import { readAgent } from "../live/read";
import { request, text } from "./http";

/** The names to choose from. */
export async function agents(): Promise<Agent[]> {
  const { status, body } = await request("GET", "/api/v1/live");
  if (status !== 200) throw new Error(`the list of agents was answered with ${status}`);
  return ((body as LiveSnapshotJson).agents ?? []).map(readAgent).sort((one, other) => one.name.localeCompare(other.name));
}

/** A ticket for one websocket. */
export async function ticket(agentId: string, signal: AbortSignal): Promise<string> {
  const { status, body } = await request("POST", "/api/v1/tickets", { agentId }, { signal });
  const given = text(body["ticket"]);
  if (status < 300 && given !== "") return given;
  if (status === 401 || status === 403 || status === 404) throw new Refused(text(body["detail"]) || `refused (${status})`);
  throw new Error(`the ticket was answered with ${status}`);
}

/** The simulator's address, in a demonstration; outside one there is none. */
export async function simulator(): Promise<string | undefined> {
  const { status, body } = await request("GET", "/api/v1/demo");
  return status === 200 ? text(body["simulatorUrl"]) || undefined : undefined;
}
