/**
 * A time of a log, `2026-01-31 12:00:00.123 UTC` or with `+03` or `+0530`, in ISO 8601. Null where the zone is another
 * abbreviation: CST is one in Asia and one in America, and the log does not say which.
 */
export function timeOf(text: string): string | null {
  const zone = text.slice(text.indexOf(" ", 11) + 1);
  const offset = offsetOf(zone);
  return offset === null ? null : `${text.slice(0, 10)}T${text.slice(11, text.indexOf(" ", 11))}${offset}`;
}

function offsetOf(zone: string): string | null {
  if (zone === "UTC" || zone === "GMT" || zone === "Etc/UTC") return "Z";
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return sign === undefined ? null : `${sign}${hours}:${minutes ?? "00"}`;
}

/** The seconds since 1970 of `%n`, in ISO 8601. */
export const timeOfEpoch = (seconds: string): string => new Date(Number(seconds) * 1000).toISOString();
