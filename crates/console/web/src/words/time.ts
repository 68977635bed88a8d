/** Times as people read them. */

/** "1:42", "1:02:03". Whole seconds that have passed; a clock that is a little ahead shows no minus. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** The same for a voice: "1 minute 42 seconds". */
export function spokenDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => counted(count, unit));
  return said.length > 0 ? said.join(" ") : "0 seconds";
}

/** `ms` by this browser's own clock and zone, "14:02:11". */
export function clockTime(ms: number, seconds = true): string {
  const date = new Date(ms);
  const parts = [date.getHours(), date.getMinutes(), ...(seconds ? [date.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

/** `ms` in a time zone and seen from `nowMs` in it: "12:30", "Tuesday 09:00", "4 January 09:00". */
export function wallTime(ms: number, nowMs: number, timeZone: string): string {
  const part = (at: number, options: Intl.DateTimeFormatOptions) => zoned(timeZone, options).format(at);
  const time = part(ms, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const day = (at: number) => part(at, { year: "numeric", month: "numeric", day: "numeric" });
  if (day(ms) === day(nowMs)) return time;
  const soon = Math.abs(ms - nowMs) < 6 * 24 * 3600 * 1000;
  return `${part(ms, soon ? { weekday: "long" } : { day: "numeric", month: "long" })} ${time}`;
}

function zoned(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
  } catch {
    // A zone that this browser does not know yet.
    return new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
  }
}

/** "March 2017" for a day or a month as machines write it; anything else as it came. */
export function customerSince(since: string): string {
  const [, year, month] = /^(\d{4})-(\d{2})(-\d{2})?([T ].*)?$/.exec(since) ?? [];
  if (!year || !month || Number(month) < 1 || Number(month) > 12) return since;
  return zoned("UTC", { month: "long", year: "numeric" }).format(Date.UTC(Number(year), Number(month) - 1, 1));
}

/** "17:30" from what a person writes for it: "17:30", "9.05", "0900", "9"; nothing when it is no time of a day. */
export function timeOfDay(text: string): string | undefined {
  const [, hours, minutes = "00"] = /^(\d{1,2})(?:[:.h ]?([0-5]\d))?$/.exec(text.trim()) ?? [];
  if (hours === undefined || Number(hours) > 23) return undefined;
  return `${hours.padStart(2, "0")}:${minutes}`;
}

/** "1 match", "3 matches". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
