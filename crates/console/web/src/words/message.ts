/** A message that a caller left, in words. */

import type { Silence } from "../api/messages";
import type { Ended } from "../live/model";

/** What there is of a message of an ended call. */
export type Left =
  | "none"
  /** They left one, and nobody has been told where it is yet. */
  | "coming"
  | "there";

export function left({ call, reason }: Ended): Left {
  if (call.messageSeconds !== undefined) return "there";
  return reason === "voicemail" ? "coming" : "none";
}

export function silenceWords(why: Silence): string {
  switch (why) {
    case "gone":
      return "Message deleted";
    case "carrier":
      return "The carrier did not answer";
    case "failed":
      return "No answer. Try again";
    case "unplayable":
      return "This browser cannot play it";
  }
}
