import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";
import { catalogAfter, migrationOf } from "../plan/index.ts";
import type { Progress } from "../progress.ts";
import { planSource } from "./plan.ts";
import { refuseErrors, refuseOpenDecisions } from "./ready.ts";
import { openSource, type ProjectOptions, type Source } from "./source.ts";
import type { SuiteState } from "./suite-run.ts";

/** A state of the database on which the suite runs, with its catalog. */
export interface StateOfSuite extends SuiteState {
  catalog: Catalog;
}

/** The states before and after the move to claims. */
export interface SuiteStates {
  /** null: the migration is in the folder, and `.rlsmith/plan.json` does not say which it is */
  before: StateOfSuite | null;
  after: StateOfSuite;
}

/**
 * The states of a project: without the migration of `rlsmith plan`, and with it, whether its file is in the folder
 * already or not. Throws ToolError as `planSource` does, and if the plan has an open decision.
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
  const present: StateOfSuite = { sql: "", without: null, catalog: source.catalog };
  if (plan.steps.length > 0)
    return {
      before: present,
      after: { sql: migration.up, without: null, catalog: catalogAfter(source.catalog, plan) },
    };
  const file = migrationOf(options.projectDir);
  if (file === null || !existsSync(join(options.projectDir, file))) return { before: null, after: present };
  const earlier = await openSource({ ...options, progress, bindOwner: true }, join(options.projectDir, file));
  try {
    return { before: { sql: "", without: file, catalog: earlier.catalog }, after: present };
  } finally {
    await earlier.close();
  }
}
