import { classify, type ClassifiedPolicy, type Pattern } from "../classify/classify.ts";
import { claimsSourceOf, contextsOf, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { PolicyId } from "../pg/policy.ts";
import { buildPlan } from "../plan/build.ts";
import { catalogAfter } from "../plan/catalog-after.ts";
import { renderMigration, type MigrationOptions } from "../plan/migration.ts";
import { outputNames } from "../migration-tools/index.ts";
import type { OutputNames, OutputPlace } from "../migration-tools/index.ts";
import type { Migration, Plan } from "../plan/plan.ts";
import { rewriteCatalog } from "../rewrite/run.ts";
import { VERSION } from "../version.ts";
import { inspectCatalog } from "./inspection.ts";
import { outputPlace } from "./output-place.ts";
import type { Source } from "./source.ts";
import { relative } from "node:path";

/** A plan with its two files as text, and where they belong. */
export interface Planned {
  plan: Plan;
  migration: Migration;
  /** how the files were made; `rendered` makes them anew */
  rendering: MigrationOptions;
  place: OutputPlace;
  names: OutputNames;
}

/** A plan whose files say of it what is true now: its hash is another once something was accepted. */
export const rendered = (planned: Planned): Planned => ({
  ...planned,
  migration: renderMigration(planned.plan, planned.rendering),
});

/** Plan the move to claims for a source. Throws ToolError (config) without a config, or (usage) where there is no policy. */
export function planSource(
  source: Source,
  config: Config,
  projectDir: string,
  outDir: string | null,
  now: Date,
): Planned {
  if (source.catalog.policies.length === 0)
    throw new ToolError(
      "usage",
      "NO_POLICIES",
      "there is no policy in this database",
      "check that this is the right folder or database; `rlsmith inspect` shows what was read",
    );
  const { classified } = inspectCatalog(source.catalog, config);
  const rewrites = rewriteCatalog(source.catalog, classified, config);
  const plan = buildPlan(source.catalog, rewrites, VERSION, contextsOf(config));
  const place = outputPlace(source, projectDir, outDir);
  const names = outputNames(place, now);
  const rendering: MigrationOptions = {
    ownTransaction: names.ownTransaction,
    rollbackFile: relative(projectDir, names.down),
    patterns: {
      before: patternsOf(classified),
      after: patternsOf(classify(catalogAfter(source.catalog, plan), claimsSourceOf(config.claims))),
    },
  };
  return { plan, migration: renderMigration(plan, rendering), rendering, place, names };
}

const PATTERNS: Readonly<Record<Pattern, string>> = {
  A: "A",
  B: "B",
  C: "C",
  "identity-only": "identity only",
  constant: "constant",
  other: "other",
};

const patternsOf = (classified: readonly ClassifiedPolicy[]): Map<PolicyId, string> =>
  new Map(classified.map(({ id, pattern }) => [id, PATTERNS[pattern]]));
