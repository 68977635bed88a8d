/** Faults in words, and how many are switched on. */

import type { Faults } from "../live/frame";

export const NO_FAULTS: Faults = {
  api_delay_ms: 0,
  api_fail_status: null,
  api_fail_times: null,
  api_down: false,
  api_answers_lost: 0,
  lists_late_ms: 0,
  lists_page_items: 0,
  lists_shifted_percent: 0,
  lists_unreadable_percent: 0,
  webhooks_doubled: false,
  callbacks_lost_percent: 0,
  callbacks_delay_ms: 0,
  callbacks_shuffled: false,
  crm_delay_ms: 0,
  crm_mode: "normal",
};

/** `api_fail_times` says how often another fault still strikes; alone it does nothing. */
export function faultsOn(faults: Faults): number {
  const names = (Object.keys(NO_FAULTS) as (keyof Faults)[]).filter((name) => name !== "api_fail_times");
  return names.filter((name) => faults[name] !== NO_FAULTS[name]).length;
}
