import type { Project, Retired } from "../cleanup/code/index.ts";
import {
  casesOf,
  type CaseStatus,
  type Cover,
  type IdleTest,
  type StaysBecause,
  type Surroundings,
  type TestCase,
  type Unit,
} from "../cleanup/tests/index.ts";
import type { Progress } from "../progress.ts";
import type { EditedFile } from "./edited-files.ts";
import type { WorkTree } from "./code-files.ts";
import type { ProjectOptions, Source } from "./source.ts";
import type { SuiteCopy, SuiteOutcome } from "./suite-run.ts";
import type { SuiteStates } from "./suite-states.ts";

/** What `rlsmith cleanup --tests` may do. */
export interface TestsOptions {
  /** how the source was opened */
  project: ProjectOptions;
  /** change the files; otherwise nothing is written */
  write: boolean;
  /** write although the working tree has changes that are not committed */
  allowDirty: boolean;
  /** a command that checks the code, in the place of the compiler */
  check?: string | undefined;
  /** the most mutants; without it, one of every policy */
  mutants?: number | undefined;
  progress: Progress;
}

/** A part of a test with its place. */
export interface TestPart {
  path: string;
  line: number;
  /** the case with the suites around it; of a table, the row */
  name: string;
  kind: Unit["kind"];
  /** the cases that run it */
  cases: string[];
}

/** A part that goes. */
export interface RemovedTest extends TestPart {
  /** its result on the migrated state; null: no run reports it, and the config has decided about it */
  onMigrated: "failed" | "passed" | null;
  /** the mutants that it notices, and for each another case that notices it */
  notices: { mutant: string; noticedBy: string }[];
  /** what still covers the relations that it reads */
  covers: Cover[];
  /** the reason of the config, where it has decided so */
  decided: string | null;
  /** mutants, relations and functions that nothing else notices, tests or uses; only where the config has decided */
  alone: string[];
}

/** A part that stays since the config says so. */
export interface KeptByDecision extends TestPart {
  reason: string;
}

/** A part that stays, for a person to look at. */
export interface KeptTest extends TestPart {
  because: StaysBecause;
  /** mutants, relations, functions or errors */
  what: string[];
}

/** A case that stays and fails on the migrated state. */
export interface FailingTest {
  path: string;
  /** null: no case of the code has the name that is reported */
  line: number | null;
  /** as it is reported, with the suites around it */
  name: string;
  /** its result on the old state; null: that state is not at hand, or it was not reported there */
  onOld: CaseStatus | null;
}

/** A mutant on which the suite ran. */
export interface SuiteMutant {
  name: string;
  relation: string;
  side: "before" | "after";
  /** the number of cases that failed and pass without it; null: the suite made no report */
  noticedBy: number | null;
}

/** The runs of the suite. */
export type SuiteFacts =
  | {
      kind: "run";
      command: string;
      /** passed and failed cases; null: the state is not at hand */
      before: { passed: number; failed: number } | null;
      after: { passed: number; failed: number };
      mutants: SuiteMutant[];
      /** policies, and those of which a mutant was run */
      policies: number;
      weakened: number;
    }
  | {
      kind: "not-run";
      /** no command in the config, no migrations folder, or the state on which it made no report */
      why: "no-command" | "no-folder" | "fails-before" | "fails-after" | "timeout";
      /** the end of what it printed */
      output: string;
    }
  /** no case takes the variable's path */
  | { kind: "not-needed" };

/** Emitted tests that count as cover, although nobody ran them: the exit code is 3 while a part rests on them. */
export interface RestsOnEmitted {
  files: string[];
  /** the number of parts that go and have no other cover for some relation */
  parts: number;
}

/** What was taken out of the tests, and what is left to a person. */
export interface TestsCleanup {
  removed: RemovedTest[];
  kept: KeptTest[];
  keptByConfig: KeptByDecision[];
  idle: IdleTest[];
  failing: FailingTest[];
  /** calls in tests of functions that the database does not have: one of them may be a setter that nobody knows of */
  missing: { path: string; line: number; name: string }[];
  restsOnEmitted: RestsOnEmitted;
  suite: SuiteFacts;
  judge: { command: string; errorsBefore: number; errorsAfter: number } | null;
  files: EditedFile[];
  written: boolean;
  /** the project below the root of its repository; `""` if it is the root */
  prefix: string;
}

/** The test cases of a project, as the code has them. */
export interface FoundTests {
  tree: WorkTree;
  project: Project;
  retired: Retired;
  texts: ReadonlyMap<string, string>;
  cases: readonly TestCase[];
  units: readonly Unit[];
}

/** What the runs of a suite need. */
export interface SuiteWork {
  source: Source;
  suite: SuiteCopy;
  states: SuiteStates;
  found: FoundTests;
  around: Surroundings;
  options: TestsOptions;
}

/** The place of a part. */
export function partOf(unit: Unit): TestPart {
  const cases = casesOf(unit).map(({ name }) => name);
  if (unit.kind !== "row") {
    const { module, line, name } = unit.case;
    return { path: module.path, line, name, kind: unit.kind, cases };
  }
  const { module } = unit.table;
  return {
    path: module.path,
    line: module.text.slice(0, unit.row.start).split("\n").length,
    name: module.text.slice(unit.row.start, unit.row.end),
    kind: unit.kind,
    cases,
  };
}

/** The emitted tests that the parts which go rest on. */
export function restsOnEmitted(removed: readonly RemovedTest[]): RestsOnEmitted {
  const judged = removed.filter(({ decided }) => decided === null);
  const resting = judged.map(({ covers }) => covers.flatMap(({ by, what }) => (by === "emitted" ? what : [])));
  return { files: [...new Set(resting.flat())].toSorted(), parts: resting.filter(({ length }) => length > 0).length };
}

/** The result of a run, for progress. */
export const countsOf = (outcome: SuiteOutcome): string => {
  if (outcome.run === null) return "no report";
  const all = [...outcome.run.values()];
  return `${all.filter(({ status }) => status === "passed").length} of ${all.length} cases pass`;
};
