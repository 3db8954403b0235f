/** Reads a time of a log; null: the log does not say which time it is. */
export type TimeReader = (text: string) => string | null;

/**
 * A reader of times such as `2026-01-31 12:00:00.123 UTC`, or with `+03` or `+0530`, into ISO 8601. Other abbreviations
 * are not unique, as CST is one in Asia and one in America: they need the log_timezone of the server. In the hour that a
 * change of the clocks repeats, a time may be read an hour off.
 */
export function timesIn(timeZone: string | null): TimeReader {
  const offsetIn = timeZone === null ? null : offsetsOf(timeZone);
  return (text) => {
    const end = text.indexOf(" ", 11);
    const local = `${text.slice(0, 10)}T${text.slice(11, end)}`;
    const offset = offsetOf(text.slice(end + 1)) ?? offsetIn?.(local) ?? null;
    return offset === null ? null : local + offset;
  };
}

function offsetOf(zone: string): string | null {
  if (zone === "UTC" || zone === "GMT") return "Z";
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return sign === undefined ? null : `${sign}${hours}:${minutes ?? "00"}`;
}

/** The offset of a local time, of a zone by its name; null: a name that only PostgreSQL knows. */
function offsetsOf(timeZone: string): TimeReader | null {
  const format = formatIn(timeZone);
  if (format === null) return null;
  const at = (instant: number): string =>
    format
      .formatToParts(instant)
      .find(({ type }) => type === "timeZoneName")
      ?.value.slice(3) || "+00:00";
  // zones change their offset at a quarter of an hour
  const known = new Map<string, string>();
  return (local) => {
    const quarter = `${local.slice(0, 14)}${Math.floor(Number(local.slice(14, 16)) / 15)}`;
    const before = known.get(quarter);
    if (before !== undefined) return before;
    const guess = at(Date.parse(`${local}Z`));
    const offset = at(Date.parse(local + guess));
    if (known.size > 1000) known.clear();
    known.set(quarter, offset);
    return offset;
  };
}

function formatIn(timeZone: string): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch {
    return null;
  }
}

/** The seconds since 1970 of `%n`, in ISO 8601. */
export const timeOfEpoch = (seconds: string): string => new Date(Number(seconds) * 1000).toISOString();
