import { join, relative, resolve } from "node:path";
import type { Config } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";
import { catalogAfter, migrationOf } from "../plan/index.ts";
import type { Progress } from "../progress.ts";
import { planSource } from "./plan.ts";
import { refuseErrors, refuseOpenDecisions } from "./ready.ts";
import { openSource, type ProjectOptions, type Source } from "./source.ts";
import type { SuiteState } from "./suite-run.ts";
import { filesFrom } from "./written-migrations.ts";

/** A state of the database on which the suite runs, with its catalog. */
export interface StateOfSuite extends SuiteState {
  catalog: Catalog;
}

/** The states before and after the move to claims. */
export interface SuiteStates {
  /** null: the migration is in the folder, and `.rlsmith/plan.json` does not say which it is, or the folder does not run without it */
  before: StateOfSuite | null;
  after: StateOfSuite;
}

/**
 * The states of a project: without the migration of `rlsmith plan`, and with it, whether its file is in the folder
 * already or not; the clean-up of SQL belongs to the migrated state. Throws ToolError as `planSource` does, and if the plan has an open decision.
 */
export async function suiteStates(
  source: Source,
  config: Config,
  options: ProjectOptions,
  progress: Progress,
): Promise<SuiteStates> {
  const { plan, migration } = planSource(source, config, options.projectDir, null, new Date());
  refuseOpenDecisions(plan, source);
  refuseErrors(plan);
  const present: StateOfSuite = { sql: "", without: [], catalog: source.catalog };
  if (plan.steps.length > 0)
    return {
      before: present,
      after: { sql: migration.up, without: [], catalog: catalogAfter(source.catalog, plan) },
    };
  const files = movedFiles(source, options.projectDir);
  if (files.length === 0) return { before: null, after: present };
  const earlier = await openSource({ ...options, progress, bindOwner: true }, () =>
    files.map((file) => join(options.projectDir, file)),
  );
  try {
    // what the project added after the move may need it: then the files do not make the old state any more
    const isMade = failures(earlier) <= failures(source);
    return { before: isMade ? { sql: "", without: files, catalog: earlier.catalog } : null, after: present };
  } finally {
    await earlier.close();
  }
}

/** The files of the move, relative to the project: the migration of `.rlsmith/plan.json`, and what rlsmith wrote after it. */
function movedFiles({ origin }: Source, projectDir: string): string[] {
  const plan = migrationOf(projectDir);
  if (plan === null || origin.kind !== "migrations") return [];
  return filesFrom(origin.folder, resolve(projectDir, plan)).map((path) => relative(projectDir, path));
}

const failures = ({ origin }: Source): number => (origin.kind === "migrations" ? origin.report.failures.length : 0);
