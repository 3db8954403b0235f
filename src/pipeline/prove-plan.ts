import type { Db } from "../db/port.ts";
import type { Catalog } from "../pg/catalog.ts";
import { catalogAfter, touchedRelations } from "../plan/index.ts";
import type { Plan } from "../plan/index.ts";
import { silent, type Progress } from "../progress.ts";
import type { AssumedVerdict, CompareOptions, MigrationProof, Objection } from "../prove/index.ts";
import { confirm, confirmWholeUpdates, objections, proveMigration, toldPrivileges } from "../prove/index.ts";
import { counted } from "../report/counted.ts";
import { checkAcceptances, type Acceptances } from "./acceptances.ts";
import { withScratch } from "./scratch-base.ts";
import type { Source } from "./source.ts";
import { tryPlan } from "./try-sides.ts";

/** A plan's verdicts, and the objections that need an acceptance. */
export interface PlanProof {
  proof: MigrationProof;
  objections: Objection[];
  /** no verdict is about a role that holds a privilege and that row security binds: nothing was compared */
  nothingGranted: boolean;
}

/** The options of proving a plan. */
export interface ProvePlanOptions extends CompareOptions {
  /** policy → reason, for what is neither equivalent nor tighter */
  accepts?: Acceptances;
  progress?: Progress;
}

/**
 * Prove a plan in every regime of its context map. Each witness of a difference is run on `db`, in transactions that
 * are rolled back, and counts only if PostgreSQL confirms it. Any database will do in which the login may create roles
 * and tables; a scratch database is best. Throws ToolError (usage) if an acceptance names a policy that does not exist,
 * or has no reason.
 *
 * @example
 * ```ts
 * import { openScratch, planHash, provePlan, refuseUnanswered, withAccepted, type Catalog, type PlannedMigration } from "rlsmith";
 *
 * export async function proved(catalog: Catalog, planned: PlannedMigration): Promise<PlannedMigration> {
 *   const scratch = await openScratch({ kind: "embedded" });
 *   try {
 *     const accepts = new Map([["public.docs.docs_read", "the old policy was meant to do that"]]);
 *     const { objections } = await provePlan(scratch.db, catalog, planned.plan, { accepts });
 *     refuseUnanswered(objections, planned.plan);
 *     const accepted = withAccepted(planned, objections);
 *     console.log(`approve this one: ${planHash(accepted.plan)}`);
 *     return accepted;
 *   } finally {
 *     await scratch.close();
 *   }
 * }
 * ```
 */
export const provePlan = async (
  db: Db,
  catalog: Catalog,
  plan: Plan,
  options: ProvePlanOptions = {},
): Promise<PlanProof> => proved(db, catalog, plan, options, async (proof) => proof.access);

/** What goes on with verdicts whose witnesses were run. */
type GoOn = (proof: MigrationProof, after: Catalog) => Promise<AssumedVerdict[]>;

async function proved(
  db: Db,
  catalog: Catalog,
  plan: Plan,
  { accepts = new Map(), progress = silent, ...limits }: ProvePlanOptions,
  goOn: GoOn,
): Promise<PlanProof> {
  checkAcceptances(accepts, plan);
  const after = catalogAfter(catalog, plan);
  const made = proveMigration(catalog, after, plan.context, plan.policies, limits);
  // a malformed variable is known to raise an error: in the foreign regimes only witnesses of allowed access are run
  const shown = made.access.map((verdict) =>
    verdict.regime?.kind === "foreign"
      ? { ...verdict, witnesses: verdict.witnesses.filter(({ change }) => change === "lost" || change === "gained") }
      : verdict,
  );
  const confirmed = { ...made, access: await confirm(db, catalog, after, shown, made.assumptions) };
  const crossTenant = await confirmWholeUpdates(db, catalog, after, made.crossTenant, made.assumptions);
  const { verdicts, nothingGranted } = toldPrivileges(
    catalog,
    after,
    await goOn(confirmed, after),
    touchedRelations(plan),
  );
  const proof = { ...confirmed, access: verdicts, crossTenant };
  const mapped = new Set(plan.context.variables.map(({ setting }) => setting));
  const found = objections(proof, plan.announced, accepts, mapped);
  const open = found.filter(({ answer }) => answer === null).length;
  progress.done("prove", `${counted(proof.access.length, "verdict")}, ${open} neither equivalent nor tighter`);
  return { proof, objections: found, nothingGranted };
}

/**
 * `provePlan` for the catalog of a source, on its scratch database. What the proof leaves open with or without context
 * is tried there: as it is, and with the plan's statements.
 */
export const proveSource = async (source: Source, plan: Plan, options: ProvePlanOptions = {}): Promise<PlanProof> =>
  withScratch(source, async (db) =>
    proved(db, source.catalog, plan, options, async ({ access, assumptions }, after) => {
      const isOpen = (verdict: AssumedVerdict): boolean => verdict.regime?.kind !== "foreign";
      const tried = await tryPlan(source, plan, after, access.filter(isOpen), assumptions);
      const found = tried.values();
      return access.map((verdict) => (isOpen(verdict) ? (found.next().value ?? verdict) : verdict));
    }),
  );
