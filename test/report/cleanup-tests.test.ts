import pc from "picocolors";
import { expect, test } from "vitest";
import type { Retired } from "../../src/cleanup/code/index.ts";
import type { TestPart, TestsCleanup } from "../../src/pipeline/tests-result.ts";
import { renderCleanupTests } from "../../src/report/cleanup-tests.ts";

// What the config has decided about test cases is told with its reason, and with what is lost by it.

const RETIRED: Retired = {
  settings: new Map([["app.org_id", ["org_id"]]]),
  functions: new Set(),
  mixed: new Set(),
};
const NOTHING: TestsCleanup = {
  removed: [],
  kept: [],
  keptByConfig: [],
  idle: [],
  failing: [],
  missing: [],
  restsOnEmitted: { files: [], parts: 0 },
  suite: { kind: "not-needed" },
  judge: null,
  files: [],
  written: false,
  prefix: "",
};
const part = (kind: TestPart["kind"]): TestPart => ({
  path: "test/a.test.ts",
  line: 3,
  name: "notes > by variable",
  kind,
  cases: [],
});
const render = (cleanup: Partial<TestsCleanup>): string =>
  renderCleanupTests({ ...NOTHING, ...cleanup }, RETIRED, null, pc.createColors(false));

test("a case that goes: the reason, its result, and what nothing else notices, tests or uses", () => {
  const rest = { notices: [], covers: [], decided: "its subject is the old SQL" };
  const text = render({
    removed: [
      { ...part("case"), ...rest, onMigrated: "failed", alone: ["public.note"] },
      { ...part("reads"), ...rest, onMigrated: null, alone: [] },
    ],
  });
  expect(text).toContain(
    [
      "  test/a.test.ts:3 the case notes > by variable",
      "    the config decides so: its subject is the old SQL",
      "    it failed on the migrated state",
      "    nothing else notices, tests or uses public.note",
      "  test/a.test.ts:3 the reads of the variable in notes > by variable",
      "    the config decides so: its subject is the old SQL",
      "    no run reports it",
    ].join("\n"),
  );
  expect(text).not.toContain("notices none of the mutants");
});

test("a case that stays", () => {
  const text = render({ keptByConfig: [{ ...part("case"), reason: "it shows that the variable is inert" }] });
  expect(text).toContain("suite: not run, for no case but what the config keeps takes the variable's path");
  expect(text).toContain(
    "stays, as the config decides (1)\n  test/a.test.ts:3 the case notes > by variable: it shows that the variable is inert",
  );
  expect(render({})).toContain("suite: not run, for no case takes the variable's path");
});
