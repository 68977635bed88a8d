/** What a phone does when it is rung: the choices, in words. */

import type { Behaviour } from "../live/frame";

export interface Choice {
  kind: Behaviour["kind"];
  text: string;
  behaviour: Behaviour;
}

export const CHOICES: Choice[] = [
  { kind: "ring", text: "rings until you pick up", behaviour: { kind: "ring" } },
  {
    kind: "pick-up",
    text: "answers and presses 1",
    behaviour: { kind: "pick-up", after_ms: 4_000, press: { digits: "1", after_ms: 4_000 } },
  },
  { kind: "busy", text: "is busy", behaviour: { kind: "busy" } },
  { kind: "mailbox", text: "is off: its mailbox answers", behaviour: { kind: "mailbox", after_ms: 2_000, hang_up_after_ms: 30_000 } },
  { kind: "reject", text: "declines", behaviour: { kind: "reject", after_ms: 3_000 } },
  { kind: "unreachable", text: "unreachable", behaviour: { kind: "unreachable" } },
];
