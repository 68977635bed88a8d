/** Messages that callers left. They stay at the carrier and come by way of our own address, under our own rules. */

import { NoAnswer, requestSound, text } from "./http";

/** Why there is nothing to hear. */
export type Silence =
  /** Deleted, or its time is over. */
  | "gone"
  /** The carrier does not answer, or too many listen. */
  | "carrier"
  /** Nobody answered. */
  | "failed"
  /** It came and is no sound that this browser knows. */
  | "unplayable";

export type Fetched = { kind: "sound"; sound: Blob } | { kind: "silence"; why: Silence };

export async function fetchMessage(callId: string, signal: AbortSignal): Promise<Fetched> {
  try {
    const { status, body, sound } = await requestSound(`/api/v1/calls/${encodeURIComponent(callId)}/recording`, signal);
    return sound ? { kind: "sound", sound } : { kind: "silence", why: silence(status, text(body["result"])) };
  } catch (error) {
    if (error instanceof NoAnswer) return { kind: "silence", why: "failed" };
    throw error;
  }
}

/** What an answer without sound means. */
export function silence(status: number, result: string): Silence {
  if (status === 404 || status === 410) return "gone";
  return result === "carrier_away" || result === "full" ? "carrier" : "failed";
}
