import { z } from "zod";
import type { Line } from "./line.ts";

/** A line of the file, and what it holds: null if it is no line of evidence. */
export interface ReadLine {
  /** from 1 */
  number: number;
  line: Line | null;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const shape = z.object({
  formatVersion: z.literal(1),
  hash: digest,
  previous: z.array(digest).max(2),
  at: z.iso.datetime({ offset: true }),
  serverAt: z.iso.datetime({ offset: true }).nullable(),
  by: z.string().nullable(),
  rlsmith: z.string(),
  subject: z.object({
    plan: z.string().nullable(),
    migrations: z.string().nullable(),
    target: z.string().nullable(),
  }),
  ending: z.enum(["passed", "failed", "cannot be told"]),
  // the facts of later versions are kept as they are: the hash covers them
  fact: z.looseObject({ kind: z.string() }),
});

/** Read the text of `.rlsmith/evidence.jsonl`. Empty lines are left out. */
export const readLines = (text: string): ReadLine[] =>
  text.split("\n").flatMap((one, index): ReadLine[] => {
    if (one.trim() === "") return [];
    const parsed = shape.safeParse(parse(one));
    // the shape of a fact is that of the command that wrote it, which the hash of the line vouches for
    return [{ number: index + 1, line: parsed.success ? (parsed.data as unknown as Line) : null }];
  });

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The text of a file with these lines. */
export const printLines = (lines: readonly Line[]): string => lines.map((one) => `${JSON.stringify(one)}\n`).join("");
