import { createHash } from "node:crypto";
import type { Fact } from "./fact.ts";

declare const digest: unique symbol;
/** The sha256 of a line of evidence, 64 hexadecimal digits. */
export type LineHash = string & { readonly [digest]: true };

/** What a fact is about. */
export interface Subject {
  /** `planHash` of the plan, or of that of a clean-up */
  plan: string | null;
  /** the digest of the migrations without the files of the plan; see `migrationsDigest` */
  migrations: string | null;
  /** a target of the config */
  target: string | null;
}

/** How a command ended: its exit code 0, 1 or 3. */
export type Ending = "passed" | "failed" | "cannot be told";

/** One line of `.rlsmith/evidence.jsonl`. */
export interface Line {
  formatVersion: 1;
  /** the sha256 of all other fields */
  hash: LineHash;
  /** the lines before: none for the first, two where branches were merged */
  previous: LineHash[];
  /** ISO 8601, by the clock of the machine that ran the command */
  at: string;
  /** ISO 8601, by the clock of the target's server */
  serverAt: string | null;
  /** `Name <mail>` of git's configuration */
  by: string | null;
  rlsmith: string;
  subject: Subject;
  ending: Ending;
  fact: Fact;
}

/** A line without what its place in the file gives it. */
export type NewLine = Omit<Line, "formatVersion" | "hash" | "previous">;

/** The hash of a line. Keys are sorted, so that a program that writes the line anew does not change it. */
export const hashOf = ({ hash: _, ...rest }: Omit<Line, "hash"> & { hash?: LineHash }): LineHash =>
  createHash("sha256").update(canonical(rest)).digest("hex") as LineHash;

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
}

/** The line that follows those of a file. */
export function lineAfter(lines: readonly Line[], one: NewLine): Line {
  const last = lines.at(-1);
  return sealed({ ...one, formatVersion: 1, previous: last ? [last.hash] : [] });
}

/** A line with its hash. */
export const sealed = (line: Omit<Line, "hash">): Line => ({ ...line, hash: hashOf(line) });
