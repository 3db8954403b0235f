import { basename } from "node:path";
import { parseConfig } from "../config.ts";
import type { Progress } from "../progress.ts";
import { isolationTests } from "../verify/emit/build.ts";
import { pgtap } from "../verify/emit/pgtap.ts";
import type { EmittedKind } from "../verify/emit/place.ts";
import { vitest } from "../verify/emit/vitest.ts";
import { scratchGround } from "../verify/scratch-ground.ts";
import type { Verification } from "../verify/verification.ts";
import { verify } from "../verify/verify.ts";
import { knownOf } from "./known.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";

export interface Emitted {
  /** of a file of tests */
  text: string;
  /** what the same attack found: of what is open the tests fail */
  found: Verification;
}

/** The matrix of a source as the text of a file of tests. */
export async function emitTests(
  source: Source,
  kind: EmittedKind,
  projectDir: string,
  progress: Progress,
): Promise<Emitted> {
  const base = await rehearsalBase(source, progress);
  try {
    const config = source.config?.config ?? null;
    const { verify: declared, rules } = config ?? parseConfig({}, "no config");
    const ground = await scratchGround(base.scratch.db, knownOf(base.catalog, config));
    const liveRole = rules.liveRole !== undefined;
    const found = await verify(ground, { config: declared, liveRole, onCell: () => {}, progress, otherClient: null });
    const tests = await isolationTests(ground, basename(projectDir), declared);
    return { text: kind === "pgtap" ? pgtap(tests) : vitest(tests), found };
  } finally {
    await base.close();
  }
}
