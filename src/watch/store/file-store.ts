import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ToolError } from "../../errors.ts";
import { replace, writeNew } from "./new-file.ts";
import { BATCH, hashAfter, newestOf, samplesOf, type Kept, type SampleStore } from "./store.ts";

/**
 * A folder with a file for each sample, for targets that may not be written to. A file appears whole or not at all, and
 * never replaces another: a link to a complete file is made, which fails if the name exists (link(2)).
 */
export function fileStore(folder: string): SampleStore {
  const kept = (from: number, to?: number): Kept[] =>
    namesIn(folder)
      .slice(from, to)
      .map((name) => keptIn(join(folder, name)));
  return {
    read: async (after) => samplesOf(kept(Math.max(0, after.number - 1), after.number + BATCH), after, folder),
    newest: async () => newestOf(kept(-1)[0]),
    append: async (sample, cursors) => {
      const text = JSON.stringify(sample);
      const older = join(folder, nameOf(sample.number - 1));
      const before = sample.number === 1 ? null : keptIn(older);
      const one: Kept = { text, hash: hashAfter(before?.hash ?? "", text), cursors };
      if (!writeNew(join(folder, nameOf(sample.number)), lineOf(one))) return false;
      if (before !== null) replace(older, lineOf({ ...before, cursors: null }));
      return true;
    },
  };
}

const nameOf = (number: number): string => `${String(number).padStart(8, "0")}.json`;

const lineOf = (kept: Kept): string => `${JSON.stringify(kept)}\n`;

const namesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d{8}\.json$/.test(name))
        .toSorted()
    : [];

function keptIn(file: string): Kept {
  try {
    const { text, hash, cursors } = JSON.parse(readFileSync(file, "utf8"));
    if (typeof text === "string" && typeof hash === "string") return { text, hash, cursors };
  } catch {
    // said below, whatever is wrong with it
  }
  throw new ToolError(
    "environment",
    "SAMPLES_NOT_TRUSTED",
    `\`${file}\` is not a sample as \`rlsmith watch\` wrote it`,
    "find out who changed it; then keep the folder elsewhere, and watch anew",
  );
}
