import type { OutputFile } from "../plan/output.ts";
import type { Progress } from "../progress.ts";
import { isolationTests } from "../verify/emit/build.ts";
import { pgtap } from "../verify/emit/pgtap.ts";
import { emittedPath } from "../verify/emit/place.ts";
import type { EmittedKind } from "../verify/emit/place.ts";
import { vitest } from "../verify/emit/vitest.ts";
import { scratchGround } from "../verify/scratch-ground.ts";
import { knownOf } from "./known.ts";
import { outputPlace } from "./output-place.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";
import { basename } from "node:path";

/** The matrix of a source as a file of tests, and where that file belongs. */
export async function emitTests(
  source: Source,
  kind: EmittedKind,
  projectDir: string,
  progress: Progress,
): Promise<OutputFile> {
  const base = await rehearsalBase(source, progress);
  try {
    const ground = await scratchGround(base.scratch.db, knownOf(base.catalog, source.config?.config ?? null));
    const tests = await isolationTests(ground, basename(projectDir));
    const place = outputPlace(source, projectDir, null);
    return { path: emittedPath(place, kind), content: kind === "pgtap" ? pgtap(tests) : vitest(tests) };
  } finally {
    await base.close();
  }
}
