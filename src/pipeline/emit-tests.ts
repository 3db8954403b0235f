import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseConfig } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import {
  collectExamples,
  isolationTests,
  pgtap,
  emittedPath,
  isEmitted,
  type EmittedKind,
  vitest,
  scratchEnvironment,
  verify,
  viewDefinitions,
} from "../verify/index.ts";
import type { Verification } from "../verify/index.ts";
import { knownOf } from "./known.ts";
import { writeAll } from "../write-files.ts";
import { outputPlace } from "./output-place.ts";
import { seededScratch } from "./seeded-scratch.ts";
import type { Source } from "./source.ts";

export interface Emitted {
  /** the text of the file of tests */
  text: string;
  /** the findings of the same attack: the tests of openings fail */
  found: Verification;
}

/** The matrix of a source as the text of a file of tests. */
export async function emitTests(
  source: Source,
  kind: EmittedKind,
  projectDir: string,
  progress: Progress,
): Promise<Emitted> {
  const base = await seededScratch(source, progress);
  try {
    const config = source.config?.config ?? null;
    const { verify: declared, rules } = config ?? parseConfig({}, "no config");
    const { db } = base.scratch;
    const environment = await scratchEnvironment(db, knownOf(base.catalog, config, await viewDefinitions(db)));
    const liveRole = rules.liveRole !== undefined;
    const examples = collectExamples();
    const found = await verify(environment, {
      config: declared,
      liveRole,
      onCell: () => {},
      onExample: examples.add,
      progress,
      otherClient: null,
    });
    const tests = await isolationTests(environment, basename(projectDir), declared, examples.all());
    const text = kind === "pgtap" ? pgtap(tests) : vitest(tests);
    return { text, found: { ...found, notes: [...base.notes, ...found.notes] } };
  } finally {
    await base.close();
  }
}

/**
 * Write the matrix of a source as a file of tests to the project's folder of tests. Throws ToolError (usage) if a file
 * exists there that rlsmith did not write.
 */
export async function writeIsolationTests(
  source: Source,
  kind: EmittedKind,
  projectDir: string,
  progress: Progress,
): Promise<{ path: string; found: Verification }> {
  const path = emittedPath(outputPlace(source, projectDir, null), kind);
  refuseForeignFile(path, kind);
  const { text: content, found } = await emitTests(source, kind, projectDir, progress);
  // a file of tests that an earlier run has written
  writeAll([{ path, content, replace: existsSync(path) }], projectDir);
  return { path, found };
}

/** Throws ToolError (usage) if a file that rlsmith did not write would be overwritten. */
function refuseForeignFile(path: string, kind: EmittedKind): void {
  if (!existsSync(path) || isEmitted(readFileSync(path, "utf8"), kind)) return;
  throw new ToolError(
    "usage",
    "NOT_OUR_FILE",
    `\`${path}\` exists and was not written by rlsmith`,
    "move it away, or rename your own tests",
  );
}
