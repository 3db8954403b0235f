import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import {
  isTestFile,
  lineAt,
  missingCalls,
  projectOf,
  settersOf,
  type Project,
  type Retired,
} from "../cleanup/code/index.ts";
import {
  findCases,
  idleTests,
  relationsNamed,
  unitsOf,
  variablePath,
  withDecisions,
  type Surroundings,
} from "../cleanup/tests/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import { EMITTED, emittedPath, isEmitted } from "../verify/index.ts";
import { readProject } from "./cleanup-code.ts";
import { readWorkTree } from "./code-files.ts";
import { refuseTree, writeEdits } from "./edited-files.ts";
import { decidedCases } from "./decided-cases.ts";
import { outputPlace } from "./output-place.ts";
import { configOf } from "./ready.ts";
import { retiredInProject } from "./retired-in-project.ts";
import { settle } from "./settle-tests.ts";
import type { Source } from "./source.ts";
import { areAllWeakened, runSuite, suiteFacts } from "./suite-evidence.ts";
import { openSuite } from "./suite-run.ts";
import { suiteStates, type SuiteStates } from "./suite-states.ts";
import {
  partOf,
  restsOnEmitted,
  type FoundTests,
  type SuiteFacts,
  type SuiteWork,
  type TestsCleanup,
  type TestsOptions,
} from "./tests-result.ts";

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
  const tree = await readWorkTree(projectDir);
  const retired = await retiredInProject(source, config, tree, projectDir);
  if (options.write) refuseTree(tree, options.allowDirty);
  const { input, texts } = readProject(tree, projectDir, retired);
  const project = projectOf(input);
  const path = variablePath(project, retired, new Set(settersOf(project, retired).setters.keys()));
  const cases = findCases(project, path);
  const judged = withDecisions(unitsOf(cases, project, path), cases, decidedCases(config), retired);
  const { units } = judged;
  options.progress.done("tests", `${cases.length} cases, ${units.length} parts take the variable's path`);
  const found: FoundTests = { tree, project, retired, texts, cases, units };
  const cleanup = await judgeUnits(source, found, options);
  if (options.write) writeEdits(cleanup.files, projectDir);
  const written = options.write && cleanup.files.length > 0;
  const missing = missingInTests(project, retired);
  return {
    cleanup: {
      ...cleanup,
      keptByConfig: judged.kept.map(({ unit, reason }) => ({ ...partOf(unit), reason })),
      missing,
      restsOnEmitted: restsOnEmitted(cleanup.removed),
      written,
    },
    retired,
  };
}

type JudgedTests = Omit<TestsCleanup, "missing" | "restsOnEmitted" | "keptByConfig">;

const missingInTests = (project: Project, retired: Retired): TestsCleanup["missing"] =>
  missingCalls(project, retired).flatMap(({ module: { path, text }, node, name }) =>
    name !== null && isTestFile(path) ? [{ path, line: lineAt(text, node.start), name }] : [],
  );

async function judgeUnits(source: Source, found: FoundTests, options: TestsOptions): Promise<JudgedTests> {
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
  const work: SuiteWork = { source, suite, states, found, around, options };
  const runs = await runSuite(work);
  if ("why" in runs) return untouched(found, { kind: "not-run", ...runs });
  const allWeakened = areAllWeakened(runs, states);
  const settled = await settle({ ...work, around: { ...around, allWeakened } }, runs.evidence);
  return {
    ...settled,
    idle: idleTests(found.cases, found.project),
    suite: suiteFacts(command.command, runs, states),
    written: false,
    prefix: found.tree.project,
  };
}

/** Nothing is touched: every part is listed. */
const untouched = ({ units, cases, project, tree }: FoundTests, suite: SuiteFacts): JudgedTests => ({
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
