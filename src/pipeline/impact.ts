import { readUsers, type UsersOfDatabase } from "../claims/index.ts";
import type { Config } from "../config.ts";
import { openServer } from "../db/server.ts";
import type { Db } from "../db/port.ts";
import { ToolError } from "../errors.ts";
import { driftFrom, impactOf, usersOf, type Impact, type Limits, type TokenHolder } from "../impact/index.ts";
import { inspect } from "../inspect/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { Plan } from "../plan/index.ts";
import { silent, type Progress } from "../progress.ts";
import { inspectCatalog } from "./inspection.ts";

/** The options of comparing the rows of users before and after a plan. */
export interface ImpactOptions extends Partial<Limits> {
  /** its `claimsSync` names the source of the claims; default: no config */
  config?: Config | null;
  /** the payloads of tokens, instead of those of the users in `auth.users` */
  tokens?: readonly TokenHolder[] | null;
  progress?: Progress;
}

const LIMITS: Limits = { statementTimeout: 30_000, sampleAbove: 5_000_000 };

/** `impactOfPlan` on a connection of its own. */
export async function impactOnServer(url: string, plan: Plan, options: ImpactOptions = {}): Promise<Impact> {
  const db = await openServer(url, { applicationName: "rlsmith impact" });
  try {
    return await impactOfPlan(db, await inspect(db), plan, options);
  } finally {
    await db.close();
  }
}

/**
 * Who loses or gains rows by a plan, on the rows and users of a database, which is only read. `catalog`: that of the
 * database. Throws ToolError: (usage) the plan is one of a clean-up; (environment) the policies of the database are not
 * those from which the plan was made, or there are neither users nor tokens; (config) a claimsSync does not fit.
 *
 * @example
 * ```ts
 * import { connect, impact, inspect, readPlan } from "rlsmith";
 *
 * const db = await connect(process.env["DATABASE_URL"] ?? "");
 * const { outcome } = await impact(db, await inspect(db), readPlan(process.cwd()).plan);
 * await db.close();
 * process.exitCode = outcome === "nobody changes" ? 0 : outcome === "somebody changes" ? 1 : 3;
 * ```
 */
export async function impactOfPlan(db: Db, catalog: Catalog, plan: Plan, options: ImpactOptions = {}): Promise<Impact> {
  const { config = null, tokens = null, progress = silent, ...limits } = options;
  refuseOtherPlan(catalog, plan);
  const found = await readUsers(db, { ...inspectCatalog(catalog, config), config }, tokens === null);
  if (tokens === null) refuseWithoutUsers(found);
  const users = usersOf(found, tokens, catalog, plan.context);
  progress.done("users", `${users.users.length} of ${users.from}`);
  return impactOf(db, catalog, plan, users, { ...LIMITS, ...limits, progress });
}

function refuseOtherPlan(catalog: Catalog, plan: Plan): void {
  if (plan.purpose === "clean-up")
    throw new ToolError(
      "usage",
      "NO_PLAN",
      "the plan is one of a clean-up, which changes no policies",
      "name the plan that `rlsmith plan` wrote: .rlsmith/plan.json",
    );
  const drift = driftFrom(catalog, plan);
  if (drift.length > 0)
    throw new ToolError(
      "environment",
      "TARGET_DIFFERS",
      "policies or functions of this database are not as the plan found them:",
      "run `rlsmith plan` for the present state of the database; a plan that is in force has no impact any more",
      { list: drift },
    );
}

function refuseWithoutUsers({ holders }: UsersOfDatabase): void {
  if (holders?.kind !== "unknown") return;
  throw new ToolError(
    "environment",
    "NO_USERS",
    "the users of the database cannot be read from auth.users",
    "name a file of sampled payloads of tokens with --tokens, or use a login that may read auth.users",
  );
}
