/** One request with an end: an answer, or a reason why there is none. */

/** A press of a button gets its truth within this time. */
const LIMIT_MS = 5_000;

export interface Answer {
  status: number;
  /** The body, when it is a JSON object; else empty. */
  body: Record<string, unknown>;
}

/** No answer came: no network, or too late. What was asked may have been done. */
export class NoAnswer extends Error {}

export async function request(
  method: "GET" | "POST" | "PUT",
  url: string,
  body?: unknown,
  options: { key?: string; signal?: AbortSignal } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (options.key) headers["idempotency-key"] = options.key;
  const limit = AbortSignal.timeout(LIMIT_MS);
  const init: RequestInit = {
    method,
    headers,
    // The console has no cookies yet, and the simulator never gets any.
    credentials: url.startsWith("/") ? "same-origin" : "omit",
    signal: options.signal ? AbortSignal.any([limit, options.signal]) : limit,
  };
  if (body !== undefined) init.body = JSON.stringify(body);
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, body: object(text) };
  } catch (error) {
    throw new NoAnswer("no answer", { cause: error });
  }
}

/** A message takes its way from the carrier to here before it can be heard. */
const SOUND_LIMIT_MS = 20_000;

/** Asks for sound; whatever is no sound is read like any other answer. */
export async function requestSound(url: string, signal: AbortSignal): Promise<Answer & { sound: Blob | undefined }> {
  const init: RequestInit = {
    headers: { accept: "audio/*, application/json" },
    credentials: "same-origin",
    signal: AbortSignal.any([AbortSignal.timeout(SOUND_LIMIT_MS), signal]),
  };
  try {
    const response = await fetch(url, init);
    if (response.ok) return { status: response.status, body: {}, sound: await response.blob() };
    return { status: response.status, body: object(await response.text()), sound: undefined };
  } catch (error) {
    throw new NoAnswer("no answer", { cause: error });
  }
}

function object(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
