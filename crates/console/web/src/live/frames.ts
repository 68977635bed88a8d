/** Frames as text. Whatever is no frame at all costs the line that sent it; a kind that is unknown here does not. */

import type { OpenJson, ServerFrameJson } from "../gen/switchboard/v1/frames_pb";
import type { Position } from "./model";

/** Throws when the text is no frame. */
export function readFrame(text: string): ServerFrameJson {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("not a frame");
  for (const inner of Object.values(value)) {
    if (typeof inner !== "object" || inner === null) throw new TypeError("not a frame");
  }
  return value as ServerFrameJson;
}

/** The first frame of ours: everything, or what happened since a position. */
export function openFrame(position: Position | undefined): string {
  const open: OpenJson = position ? { position: { epoch: position.epoch, offset: String(position.offset) } } : {};
  return JSON.stringify({ open });
}
