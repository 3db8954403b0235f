import { expect, test } from "vitest";
import { exitOfTests } from "../../../src/cli/exit.ts";
import { restsOnEmitted, type RemovedTest, type TestsCleanup } from "../../../src/pipeline/tests-result.ts";

// What goes is only as well covered as what was run.

const FILE = "tests/rls_isolation.test.ts";

const part = (...by: ("twin" | "emitted")[]): RemovedTest => ({
  path: "test/rls.test.ts",
  line: 3,
  name: "by variable",
  kind: "case",
  cases: ["by variable"],
  onMigrated: "failed",
  notices: [],
  covers: by.map((one, at) => ({
    relation: `public.bill_${at}`,
    by: one,
    what: [one === "emitted" ? FILE : "by claim"],
  })),
  decided: null,
  alone: [],
});

const cleanup = (...removed: RemovedTest[]): TestsCleanup => ({
  removed,
  kept: [],
  keptByConfig: [],
  idle: [],
  failing: [],
  missing: [],
  restsOnEmitted: restsOnEmitted(removed),
  suite: {
    kind: "run",
    command: "npx vitest run",
    before: { passed: 2, failed: 0 },
    after: { passed: 1, failed: 1 },
    mutants: [],
    policies: 2,
    weakened: 2,
  },
  judge: null,
  files: [],
  written: false,
  prefix: "",
});

test("with every policy weakened, and a cover that was run for each relation, nothing is left", () => {
  expect(exitOfTests(cleanup(part("twin")), 1)).toBe(0);
});

test("what the config has decided rests on no run", () => {
  const one = cleanup({ ...part("emitted"), decided: "its subject is the text of the old SQL", alone: [] });
  const partial = { ...one, suite: { ...one.suite, weakened: 1 } as TestsCleanup["suite"] };
  expect([exitOfTests(partial, 1), one.restsOnEmitted.parts]).toEqual([0, 0]);
});

test("a part that rests on emitted tests, which nobody ran, is not shown to be covered", () => {
  const one = cleanup(part("twin"), part("twin", "emitted"));
  expect([exitOfTests(one, 1), restsOnEmitted(one.removed)]).toEqual([3, { files: [FILE], parts: 1 }]);
});
