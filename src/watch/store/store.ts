import { createHash } from "node:crypto";
import { ToolError } from "../../errors.ts";
import type { Cursors, Sample } from "../sample.ts";

/** The place where the samples of a target and plan are kept. */
export interface SampleStore {
  /** all samples, oldest first. Throws ToolError (environment) if one was changed or is missing */
  read(): Promise<Sample[]>;
  /** the newest, and where the readings after it begin; null: there is none. Trusts the older ones */
  newest(): Promise<{ sample: Sample; cursors: Cursors } | null>;
  /**
   * Keep a sample, whole or not at all; only the newest keeps its cursors. False: another watcher has written one of this number, and this one counts
   * nothing that the other has not counted.
   */
  append(sample: Sample, cursors: Cursors): Promise<boolean>;
}

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
 * The samples of a chain, oldest first. `from`: the place of the store, for the message. Throws ToolError (environment)
 * if one was changed, is missing, or is of a version that this rlsmith does not know. The hash has no key: who may write
 * to the store can write a chain of its own.
 */
export function samplesOf(kept: readonly Pick<Kept, "text" | "hash">[], from: string): Sample[] {
  let before = "";
  return kept.map(({ text, hash }, n) => {
    if (hashAfter(before, text) !== hash) throw changed(from, n + 1);
    before = hash;
    const sample = JSON.parse(text) as Sample;
    if (sample.formatVersion !== 1 || sample.number !== n + 1) throw changed(from, n + 1);
    return sample;
  });
}

/** The newest sample of a chain, with its cursors. */
export const newestOf = (last: Kept | undefined): { sample: Sample; cursors: Cursors } | null =>
  last ? { sample: JSON.parse(last.text), cursors: last.cursors ?? {} } : null;

const changed = (from: string, number: number): ToolError =>
  new ToolError(
    "environment",
    "SAMPLES_NOT_TRUSTED",
    `sample ${number} in ${from} is not as \`rlsmith watch\` wrote it, or one before it is not`,
    "find out who changed it; then keep it elsewhere, and watch anew",
  );
