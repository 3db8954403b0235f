import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { UserConfig } from "../../src/config.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { quoteIdent } from "../../src/pg/identifier.ts";
import { createPolicy } from "../../src/pg/policy-sql.ts";
import { policyId, type Policy } from "../../src/pg/policy.ts";
import { touchedRelations } from "../../src/plan/touched.ts";
import { renderMigration } from "../../src/plan/migration.ts";
import { catalogAfter } from "../../src/plan/catalog-after.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { objections } from "../../src/prove/gate.ts";
import { proveMigration } from "../../src/prove/migration.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { silent } from "../../src/progress.ts";
import { rehearse } from "../../src/rehearse/rehearse.ts";
import { replay } from "../../src/scratch/replay.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { differentInStyle } from "../support/either-style.ts";
import { withFork } from "../support/fork.ts";
import { planFor } from "../support/plan.ts";

/** A small project and what has to become of it. Expected values are reasoned, never copied from the tool. */
interface Case {
  title: string;
  why: string;
  config: UserConfig;
  /** every policy of the project */
  outcomes: Record<string, string>;
  /** policies as they have to be afterwards; expressions as a person would write them, Postgres prints both sides */
  after?: Record<string, Partial<Pick<Policy, "using" | "check" | "roles" | "command" | "permissive" | "comment">>>;
  /** policies that must not be there afterwards */
  absent?: string[];
  /** `schema.name`, or `schema.name(arguments)` for one overload → what its body has to hold afterwards */
  functions?: Record<string, string | string[]>;
  /** `schema.table.column` → default afterwards */
  defaults?: Record<string, string>;
  findings?: string[];
  open?: string[];
  /** policies that the prover leaves open, with its decision; `plan` stops at them */
  unproven?: string[];
  /** false where nothing is written because a decision is open */
  rehearse?: boolean;
  /** the rehearsal finds statements that reach rows of another tenant: `plan` stops */
  opens?: boolean;
  /** rehearsed on the embedded engine too, where a fork takes five times as long as on a server */
  both?: boolean;
}

const DIR = join(import.meta.dirname, "plan");
export const cases = readdirSync(DIR)
  .toSorted()
  .map((id) => ({ id, spec: JSON.parse(readFileSync(join(DIR, id, "case.json"), "utf8")) as Case }));

/** Replay a case, plan it, rehearse it when asked, then look at what the migration leaves. */
export async function check(base: Scratch, { id, spec }: (typeof cases)[number], rehearsed: boolean): Promise<void> {
  const work = async (_: Db, scratch: Scratch): Promise<void> => {
    const files = readdirSync(join(DIR, id))
      .filter((name) => name.endsWith(".sql"))
      .toSorted()
      .map((name) => ({ path: name, sql: readFileSync(join(DIR, id, name), "utf8"), firstLine: 1 }));
    const report = await replay(scratch, {
      layout: "plain",
      projectDir: DIR,
      folder: join(DIR, id),
      isBelow: false,
      files,
      notices: [],
      variables: {},
      runsInPsql: false,
    });
    expect(report.failures).toEqual([]);
    const catalog = await inspect(scratch.db);
    const plan = planFor(catalog, spec.config);

    expect(Object.fromEntries(plan.policies.map((outcome) => [outcome.policy, outcome.outcome]))).toEqual(
      spec.outcomes,
    );
    expect(plan.findings.map((finding) => finding.code).toSorted()).toEqual(spec.findings ?? []);
    expect(plan.open.map((open) => open.key).toSorted()).toEqual(spec.open ?? []);
    if (spec.rehearse === false) return;

    expect(await unanswered(scratch, catalog, plan)).toEqual(spec.unproven ?? []);
    const migration = renderMigration(plan, { ownTransaction: true, rollbackFile: "down.sql" });
    if (rehearsed && plan.steps.length > 0) {
      const rehearsal = await rehearse({
        base: scratch,
        catalog,
        plan,
        migration,
        ownTransaction: true,
        inspect,
        replan: (after) => planFor(after, spec.config),
        touched: touchedRelations(plan),
      unrehearsed: () => null,
      progress: silent,
      });
      expect(rehearsal.rounds.map((round) => round.error ?? round.differences)).toEqual(rehearsal.rounds.map(() => []));
      expect(rehearsal.access?.relations.notFilled).toEqual([]);
      expect(rehearsal.access?.differences.filter((difference) => difference.announcedBy === null)).toEqual([]);
      expect(rehearsal.access !== null && rehearsal.access.opened.length > 0).toBe(spec.opens === true);
      expect(rehearsal).toMatchObject({ passed: spec.opens !== true, readsLeft: 0, stepsLeft: 0 });
    }
    expect(
      await differentInStyle(
        scratch.db,
        plan.policies.map(({ before }) => before),
      ),
    ).toEqual([]);
    await checkResult(scratch, migration.up, spec);
    expect(functionsOf(catalogAfter(catalog, plan), plan)).toEqual(functionsOf(await inspect(scratch.db), plan));
    expect(
      await differentInStyle(
        scratch.db,
        plan.policies.flatMap(({ after }) => after),
      ),
    ).toEqual([]);
  };
  await withFork("", work, base);
}

