import type { Progress } from "../progress.ts";
import { isolationTests } from "../verify/emit/build.ts";
import { pgtap } from "../verify/emit/pgtap.ts";
import type { EmittedKind } from "../verify/emit/place.ts";
import { vitest } from "../verify/emit/vitest.ts";
import { scratchGround } from "../verify/scratch-ground.ts";
import { knownOf } from "./known.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";
import { basename } from "node:path";

/** The matrix of a source as the text of a file of tests. */
export async function emitTests(
  source: Source,
  kind: EmittedKind,
  projectDir: string,
  progress: Progress,
): Promise<string> {
  const base = await rehearsalBase(source, progress);
  try {
    const ground = await scratchGround(base.scratch.db, knownOf(base.catalog, source.config?.config ?? null));
    const tests = await isolationTests(ground, basename(projectDir));
    return kind === "pgtap" ? pgtap(tests) : vitest(tests);
  } finally {
    await base.close();
  }
}
