/**
 * Phone numbers as people read them: national for the office's own country, international otherwise.
 *
 * The whole of numbering plans is a megabyte; the screen needs grouping, not validity. Where the grouping of a
 * country is not known here, digits stand in threes, which is never wrong, only less familiar.
 */

/** Country codes of one and two digits; every other one has three. */
const SHORT_CODES = new Set(
  "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98".split(" "),
);

export function countryCode(e164: string): string | undefined {
  if (!/^\+[1-9]\d{4,14}$/.test(e164)) return undefined;
  const digits = e164.slice(1);
  return [1, 2].map((length) => digits.slice(0, length)).find((code) => SHORT_CODES.has(code)) ?? digits.slice(0, 3);
}

/** `home`: a number of the office's own, which tells the country. */
export function phoneNumber(e164: string, home: string): string {
  const code = countryCode(e164);
  if (!code) return e164;
  const rest = e164.slice(1 + code.length);
  const local = code === countryCode(home);
  switch (code) {
    case "44":
      return local ? `0${british(rest)}` : `+44 ${british(rest)}`;
    case "1": {
      if (rest.length !== 10) break;
      const [area, exchange, line] = [rest.slice(0, 3), rest.slice(3, 6), rest.slice(6)];
      return local ? `(${area}) ${exchange}-${line}` : `+1 ${area} ${exchange} ${line}`;
    }
  }
  return `+${code} ${inThrees(rest)}`;
}

/** Area codes of Great Britain: two digits in London and the like, three in other cities, four elsewhere. */
function british(rest: string): string {
  if (rest.length !== 10) return inThrees(rest);
  if (/^2/.test(rest)) return grouped(rest, [2, 4, 4]);
  if (/^(11|1[2-9]1)/.test(rest)) return grouped(rest, [3, 3, 4]);
  if (/^[389]/.test(rest)) return grouped(rest, [3, 3, 4]);
  return grouped(rest, [4, 6]);
}

function grouped(digits: string, lengths: number[]): string {
  let at = 0;
  return lengths.map((length) => digits.slice(at, (at += length))).join(" ");
}

/** From the left, in threes; one lone digit joins the last three. */
function inThrees(digits: string): string {
  return digits.replace(/(\d{3})(?=\d{2,})/g, "$1 ");
}
