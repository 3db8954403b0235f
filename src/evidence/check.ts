import { hashOf, type Line, type LineHash } from "./line.ts";
import type { ReadLine } from "./text.ts";

/** What is wrong with a line of the file. */
export type Fault = { line: number } & (
  | { kind: "unreadable" }
  /** git left both sides of a conflict in the file */
  | { kind: "conflict" }
  | { kind: "edited" }
  /** the line before it is not in the file */
  | { kind: "removed"; hash: LineHash }
  /** the line before it comes after it */
  | { kind: "reordered"; after: number }
  | { kind: "twice"; first: number }
  /** two lines follow the same line: two branches, or two commands at once */
  | { kind: "branched"; other: number }
  /** it is older than the line before it */
  | { kind: "clock"; seconds: number }
  /** the clock of the machine and that of the server differ */
  | { kind: "server clock"; seconds: number }
);

/** Between two clocks, in seconds. A connection may take as long. */
const TOLERANCE = 120;

/** Check the chain of a file. A file that was cut off at its end shows only in git, and in a later line elsewhere. */
export function checkLines(read: readonly ReadLine[], conflicts: readonly number[]): Fault[] {
  const faults: Fault[] = conflicts.map((line): Fault => ({ kind: "conflict", line }));
  const marks = new Set(conflicts);
  const placed = new Map<LineHash, number>();
  for (const { number, line } of read) if (line && !placed.has(line.hash)) placed.set(line.hash, number);
  const byHash = new Map(read.flatMap(({ line }) => (line ? [[line.hash, line] as const] : [])));
  const followed = new Map<LineHash | null, number>();
  for (const { number, line } of read) {
    if (line === null) {
      if (!marks.has(number)) faults.push({ kind: "unreadable", line: number });
      continue;
    }
    if (hashOf(line) !== line.hash) faults.push({ kind: "edited", line: number });
    const first = placed.get(line.hash) ?? number;
    if (first !== number) {
      faults.push({ kind: "twice", line: number, first });
      continue;
    }
    const parents: (LineHash | null)[] = line.previous.length === 0 ? [null] : line.previous;
    for (const hash of parents) {
      const place = hash === null ? 0 : placed.get(hash);
      if (place === undefined) faults.push({ kind: "removed", line: number, hash: hash as LineHash });
      else if (place > number) faults.push({ kind: "reordered", line: number, after: place });
      const other = followed.get(hash);
      if (other !== undefined && !joined(read, other, number)) faults.push({ kind: "branched", line: number, other });
      if (other === undefined) followed.set(hash, number);
      const before = hash === null ? undefined : byHash.get(hash);
      const back = before ? (Date.parse(before.at) - Date.parse(line.at)) / 1000 : 0;
      if (back > 0) faults.push({ kind: "clock", line: number, seconds: Math.round(back) });
    }
    const apart = line.serverAt === null ? 0 : Math.abs(Date.parse(line.serverAt) - Date.parse(line.at)) / 1000;
    if (apart > TOLERANCE) faults.push({ kind: "server clock", line: number, seconds: Math.round(apart) });
  }
  return faults.toSorted((a, b) => a.line - b.line);
}

/** True if a later line follows both. */
function joined(read: readonly ReadLine[], one: number, other: number): boolean {
  const lines = read.flatMap(({ number, line }) => (line ? [{ number, line }] : []));
  const ancestors = new Map<LineHash, Set<number>>();
  for (const { number, line } of lines) {
    const seen = new Set([number]);
    for (const hash of line.previous) for (const each of ancestors.get(hash) ?? []) seen.add(each);
    if (seen.has(one) && seen.has(other)) return true;
    ancestors.set(line.hash, seen);
  }
  return false;
}

/** The lines of the markers that git leaves where two branches have changed the file. */
export const conflictMarkers = (text: string): number[] =>
  text.split("\n").flatMap((one, index) => (/^(<{7}|={7}|>{7}|\|{7})( |$)/.test(one) ? [index + 1] : []));

/** The lines that can be read. */
export const linesOf = (read: readonly ReadLine[]): Line[] => read.flatMap(({ line }) => (line ? [line] : []));
