import type { OutputFile } from "../write-files.ts";
import type { Migration, MigrationName } from "./tool.ts";

/**
 * A UTC timestamp of 14 digits that is later than any existing name, since migrations run in the order of their names.
 */
export function timestampAfter(entries: readonly string[], now: Date): string {
  const stamp = now.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14);
  const last = entries
    .flatMap((name) => /^\d{14}/.exec(name)?.[0] ?? [])
    .toSorted()
    .at(-1);
  return last !== undefined && last >= stamp ? String(BigInt(last) + 1n) : stamp;
}

/**
 * The next number, in the width that the folder uses; a timestamp if the folder uses timestamps, or if it is empty and
 * the tool uses them.
 */
export function numberAfter(entries: readonly string[], width: number, now: Date): string {
  const numbers = entries.flatMap((name) => /^\d+/.exec(name)?.[0] ?? []);
  if (numbers.some((number) => number.length >= 14) || (numbers.length === 0 && width === 14)) {
    const stamp = timestampAfter(entries, now);
    // A name without a number would sort after a timestamp.
    return entries.some((name) => name.endsWith(".sql") && name > `${stamp}_`) ? `zz_${stamp}` : stamp;
  }
  return nextVersion(numbers, Math.max(0, ...numbers.map((number) => number.length)) || width, now);
}

/** The greatest number plus one, with at least `width` digits; a timestamp if the numbers are timestamps. */
export function nextVersion(numbers: readonly string[], width: number, now: Date): string {
  if (numbers.some((number) => number.length >= 14)) return timestampAfter(numbers, now);
  const last = numbers.reduce((most, number) => (BigInt(number) > most ? BigInt(number) : most), 0n);
  return String(last + 1n).padStart(width, "0");
}

/**
 * The path of the down file for a tool that has no place for one: beside the migrations folder, where the tool does not
 * run it.
 */
export const rollbackBeside = (stem: string): string => `../rollbacks/${stem}.down.sql`;

export const twoFiles = ({ up, down }: MigrationName, sql: Migration): OutputFile[] => [
  { path: up, content: sql.up },
  { path: down, content: sql.down },
];
