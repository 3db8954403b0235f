import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { projectOf, settersOf, type Project, type Retired } from "../cleanup/code/index.ts";
import {
  decideUnits,
  editedTests,
  findCases,
  idleTests,
  matchesOf,
  nameOfId,
  relationsNamed,
  unitsOf,
  variablePath,
  type Cover,
  type Decided,
  type Evidence,
  type IdleTest,
  type MutantRun,
  type StaysBecause,
  type SuiteRun,
  type Surroundings,
  type TestCase,
  type Unit,
} from "../cleanup/tests/index.ts";
import { contextMapOf } from "../config.ts";
import { relationKey } from "../pg/name.ts";
import type { Catalog } from "../pg/catalog.ts";
import { policyId } from "../pg/policy.ts";
import type { Progress } from "../progress.ts";
import { EMITTED, emittedPath, isEmitted, policyMutants, type PolicyMutant } from "../verify/index.ts";
import { chooseMutants } from "./choose-mutants.ts";
import { choiceOf, readProject, refuseTree, writeFiles, type ChangedFile } from "./cleanup-code.ts";
import { readWorkTree, type WorkTree } from "./code-files.ts";
import { newErrors, openTrial, type Trial } from "./code-judge.ts";
import { inspectCatalog } from "./inspection.ts";
import { outputPlace } from "./output-place.ts";
import { configOf } from "./ready.ts";
import { retiredNames } from "./retired-names.ts";
import type { ProjectOptions, Source } from "./source.ts";
import { openSuite, type SuiteCopy, type SuiteOutcome } from "./suite-run.ts";
import { suiteStates, type StateOfSuite, type SuiteStates } from "./suite-states.ts";

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
  /** its result on the migrated state */
  onMigrated: "failed" | "passed";
  /** the mutants that it notices, and for each another case that notices it */
  notices: { mutant: string; noticedBy: string }[];
  /** what still covers the relations that it reads */
  covers: Cover[];
}

