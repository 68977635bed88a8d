/** Who somebody is: a customer's name, a phone's name, or a number as people read it. */

import type { Leg, Settings } from "../live/frame";

/** What a caller shows who withholds their number. */
export const WITHHELD = "anonymous";

/** Country codes of one and two digits; every other one has three. */
const SHORT_CODES = new Set(
  "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(" "),
);

/** "+44 7700 900101": grouped for reading, never changed otherwise. */
export function number(e164: string): string {
  const british = /^\+44(\d{10})$/.exec(e164)?.[1];
  if (british) {
    const lengths = /^2/.test(british) ? [2, 4, 4] : /^(1[2-9]1|11\d|[389])/.test(british) ? [3, 3, 4] : [4, 6];
    let at = 0;
    return ["+44", ...lengths.map((length) => british.slice(at, (at += length)))].join(" ");
  }
  if (!/^\+[1-9]\d{5,14}$/.test(e164)) return e164;
  const digits = e164.slice(1);
  const code = [1, 2].map((length) => digits.slice(0, length)).find((one) => SHORT_CODES.has(one)) ?? digits.slice(0, 3);
  return `+${code} ${digits.slice(code.length).replace(/(\d{3})(?=\d{2,})/g, "$1 ")}`;
}

function browserOf(identity: string, settings: Settings): string {
  return `${settings.agents?.[identity] ?? identity}’s browser`;
}

export function party(address: string, settings: Settings): string {
  if (address === "" || address === WITHHELD || address === "+266696687") return "Withheld number";
  if (address.startsWith("client:")) return browserOf(address.slice("client:".length), settings);
  const phone = settings.phones.find((known) => known.number === address);
  if (phone) return phone.name;
  return settings.customers.find((known) => known.number === address)?.name ?? number(address);
}

/** The far end of a leg. */
export function whose(leg: Leg | undefined, settings: Settings): string {
  if (!leg || leg.who === "twilio") return "somebody";
  if ("caller" in leg.who) return party(leg.who.caller, settings);
  if ("agent" in leg.who) return browserOf(leg.who.agent, settings);
  return party(leg.who["office-phone"], settings);
}
