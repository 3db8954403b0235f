import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, the slowest first. A file that is missing here costs time at the end of a run, nothing else. */
const SLOW = [
  "cleanup/tests/casino.long.test.ts",
  "cleanup/tests/pipeline.long.test.ts",
  "cases/plan-embedded.long.test.ts",
  "cases/plan-rehearsed.long.test.ts",
  "verify/cases.long.test.ts",
  "apply/cases.long.test.ts",
  "cli/prove.long.test.ts",
  "cli/rollback-file.long.test.ts",
  "verify/platform-facts.long.test.ts",
  "cases/plan.long.test.ts",
  "rehearse/rehearse.long.test.ts",
  "prove/trial.long.test.ts",
  "prove/depends.long.test.ts",
  "examples/casino-application.long.test.ts",
  "scratch/replay.test.ts",
  "casino.test.ts",
  "cli/apply.test.ts",
];

/** Orders test files so that no worker is left with a long file at the end, also where no earlier run has left its times. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const at = SLOW.findIndex((name) => moduleId.endsWith(`/test/${name}`));
      return at === -1 ? SLOW.length : at;
    };
    // eslint-disable-next-line unicorn/no-array-sort -- a method of vitest, not of an array
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
