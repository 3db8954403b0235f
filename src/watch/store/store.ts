import { createHash } from "node:crypto";
import { ToolError } from "../../errors.ts";
import type { Cursors, Sample } from "../sample.ts";
import { inThisForm } from "./earlier.ts";

/** The place where the samples of a target and plan are kept. */
export interface SampleStore {
  /**
   * The samples after a position, oldest first, at most `BATCH` of them, and the position of the last; none: all were
   * read. Throws ToolError (environment) if one was changed or is missing, or if the one at the position is.
   */
  read(after: Position): Promise<{ samples: Sample[]; position: Position }>;
  /** the newest, and where the readings after it begin; null: there is none. Trusts the older ones */
  newest(): Promise<{ sample: Sample; cursors: Cursors } | null>;
  /**
   * Keep a sample, whole or not at all; only the newest keeps its cursors. False: another watcher has written one of this number, and this one counts
   * nothing that the other has not counted.
   */
  append(sample: Sample, cursors: Cursors): Promise<boolean>;
}

/** How far samples were read: the number of the last one, and its hash, which covers all before it. */
export interface Position {
  number: number;
  hash: string;
}

/** Before the first sample. */
export const BEGIN: Position = { number: 0, hash: "" };

/** Samples in one read, so that the memory for a long watch is that of a short one. */
export const BATCH = 200;

/** A sample as it is kept: its text, and the hash that covers it and all before. */
export interface Kept {
  text: string;
  hash: string;
  cursors: Cursors | null;
}

/** sha256 of the hash before (empty for the first) and of the text. */
export const hashAfter = (before: string, text: string): string =>
  createHash("sha256").update(before).update("\n").update(text).digest("hex");

/**
 * The samples of a chain after a position, oldest first. `kept`: those from the one at the position on, which is checked
 * and left out. `from`: the place of the store, for the message. Throws ToolError (environment) if one was changed, is
 * missing, or is of a version that this rlsmith does not know. The hash has no key: who may write to the store can write
 * a chain of its own.
 */
export function samplesOf(
  kept: readonly Pick<Kept, "text" | "hash">[],
  after: Position,
  from: string,
): { samples: Sample[]; position: Position } {
  if (after.number > 0 && kept[0]?.hash !== after.hash) throw changed(from, after.number);
  let position = after;
  const samples = kept.slice(after.number > 0 ? 1 : 0).map(({ text, hash }) => {
    const number = position.number + 1;
    if (hashAfter(position.hash, text) !== hash) throw changed(from, number);
    const sample = JSON.parse(text) as Sample;
    if (sample.formatVersion !== 1 || sample.number !== number) throw changed(from, number);
    position = { number, hash };
    return inThisForm(sample);
  });
  return { samples, position };
}

/** The newest sample of a chain, with its cursors. */
export const newestOf = (last: Kept | undefined): { sample: Sample; cursors: Cursors } | null =>
  last ? { sample: inThisForm(JSON.parse(last.text) as Sample), cursors: last.cursors ?? {} } : null;

const changed = (from: string, number: number): ToolError =>
  new ToolError(
    "environment",
    "SAMPLES_NOT_TRUSTED",
    `sample ${number} in ${from} is not as \`rlsmith watch\` wrote it, or one before it is not`,
    "find out who changed it; then keep it elsewhere, and watch anew",
  );
