/** Who somebody is: a customer's name, a phone's name, or a number as people read it. */

import type { Leg, Settings } from "../live/frame";

/** What a caller shows who withholds their number. */
export const WITHHELD = "anonymous";

/** "+44 7700 900 101": grouped for reading, never changed otherwise. */
export function number(e164: string): string {
  const british = /^\+44(\d{10})$/.exec(e164)?.[1];
  if (british) {
    const lengths = /^2/.test(british) ? [2, 4, 4] : /^(1[2-9]1|11\d|[389])/.test(british) ? [3, 3, 4] : [4, 6];
    let at = 0;
    return ["+44", ...lengths.map((length) => british.slice(at, (at += length)))].join(" ");
  }
  return /^\+\d{6,}$/.test(e164) ? e164.replace(/(\d{3})(?=\d{2,})/g, "$1 ") : e164;
}

export function party(address: string, settings: Settings): string {
  if (address === "" || address === WITHHELD || address === "+266696687") return "Withheld number";
  if (address.startsWith("client:")) return `${address.slice("client:".length)}’s browser`;
  const phone = settings.phones.find((known) => known.number === address);
  if (phone) return phone.name;
  return settings.customers.find((known) => known.number === address)?.name ?? number(address);
}

/** The far end of a leg. */
export function whose(leg: Leg | undefined, settings: Settings): string {
  if (!leg || leg.who === "twilio") return "somebody";
  if ("caller" in leg.who) return party(leg.who.caller, settings);
  if ("agent" in leg.who) return `${leg.who.agent}’s browser`;
  return party(leg.who["office-phone"], settings);
}
