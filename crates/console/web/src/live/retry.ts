/**
 * How long to wait before the next attempt.
 *
 * A page that is looked at has to be right within a second of the line's return, however long it was gone, so the
 * wait never grows beyond what leaves time for the rest. The jitter spreads the pages of a deployment that has come back. A hidden tab may
 * take its time: it tries at once when it is shown.
 */
const FIRST_MS = 100;
const LONGEST_MS = 600;
const LONGEST_HIDDEN_MS = 5_000;

export function retryDelay(attempt: number, hidden: boolean, random: () => number): number {
  const longest = hidden ? LONGEST_HIDDEN_MS : LONGEST_MS;
  const delay = Math.min(longest, FIRST_MS * 2 ** Math.min(attempt, 10));
  return delay / 2 + (random() * delay) / 2;
}
