import type { Shift } from "../logic/symbol.ts";

const UNITS: Readonly<Record<string, keyof typeof SIZES>> = {
  microsecond: "microsecond",
  millisecond: "millisecond",
  ms: "millisecond",
  second: "second",
  sec: "second",
  s: "second",
  minute: "minute",
  min: "minute",
  m: "minute",
  hour: "hour",
  hr: "hour",
  h: "hour",
  day: "day",
  d: "day",
  week: "week",
  w: "week",
  month: "month",
  mon: "month",
  year: "year",
  yr: "year",
  y: "year",
};

const SIZES = {
  microsecond: { micros: 1 },
  millisecond: { micros: 1_000 },
  second: { micros: 1_000_000 },
  minute: { micros: 60_000_000 },
  hour: { micros: 3_600_000_000 },
  day: { days: 1 },
  week: { days: 7 },
  month: { months: 1 },
  year: { months: 12 },
} as const;

/**
 * interval_in for whole numbers with units, and `HH:MM:SS` as PostgreSQL prints it (manual, 8.5.4). Undefined for
 * anything else, and for more than about a thousand years.
 */
export function parseInterval(text: string): Shift | undefined {
  const shift = { months: 0, days: 0, micros: 0 };
  let rest = text.trim().toLowerCase();
  if (rest === "") return undefined;
  while (rest !== "") {
    const clock = /^([+-]?)(\d{1,4}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?$/.exec(rest);
    if (clock) {
      const [hours, minutes, seconds] = [clock[2], clock[3], clock[4]].map(Number) as [number, number, number];
      if (minutes > 59 || seconds > 59) return undefined;
      const micros = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + Number((clock[5] ?? "").padEnd(6, "0"));
      shift.micros += clock[1] === "-" ? -micros : micros;
      break;
    }
    const found = /^([+-]?\d{1,7})\s*([a-z]+?)s?(?:\s+|$)/.exec(rest) ?? /^([+-]?\d{1,7})\s*(ms|s)(?:\s+|$)/.exec(rest);
    const unit = UNITS[found?.[2] ?? ""];
    if (!found || !unit) return undefined;
    const size: Partial<Shift> = SIZES[unit];
    const count = Number(found[1]);
    shift.months += count * (size.months ?? 0);
    shift.days += count * (size.days ?? 0);
    shift.micros += count * (size.micros ?? 0);
    rest = rest.slice(found[0].length);
  }
  const small = Math.abs(shift.months) < 12_000 && Math.abs(shift.days) < 400_000 && Math.abs(shift.micros) < 3e15;
  return small ? shift : undefined;
}
