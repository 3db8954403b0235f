import { classify, type ClassifiedPolicy, type Pattern } from "../classify/index.ts";
import { claimsSourceOf, contextsOf, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { PolicyId } from "../pg/policy.ts";
import { buildPlan, catalogAfter, renderMigration, subjectOf, type MigrationOptions } from "../plan/index.ts";
import { outputNames } from "../migration-tools/index.ts";
import type { OutputNames, OutputPlace, Subject } from "../migration-tools/index.ts";
import type { Migration, Plan } from "../plan/index.ts";
import { visibleSql } from "../report/visible-sql.ts";
import { rewriteCatalog } from "../rewrite/index.ts";
import { VERSION } from "../version.ts";
import { refuseMissingClaims } from "./claims-source.ts";
import { directDrivers, directFindings } from "./direct-drivers.ts";
import { inspectCatalog } from "./inspection.ts";
import { outputPlace } from "./output-place.ts";
import type { Source } from "./source.ts";
import { movedPolicies, unsentClaims } from "./unsent-claims.ts";
import { relative } from "node:path";

/** A plan with the SQL of its migration. */
export interface PlannedMigration {
  plan: Plan;
  migration: Migration;
  /** the options by which the files were rendered; `rendered` uses them again */
  rendering: MigrationOptions;
}

/** A plan with its two files as text, and their paths. */
export interface Planned extends PlannedMigration {
  place: OutputPlace;
  names: OutputNames;
  /** what the migration is about, in the words of its file name */
  subject: Subject;
}

/** A plan with its files rendered again: its hash changes once a change of access is accepted. */
export const rendered = <P extends PlannedMigration>(planned: P): P => ({
  ...planned,
  migration: render(planned.plan, planned.rendering),
});

/**
 * Plan the move to claims for a catalog: rewrite every policy by the config's context map and rules, and render the
 * migration. Pure; the plan is plain data. `plan.open` lists the decisions that the config still has to make: a plan
 * with an open decision must not be run. Throws ToolError (config): a decision or a rule of the config does not fit the
 * catalog, or the catalog does not have the function that the config names as the source of claims.
 *
 * @example
 * ```ts
 * import { connect, inspect, parseConfig, plan } from "rlsmith";
 *
 * const config = parseConfig({ context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } });
 * const db = await connect(process.env["DATABASE_URL"] ?? "");
 * const planned = plan(await inspect(db), config);
 * await db.close();
 * for (const { title, lock } of planned.plan.steps) console.log(title, lock);
 * console.log(planned.migration.up);
 * ```
 */
export function planCatalog(
  catalog: Catalog,
  config: Config,
  options: Partial<MigrationOptions> = {},
): PlannedMigration {
  return withFiles(catalog, config, makePlan(catalog, config), options);
}

interface MadePlan {
  plan: Plan;
  classified: ClassifiedPolicy[];
}

function makePlan(catalog: Catalog, config: Config): MadePlan {
  refuseMissingClaims(catalog, config);
  const { classified } = inspectCatalog(catalog, config);
  const made = buildPlan(catalog, rewriteCatalog(catalog, classified, config), VERSION, contextsOf(config));
  const unsent = unsentClaims(catalog, classified, config, made);
  return { plan: unsent ? { ...made, open: [unsent, ...made.open] } : made, classified };
}

function withFiles(
  catalog: Catalog,
  config: Config,
  { plan, classified }: MadePlan,
  options: Partial<MigrationOptions>,
): PlannedMigration {
  const rendering: MigrationOptions = {
    ownTransaction: true,
    rollbackFile: "the down file",
    patterns: {
      before: patternsOf(classified),
      after: patternsOf(classify(catalogAfter(catalog, plan), claimsSourceOf(config.claims))),
    },
    ...options,
  };
  return { plan, migration: render(plan, rendering), rendering };
}

/** The files of a plan; names that an editor or a migration tool would obey are written with escapes. */
function render(plan: Plan, rendering: MigrationOptions): Migration {
  const { up, down } = renderMigration(plan, rendering);
  return { up: visibleSql(up), down: visibleSql(down) };
}

/**
 * Plan the move to claims for a source. Throws ToolError (config) without a config, or (usage) if there is no policy.
 */
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
  const place = outputPlace(source, projectDir, outDir);
  const { plan, classified } = makePlan(source.catalog, config);
  const moved = movedPolicies(classified, plan).map(({ policy }) => policy);
  const direct = directFindings(moved, directDrivers(source, projectDir), config);
  const made = { plan: { ...plan, findings: [...plan.findings, ...direct] }, classified };
  const { slug, title } = subjectOf(made.plan);
  const names = outputNames(place, now, { slug, title });
  const planned = withFiles(source.catalog, config, made, {
    ownTransaction: names.ownTransaction,
    rollbackFile: relative(projectDir, names.down),
  });
  return { ...planned, place, names, subject: { slug, title } };
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
