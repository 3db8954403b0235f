import type { Db } from "../db/port.ts";
import { pgErrorOf } from "../db/port.ts";
import { messageOf } from "../errors.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { NameKey } from "../pg/name.ts";
import { policyId } from "../pg/policy.ts";
import type { Migration, Plan } from "../plan/index.ts";
import type { Progress } from "../progress.ts";
import type { Scratch } from "../scratch/index.ts";
import { compareAccess, type AccessReport } from "./access.ts";
import { generateRows } from "../fixtures/index.ts";
import { notCompared, type NotCompared } from "./not-compared.ts";
import { sameCatalog } from "./identical.ts";
import { asReprinted } from "./reprinted.ts";

/** One run of a file, and the comparison of the catalog afterwards. */
export interface Round {
  file: "up" | "down";
  /** the catalog that it is compared with */
  expected: "the start" | "the first up" | null;
  /** null when the file ran */
  error: string | null;
  differences: string[];
}

/** The result of a rehearsal. */
export interface Rehearsal {
  rounds: Round[];
  /** policies of the result that still read a mapped variable, kept ones apart */
  readsLeft: number;
  /** steps of a plan made from the result: none if the migration is complete */
  stepsLeft: number;
  /** null when the files did not run */
  access: AccessReport | null;
  /** what was not compared, and the reason that the config gives for that; null: none, and the rehearsal has not passed */
  notCompared: (NotCompared & { accepted: string | null })[];
  passed: boolean;
}

export interface RehearsalInput {
  /** the replayed project; it is forked, never changed */
  base: Scratch;
  catalog: Catalog;
  plan: Plan;
  migration: Migration;
  ownTransaction: boolean;
  inspect: (db: Db) => Promise<Catalog>;
  /** a plan for the catalog after the migration */
  replan: (catalog: Catalog) => Plan;
  /** the relations whose policies the plan changes */
  touched: ReadonlySet<NameKey>;
  /** the reason of the config why it does not matter that a relation or function is not compared; null: none */
  unrehearsed: (name: NameKey) => string | null;
  progress: Progress;
}

/**
 * up → down → the start again → up → down → the start again → up → up once more; then statements of every persona
 * before and after the migration. Works on forks, which are dropped.
 */
export async function rehearse(input: RehearsalInput): Promise<Rehearsal> {
  const { rounds, after } = await upAndDown(input);
  const ran = rounds.every((round) => round.error === null && round.differences.length === 0);
  input.progress.done(
    "up and down",
    ran ? `${rounds.length} runs, the catalog as expected after each` : "not as expected",
  );
  if (!ran || after === null)
    return { rounds, readsLeft: 0, stepsLeft: 0, access: null, notCompared: [], passed: false };

  const again = input.replan(after);
  const stepsLeft = again.steps.length;
  const readsLeft = countReads(after, input.plan);
  const access = await accessBeforeAndAfter(input);
  input.progress.done(
    "access",
    `${access.cells} statements before and after, ${access.differences.length} differences, ${access.unannounced} unannounced`,
  );
  const missing = notCompared(access, input.touched, input.catalog).map((one) => ({
    ...one,
    accepted: input.unrehearsed(one.relation),
  }));
  const asPlanned = stepsLeft === 0 && readsLeft === 0 && access.unannounced === 0 && access.opened.length === 0;
  return {
    rounds,
    readsLeft,
    stepsLeft,
    access,
    notCompared: missing,
    passed: asPlanned && missing.every(({ accepted }) => accepted !== null),
  };
}

async function upAndDown(input: RehearsalInput): Promise<{ rounds: Round[]; after: Catalog | null }> {
  const fork = await input.base.fork();
  const rounds: Round[] = [];
  let after: Catalog | null = null;
  try {
    for (const file of ["up", "down", "up", "down", "up", "up"] as const) {
      const error = await runMigration(fork.db, input.migration[file], input);
      const found = error === null ? await input.inspect(fork.db) : null;
      const expected = file === "down" ? input.catalog : after;
      if (file === "up") after ??= found;
      rounds.push({
        file,
        error,
        expected: expected === null ? null : file === "down" ? "the start" : "the first up",
        differences: found && expected ? await differencesOf(fork.db, expected, found) : [],
      });
      if (error !== null) break;
    }
  } finally {
    await fork.close();
  }
  return { rounds, after };
}

/** The differences, except in how an expression is printed. */
async function differencesOf(db: Db, expected: Catalog, found: Catalog): Promise<string[]> {
  const { same, differences } = sameCatalog(expected, found);
  return same ? differences : sameCatalog(expected, await asReprinted(db, expected, found)).differences;
}

async function accessBeforeAndAfter(input: RehearsalInput): Promise<AccessReport> {
  // a fork is a fresh connection: nothing has set a variable on it, and filling it sets none
  const before = await input.base.fork();
  try {
    const fixtures = await generateRows(before.db, input.catalog, input.plan.context);
    const after = await before.fork();
    try {
      const error = await runMigration(after.db, input.migration.up, input);
      if (error !== null) throw new Error(`the up file ran without rows but not with rows: ${error}`);
      const { catalog, plan, progress } = input;
      return await compareAccess(
        { before, after, catalog, context: plan.context, fixtures, announced: plan.announced },
        (done, total) => progress.tick("access", done, total),
      );
    } finally {
      await after.close();
    }
  } finally {
    await before.close();
  }
}

/** Run a file as a migration tool would; the error in words, or null. */
export async function runMigration(
  db: Db,
  sql: string,
  { ownTransaction }: Pick<RehearsalInput, "ownTransaction">,
): Promise<string | null> {
  try {
    await db.exec(ownTransaction ? sql : `begin;\n${sql}\ncommit;`);
    return null;
  } catch (error) {
    await db.exec("rollback").catch(() => {});
    const raised = pgErrorOf(error);
    return raised
      ? [raised.sqlstate, raised.message, raised.detail, raised.hint].filter(Boolean).join(" · ")
      : messageOf(error);
  }
}

function countReads(catalog: Catalog, plan: Plan): number {
  const kept = new Set(plan.policies.filter((o) => o.outcome === "kept").map((o) => policyId(o.before)));
  const settings = plan.retired.map((setting) => `current_setting('${setting}'`);
  return catalog.policies.filter(
    (policy) =>
      !kept.has(policyId(policy)) &&
      settings.some((read) => `${policy.using} ${policy.check}`.toLowerCase().includes(read)),
  ).length;
}