/** A part that stays, for a person to look at. */
export interface KeptTest extends TestPart {
  because: StaysBecause;
  /** mutants, relations, functions or errors */
  what: string[];
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

/** What was taken out of the tests, and what is left to a person. */
export interface TestsCleanup {
  removed: RemovedTest[];
  kept: KeptTest[];
  idle: IdleTest[];
  /** cases that stay and fail on the migrated state */
  failing: string[];
  suite: SuiteFacts;
  judge: { command: string; errorsBefore: number; errorsAfter: number } | null;
  files: ChangedFile[];
  written: boolean;
  /** the project below the root of its repository; `""` if it is the root */
  prefix: string;
}

/**
 * Take the variable's path out of the tests of a project, as far as the project's suite, run on mutants of the policies,
 * shows that nothing is lost. Throws ToolError (usage) if the tree is dirty, and as `planSource` does.
 */
export async function cleanUpTests(
  source: Source,
  options: TestsOptions,
): Promise<{ cleanup: TestsCleanup; retired: Retired }> {
  const { projectDir } = options.project;
  const config = configOf(source);
  const { facts } = inspectCatalog(source.catalog, config);
  const retired = retiredNames(source.catalog, facts, config);
  const tree = await readWorkTree(projectDir);
  if (options.write) refuseTree(tree, options.allowDirty);
  const { input, texts } = readProject(tree, projectDir, retired);
  const project = projectOf(input);
  const path = variablePath(project, retired, new Set(settersOf(project, retired).setters.keys()));
  const cases = findCases(project, path);
  const units = unitsOf(cases, project, path);
  options.progress.done("tests", `${cases.length} cases, ${units.length} parts take the variable's path`);
  const found: Found = { tree, project, retired, texts, cases, units };
  const cleanup = await judgeUnits(source, found, options);
  if (options.write) writeFiles(cleanup.files, projectDir);
  return { cleanup: { ...cleanup, written: options.write && cleanup.files.length > 0 }, retired };
}

interface Found {
  tree: WorkTree;
  project: Project;
  retired: Retired;
  texts: ReadonlyMap<string, string>;
  cases: readonly TestCase[];
  units: readonly Unit[];
}

async function judgeUnits(source: Source, found: Found, options: TestsOptions): Promise<TestsCleanup> {
  const config = configOf(source);
  const command = config.cleanup.tests;
  if (found.units.length === 0) return untouched(found, { kind: "not-needed" });
  if (source.origin.kind === "live") return untouched(found, { kind: "not-run", why: "no-folder", output: "" });
  if (!command) return untouched(found, { kind: "not-run", why: "no-command", output: "" });
  const { projectDir } = options.project;
  const states = await suiteStates(source, config, options.project, options.progress);
  const suite = openSuite(found.tree, projectDir, outputPlace(source, projectDir, null), command);
  const around: Surroundings = {
    cases: found.cases,
    relationsIn: relationsIn(states),
    emittedFor: emittedFor(source, projectDir),
    allWeakened: false,
    kept: new Set(),
  };
  const runs = await runSuite(suite, states, found, around, source, options);
  if ("why" in runs) return untouched(found, { kind: "not-run", ...runs });
  const settled = await settle(suite, states.after, runs.evidence, found, { ...around, allWeakened: areAllWeakened(runs, states) }, options);
  return {
    ...settled,
    idle: idleTests(found.cases, found.project),
    suite: suiteFacts(command.command, runs, states),
    written: false,
    prefix: found.tree.project,
  };
}

/** Nothing is touched: every part is listed. */
const untouched = ({ units, cases, project, tree }: Found, suite: SuiteFacts): TestsCleanup => ({
  removed: [],
  kept: units.map((unit) => ({ ...partOf(unit), because: unit.unclear ?? "suite-not-run", what: [] })),
  idle: idleTests(cases, project),
  failing: [],
  suite,
  judge: null,
  files: [],
  written: false,
  prefix: tree.project,
});

/** True if the suite made a report with a mutant of every policy of the migrated state. */
function areAllWeakened({ evidence, chosen }: Runs, { after }: SuiteStates): boolean {
  const reported = new Set(evidence.mutants.flatMap(({ name, side, run }) => (run && side === "after" ? [name] : [])));
  const weakened = new Set(chosen.flatMap(({ name, policy }) => (reported.has(name) ? [policy] : [])));
  return after.catalog.policies.every((policy) => weakened.has(policyId(policy)));
}

interface Runs {
  evidence: Evidence;
  chosen: readonly PolicyMutant[];
}

type NotRun = Omit<Extract<SuiteFacts, { kind: "not-run" }>, "kind">;

/** Run the suite on the old state, the migrated state, and on mutants of them. */
async function runSuite(
  suite: SuiteCopy,
  { before, after }: SuiteStates,
  found: Found,
  around: Surroundings,
  source: Source,
  { mutants, progress }: TestsOptions,
): Promise<Runs | NotRun> {
  const first = before ? await suite.run(before) : null;
  if (first) progress.done("suite", `on the old state: ${countsOf(first)}`);
  if (first?.run === null) return notRun(first, "fails-before");
  const second = await suite.run(after);
  progress.done("suite", `on the migrated state: ${countsOf(second)}`);
  if (second.run === null) return notRun(second, "fails-after");

  const base: Evidence = { before: first?.run ?? null, after: second.run, mutants: [], unsteady: new Set() };
  const context = contextMapOf(configOf(source));
  const all = policyMutants(after.catalog, context);
  const weights = new Map<string, number>();
  for (const relation of found.units.flatMap((unit) => around.relationsIn(textsOf(unit))))
    weights.set(relation, (weights.get(relation) ?? 0) + 1);
  const policies = new Set(all.map(({ policy }) => policy)).size;
  const chosen = chooseMutants(all, mutants ?? policies, weights);
  const old = new Map(
    before && hasFailing(found, base) ? policyMutants(before.catalog, context).map((one) => [one.name, one]) : [],
  );
  const planned = chosen.flatMap((mutant) => {
    const twin = old.get(mutant.name);
    const ofOld = before && twin ? [{ mutant: twin, side: "before" as const, state: before }] : [];
    return [{ mutant, side: "after" as const, state: after }, ...ofOld];
  });
  const runs: MutantRun[] = [];
  for (const { mutant, side, state } of planned) {
    const sql = `${state.sql}\n${mutant.apply.join(";\n")};\n`;
    const { run } = await suite.run({ ...state, sql });
    runs.push({ name: mutant.name, relation: relationKey(mutant.original), side, run });
    const on = side === "before" ? "old" : "migrated";
    progress.done("mutant", `${runs.length} of ${planned.length}, ${mutant.name}, on the ${on} state`);
  }
  return { evidence: { ...base, mutants: runs }, chosen };
}

const notRun = (outcome: SuiteOutcome, why: NotRun["why"]): NotRun =>
  outcome.run === null
    ? { why: outcome.why === "timeout" ? "timeout" : why, output: outcome.output }
    : { why, output: "" };

const textsOf = ({ instances }: Unit): string[] => instances.flatMap((one) => [...one.case.reach.texts]);

/** True if a part fails on the migrated state and not on the old one: what it noticed there is noticed on the old one. */
function hasFailing({ units, cases }: Found, evidence: Evidence): boolean {
  const { idsOf } = matchesOf(units, cases, evidence);
  return units.some(({ instances }) => idsOf(instances).some((id) => evidence.after.get(id)?.status === "failed"));
}

/** The relations with policies, in either state, that texts name. */
function relationsIn({ before, after }: SuiteStates): Surroundings["relationsIn"] {
  const catalogs: Catalog[] = [...(before ? [before.catalog] : []), after.catalog];
  const relations = catalogs.flatMap(({ policies }) => policies);
  const routines = catalogs.flatMap(({ functions }) => functions);
  return (texts) => relationsNamed(texts, relations, routines);
}

/** The emitted isolation tests of the project that name a relation. */
function emittedFor(source: Source, projectDir: string): Surroundings["emittedFor"] {
  const files = EMITTED.flatMap((kind) => {
    const path = emittedPath(outputPlace(source, projectDir, null), kind);
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    return isEmitted(text, kind) ? [{ path: relative(projectDir, path), words: new Set(text.match(/[\w$]+/g)) }] : [];
  });
  return (relation) => {
    const name = relation.slice(relation.indexOf(".") + 1).replaceAll('"', "");
    return files.flatMap(({ path, words }) => (words.has(name) ? [path] : []));
  };
}

type Settled = Pick<TestsCleanup, "removed" | "kept" | "failing" | "judge" | "files">;

/** Rounds in which parts are taken back. */
const MOST_ROUNDS = 8;

/** Decide, edit, check with the compiler, and run what is left of the suite; take back what makes something worse. */
async function settle(
  suite: SuiteCopy,
  after: StateOfSuite,
  evidence: Evidence,
  found: Found,
  around: Surroundings,
  { project: { projectDir }, check, progress }: TestsOptions,
): Promise<Settled> {
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
      if (files.size === 0) return settledOf(decided, kept, files, found, failingOf(evidence.after), null);
      trial ??= openTrial(found.tree, projectDir, choiceOf(found.tree, projectDir, check));
      const before = await trial.judge(new Map());
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
        return settledOf(decided, kept, files, found, failingOf(last.run ?? evidence.after), judge);
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
  const own = going.filter((unit) => partOf(unit).path === path || casesOf(unit).some((one) => one.module.path === path));
  for (const unit of own.length > 0 ? own : going) kept.set(unit, why);
}

/** Cases that should pass on the migrated state without the parts that go, and do not; `""`: there is no report. */
function worseCases(last: SuiteOutcome, evidence: Evidence, decided: Decided, found: Found): string[] {
  if (last.run === null) return [""];
  const { idsOf } = matchesOf(found.units, found.cases, evidence);
  const gone = new Set(decided.goes.flatMap(({ unit }) => (unit.kind === "half" ? [] : idsOf(unit.instances))));
  const halves = decided.goes.flatMap(({ unit }) => (unit.kind === "half" ? idsOf(unit.instances) : []));
  const passed = [...evidence.after].flatMap(([id, { status }]) => (status === "passed" ? [id] : []));
  return [...new Set([...passed, ...halves])].filter(
    (id) => !gone.has(id) && !evidence.unsteady.has(id) && last.run.get(id)?.status !== "passed",
  );
}

const failingOf = (run: SuiteRun): string[] =>
  [...run].flatMap(([id, { status }]) => (status === "failed" ? [nameOfId(id)] : [])).toSorted();

function settledOf(
  decided: Decided,
  kept: ReadonlyMap<Unit, string>,
  files: ReadonlyMap<string, string | null>,
  { texts }: Found,
  failing: string[],
  judge: TestsCleanup["judge"],
): Settled {
  const byPlace = <T extends TestPart>(all: T[]): T[] =>
    all.toSorted((a, b) => (a.path === b.path ? a.line - b.line : a.path < b.path ? -1 : 1));
  return {
    removed: byPlace(
      decided.goes.map(({ unit, onMigrated, notices, covers }) => ({ ...partOf(unit), onMigrated, notices, covers })),
    ),
    kept: byPlace(
      decided.stays.map(({ unit, because, what }) => ({
        ...partOf(unit),
        because,
        what: because === "taken-back" ? [kept.get(unit) ?? ""].filter((one) => one !== "") : what,
      })),
    ),
    failing,
    judge,
    files: [...files].map(([path, text]): ChangedFile => ({ path, before: texts.get(path) ?? "", after: text })),
  };
}

const casesOf = (unit: Unit): readonly TestCase[] => (unit.kind === "row" ? unit.cases : [unit.case]);

function partOf(unit: Unit): TestPart {
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

function suiteFacts(command: string, { evidence, chosen }: Runs, { after }: SuiteStates): SuiteFacts {
  const count = (run: SuiteRun): { passed: number; failed: number } => {
    const all = [...run.values()];
    const of = (wanted: string): number => all.filter(({ status }) => status === wanted).length;
    return { passed: of("passed"), failed: of("failed") };
  };
  const noticing = ({ side, run }: MutantRun): number | null =>
    run &&
    [...run].filter(
      ([id, { status }]) => status === "failed" && evidence[side]?.get(id)?.status === "passed",
    ).length;
  return {
    kind: "run",
    command,
    before: evidence.before && count(evidence.before),
    after: count(evidence.after),
    mutants: evidence.mutants.map((one) => ({
      name: one.name,
      relation: one.relation,
      side: one.side,
      noticedBy: noticing(one),
    })),
    policies: after.catalog.policies.length,
    weakened: new Set(chosen.map(({ policy }) => policy)).size,
  };
}

const countsOf = (outcome: SuiteOutcome): string => {
  if (outcome.run === null) return "no report";
  const all = [...outcome.run.values()];
  return `${all.filter(({ status }) => status === "passed").length} of ${all.length} cases pass`;
};