/** The functions that a plan makes or changes, as a catalog has them; without what is written differently and means the same. */
const functionsOf = (catalog: Catalog, plan: Plan): unknown[] => {
  const touched = new Set(
    plan.steps.flatMap(({ change }) => (change.kind === "function" ? [JSON.stringify([change.after.schema, change.after.name])] : [])),
  );
  return catalog.functions
    .filter(({ schema, name }) => touched.has(JSON.stringify([schema, name])))
    .map(({ definition: _, identityArguments: __, owner: ___, grants: ____, body, sqlStandardBody, ...rest }) => ({
      ...rest,
      sqlStandardBody,
      // PostgreSQL prints a SQL-standard body anew
      body: sqlStandardBody ? null : body,
    }))
    .toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
};

/** Policies that a proof of the plan leaves looser, incomparable or unknown without a decision that accounts for it. */
async function unanswered(scratch: Scratch, catalog: Catalog, plan: Plan): Promise<string[]> {
  const after = catalogAfter(catalog, plan);
  const proof = proveMigration(catalog, after, plan.context, plan.policies);
  const access = await confirm(scratch.db, catalog, after, proof.access, proof.assumptions);
  expect(access.flatMap(({ reasons }) => reasons).filter(({ kind }) => kind === "not-confirmed")).toEqual([]);
  const mapped = new Set(plan.context.variables.map(({ setting }) => setting));
  const crossTenant = await confirm(scratch.db, catalog, after, proof.crossTenant, proof.assumptions);
  const open = objections({ ...proof, access, crossTenant }, plan.announced, new Map(), mapped).filter(({ answer }) => !answer);
  return [...new Set(open.map(({ policy, decision }) => `${policy} ${decision}`))].toSorted();
}

async function checkResult(scratch: Scratch, up: string, spec: Case): Promise<void> {
  await scratch.db.exec(up);
  const after = await inspect(scratch.db);
  expect(planFor(after, spec.config).steps).toEqual([]);
  await readEveryRelation(scratch, after);
  const found = new Map(after.policies.map((policy) => [policyId(policy) as string, policy]));
  for (const id of spec.absent ?? []) expect(found.has(id), id).toBe(false);
  for (const [id, expected] of Object.entries(spec.after ?? {})) {
    const policy = found.get(id);
    if (!policy) throw new Error(`${id} is not there`);
    const wanted = { ...policy, ...expected };
    await scratch.db.exec(createPolicy({ ...wanted, name: "expected" }));
    const printed = (await inspect(scratch.db)).policies.find(
      (p) => p.name === "expected" && p.relation === policy.relation && p.schema === policy.schema,
    );
    await scratch.db.exec(`drop policy expected on ${quoteIdent(policy.schema)}.${quoteIdent(policy.relation)}`);
    expect(policy, id).toEqual({ ...printed, name: policy.name, comment: wanted.comment });
  }
  for (const [name, text] of Object.entries(spec.functions ?? {})) {
    const bodies = after.functions
      .filter((fn) => [`${fn.schema}.${fn.name}`, `${fn.schema}.${fn.name}(${fn.identityArguments})`].includes(name))
      .map((fn) => fn.body);
    expect(bodies.length, name).toBeGreaterThan(0);
    for (const body of bodies) for (const part of [text].flat()) expect(body).toContain(part);
  }
  for (const [name, text] of Object.entries(spec.defaults ?? {})) {
    const column = after.relations
      .flatMap((r) => r.columns.map((c) => ({ id: `${r.schema}.${r.name}.${c.name}`, c })))
      .find((c) => c.id === name);
    expect(column?.c.expression).toBe(text);
  }
}

/** An ordinary user reads each relation: recursion that is left (42P17) or a right that is missing on a helper would raise. */
async function readEveryRelation(scratch: Scratch, after: Catalog): Promise<void> {
  const relations = new Set(
    after.policies.map((policy) => `${quoteIdent(policy.schema)}.${quoteIdent(policy.relation)}`),
  );
  const claims = JSON.stringify({
    sub: "00000000-0000-4000-8000-000000000001",
    role: "authenticated",
    app_metadata: {},
  });
  await scratch.db.query("select set_config('request.jwt.claims', $1, false)", [claims]);
  await scratch.db.exec("set role authenticated");
  for (const relation of relations) await scratch.db.query(`select from ${relation}`);
  await scratch.db.exec("reset role");
}
