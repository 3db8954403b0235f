import {
  casesOf,
  decideUnits,
  editedTests,
  matchesOf,
  nameOfId,
  type Decided,
  type Evidence,
  type SuiteRun,
  type Unit,
} from "../cleanup/tests/index.ts";
import { choiceOf, refuseFailing } from "./cleanup-code.ts";
import type { EditedFile } from "./edited-files.ts";
import { newErrors, openTrial, type Trial } from "./code-judge.ts";
import type { SuiteOutcome } from "./suite-run.ts";
import {
  countsOf,
  partOf,
  type FailingTest,
  type FoundTests,
  type SuiteWork,
  type TestPart,
  type TestsCleanup,
} from "./tests-result.ts";

/** What is decided, and holds. */
export type Settled = Pick<TestsCleanup, "removed" | "kept" | "failing" | "judge" | "files">;

/** Rounds in which parts are taken back. */
const MOST_ROUNDS = 8;

/** Decide, edit, check with the compiler, and run what is left of the suite; take back what makes something worse. */
export async function settle(
  { suite, states: { after }, found, around, options }: SuiteWork,
  evidence: Evidence,
): Promise<Settled> {
  const { check, progress } = options;
  const { projectDir } = options.project;
  const kept = new Map<Unit, string>();
  const unsteady = new Set<string>();
  let trial: Trial | null = null;
  try {
    for (let round = 0; ; round += 1) {
      if (round === MOST_ROUNDS) for (const unit of found.units) kept.set(unit, kept.get(unit) ?? "");
      const now = { ...evidence, unsteady };
      const decided = decideUnits(found.units, now, { ...around, kept: new Set(kept.keys()) });
      const going = decided.goes.map(({ unit }) => unit);
      const files = editedTests(going, found.project, found.retired);
      if (files.size === 0)
        return {
          ...settledOf(decided, kept, files, found),
          failing: failingOf(evidence.after, evidence, found),
          judge: null,
        };
      trial ??= openTrial(found.tree, projectDir, choiceOf(found.tree, projectDir, check));
      const before = await trial.judge(new Map());
      refuseFailing(before, trial.command);
      const later = await trial.judge(files);
      const fresh = newErrors(before, later);
      progress.done("check", `${later.length} errors of \`${trial.command}\`, ${fresh.length} of them new`);
      const [error] = fresh;
      if (error) {
        takeBack(going, error.path, error.message, kept);
        continue;
      }
      const last = await suite.run(after, files);
      progress.done("suite", `without them, on the migrated state: ${countsOf(last)}`);
      const worse = worseCases(last, now, decided, found);
      if (worse.length === 0) {
        const judge = { command: trial.command, errorsBefore: before.length, errorsAfter: later.length };
        const failing = failingOf(last.run ?? evidence.after, evidence, found);
        return { ...settledOf(decided, kept, files, found), failing, judge };
      }
      for (const id of worse) {
        const path = pathOf(id);
        if (path !== "" && !files.has(path)) unsteady.add(id);
        if (path === "" || files.has(path) || round > 1) takeBack(going, path, nameOfId(id), kept);
      }
    }
  } finally {
    trial?.close();
  }
}

const pathOf = (id: string): string => (id === "" ? "" : ((JSON.parse(id) as string[])[0] ?? ""));

/** Keep the parts of a file; of all files where it holds none of them. */
function takeBack(going: readonly Unit[], path: string, why: string, kept: Map<Unit, string>): void {
  const own = going.filter(
    (unit) => partOf(unit).path === path || casesOf(unit).some((one) => one.module.path === path),
  );
  for (const unit of own.length > 0 ? own : going) kept.set(unit, why);
}

/** Cases that should pass on the migrated state without the parts that go, and do not; `""`: there is no report. */
function worseCases(last: SuiteOutcome, evidence: Evidence, decided: Decided, found: FoundTests): string[] {
  if (last.run === null) return [""];
  const { idsOf } = matchesOf(found.units, found.cases, evidence);
  const staysIn = ({ kind }: Unit): boolean => kind === "half" || kind === "reads";
  const gone = new Set(decided.goes.flatMap(({ unit }) => (staysIn(unit) ? [] : idsOf(unit.instances))));
  const halves = decided.goes.flatMap(({ unit }) => (staysIn(unit) ? idsOf(unit.instances) : []));
  const passed = [...evidence.after].flatMap(([id, { status }]) => (status === "passed" ? [id] : []));
  return [...new Set([...passed, ...halves])].filter(
    (id) => !gone.has(id) && !evidence.unsteady.has(id) && last.run.get(id)?.status !== "passed",
  );
}

function failingOf(run: SuiteRun, evidence: Evidence, { units, cases }: FoundTests): FailingTest[] {
  const { caseOf } = matchesOf(units, cases, evidence);
  const failing = [...run].flatMap(([id, { path, titles, status }]): FailingTest[] => {
    if (status !== "failed") return [];
    const onOld = evidence.before?.get(id)?.status ?? null;
    return [{ path, line: caseOf(id)?.line ?? null, name: titles.join(" > "), onOld }];
  });
  return failing.toSorted((a, b) => (a.path === b.path ? (a.line ?? 0) - (b.line ?? 0) : a.path < b.path ? -1 : 1));
}

function settledOf(
  decided: Decided,
  kept: ReadonlyMap<Unit, string>,
  files: ReadonlyMap<string, string | null>,
  { texts }: FoundTests,
): Omit<Settled, "failing" | "judge"> {
  const byPlace = <T extends TestPart>(all: T[]): T[] =>
    all.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
  return {
    removed: byPlace(decided.goes.map(({ unit, ...one }) => ({ ...partOf(unit), ...one }))),
    kept: byPlace(
      decided.stays.map(({ unit, because, what }) => ({
        ...partOf(unit),
        because,
        what: because === "taken-back" ? [kept.get(unit) ?? ""].filter((one) => one !== "") : what,
      })),
    ),
    files: [...files].map(([path, text]): EditedFile => ({ path, before: texts.get(path) ?? "", after: text })),
  };
}
