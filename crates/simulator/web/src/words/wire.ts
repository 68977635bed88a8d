/** Requests in words. */

import type { Request } from "../api";
import type { WireItem } from "../live/model";

/** A caller hears silence meanwhile; a person notices from about here on. */
const SLOW_MS = 1_000;

/** What is wrong with a request, in a word or two; nothing when all is well. */
export function trouble(item: WireItem): string | undefined {
  switch (item.kind) {
    case "lost":
      return "lost";
    case "warning":
      return "wrong";
    case "webhook":
    case "rest":
      if (item.status === 0) return "no answer";
      if (item.status >= 500) return `failed ${item.status}`;
      if (item.status >= 400) return `refused ${item.status}`;
      return item.took_ms >= SLOW_MS ? "slow" : undefined;
  }
}

export interface Row {
  /** Stays the same while the row stands for more and more. */
  key: string;
  item: WireItem;
  /** How many looks in a row this one stands for. */
  times: number;
}

/** Lines as rows: an application that looks at the same list again and again is one row, with the last look. */
export function rows(items: readonly WireItem[]): Row[] {
  const found: Row[] = [];
  for (const item of items) {
    const last = found.at(-1);
    if (last && looks(item) && looks(last.item)) {
      last.item = item;
      last.times += 1;
    } else {
      found.push({ key: item.key, item, times: 1 });
    }
  }
  return found;
}

function looks(item: WireItem): boolean {
  return item.kind === "rest" && item.method === "GET" && item.call === null && trouble(item) === undefined;
}

/** Without what is the same in every path. */
export function shortPath(path: string): string {
  return short(path.replace(/^\/2010-04-01\/Accounts\/AC[0-9a-f]{32}/, ""));
}

/** With SIDs told by their last digits. */
export function short(text: string): string {
  return text.replace(/\b([A-Z]{2})[0-9a-f]{26}([0-9a-f]{6})\b/g, "$1…$2");
}

/** XML on lines of its own, JSON indented; anything else as it came. */
export function pretty(body: string, type: string): string {
  if (type.includes("json")) {
    try {
      return JSON.stringify(JSON.parse(body), undefined, 2);
    } catch {
      return body;
    }
  }
  return type.includes("xml") ? indented(body) : body;
}

function indented(xml: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const part of xml.replace(/>\s*</g, ">\n<").split("\n")) {
    if (part.startsWith("</")) depth = Math.max(0, depth - 1);
    lines.push("  ".repeat(depth) + part);
    if (/^<[^?!/][^>]*[^/]>$/.test(part) || /^<[a-z]>$/i.test(part)) depth += 1;
  }
  return lines.join("\n");
}

/** All of a request as text, to paste somewhere. */
export function asText(request: Request): string {
  const pairs = (list: [string, string][], between: string) => list.map(([name, value]) => `${name}${between}${value}`);
  return [
    `${request.method} ${request.url}`,
    ...pairs(request.headers, ": "),
    "",
    ...pairs(request.params, "="),
    "",
    request.error ?? `${request.status} in ${request.took_ms.toFixed(1)} ms`,
    ...(request.content_type ? [`Content-Type: ${request.content_type}`, ""] : []),
    pretty(request.body, request.content_type),
  ]
    .join("\n")
    .trimEnd();
}
