import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig, type Config } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { groupBy } from "../../src/pg/group-by.ts";
import { catalogAfter } from "../../src/plan/catalog-after.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { objections } from "../../src/prove/gate.ts";
import { proveMigration, type MigrationProof } from "../../src/prove/migration.ts";
import { proveNever } from "../../src/prove/never.ts";
import { propertyOf } from "../../src/prove/properties.ts";
import { confirm } from "../../src/prove/replay/confirm.ts";
import { confirmProperty } from "../../src/prove/replay/confirm-property.ts";
import { inferTenant } from "../../src/prove/tenant.ts";
import { proofMarkdown } from "../../src/report/proof-markdown.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { replay } from "../../src/scratch/replay.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { planFor } from "../support/plan.ts";

const CASINO = resolve(import.meta.dirname, "../../examples/casino");

let scratch: Scratch;
let config: Config;
let catalog: Catalog;
let after: Catalog;
let plan: Plan;
let proof: MigrationProof;

beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  await replay(scratch, await readMigrations(CASINO), { strict: true });
  catalog = await inspect(scratch.db);
  const loaded = await loadConfig(CASINO);
  if (!loaded) throw new Error("the casino project has a config");
  config = loaded.config;
  plan = planFor(catalog, config);
  after = catalogAfter(catalog, plan);
  const made = proveMigration(catalog, after, plan.context, plan.policies);
  proof = { ...made, access: await confirm(scratch.db, catalog, after, made.access, made.assumptions) };
});
afterAll(async () => scratch.close());

const inRegime = (name: string): MigrationProof["access"] =>
  proof.access.filter(({ assumption }) => assumption === name);
const countOf = (verdicts: MigrationProof["access"]): Record<string, number> =>
  Object.fromEntries(
    [...groupBy(verdicts, ({ decision }) => decision)].map(([decision, list]) => [decision, list.length]),
  );

// writes that the config leaves to functions alone (`rpc-only`), so that nobody has them any more
const RPC_ONLY = ["mtl_entry INSERT", "player_financial_transaction INSERT"];

test("the proof, for review", async () => {
  const mapped = new Set(plan.context.variables.map(({ setting }) => setting));
  const found = objections(proof, plan.announced, new Map(), mapped);
  await expect(proofMarkdown(proof, found)).toMatchFileSnapshot("../plan/golden/casino.proof.md");
});

test("116 policies, every component, role and regime; none is unknown", () => {
  expect(plan.policies).toHaveLength(116);
  expect(
    [...proof.access, ...proof.policies].filter(({ decision }) => decision === "unknown" || decision === "vacuous"),
  ).toEqual([]);
  console.log(
    "casino:",
    proof.access.length,
    "access verdicts and",
    proof.policies.length,
    "of policies in",
    Math.round(proof.milliseconds),
    "ms",
  );
});

test("with context all is equivalent, but for the writes that the config takes away", () => {
  const other = inRegime("with context").filter(({ decision }) => decision !== "equivalent");
  expect(other.map(({ relation, component, decision }) => `${relation.name} ${component} ${decision}`)).toEqual(
    RPC_ONLY.map((name) => `${name} tighter`),
  );
});

test("without context nothing is looser but where a decision or a listed blemish says so", () => {
  const verdicts = inRegime("without context");
  expect(Object.keys(countOf(verdicts)).toSorted()).toEqual(["equivalent", "looser"]);
  const mapped = new Set(plan.context.variables.map(({ setting }) => setting));
  const found = objections(proof, plan.announced, new Map(), mapped);
  expect(found.filter(({ answer }) => answer === null)).toEqual([]);
  // every looser verdict is one that somebody answered for, and only those are
  const looser = verdicts.filter(({ decision }) => decision === "looser");
  expect(new Set(found.map(({ policy, component }) => `${policy.split(".")[1]} ${component}`)).size).toBe(
    new Set(looser.map(({ relation, component }) => `${relation.name} ${component}`)).size,
  );
});

test("with foreign context the result no longer asks the variables, so that it is what the same token gets without context", () => {
  const mapped = plan.context.variables.map(({ setting }) => setting);
  const still = proof.access.filter(({ readsAfter }) => readsAfter.some((setting) => mapped.includes(setting)));
  expect(still).toEqual([]);
  // and the hole that closes is there, with witnesses that Postgres confirmed, for each variable
  for (const setting of mapped) {
    const lost = inRegime(`foreign ${setting}`).flatMap(({ witnesses }) =>
      witnesses.filter(({ change }) => change === "lost"),
    );
    expect(lost.length, setting).toBeGreaterThan(0);
    expect(lost.filter(({ confirmed }) => confirmed !== true)).toEqual([]);
  }
});

test("every witness that is shown was confirmed", () => {
  const witnesses = proof.access.flatMap((verdict) => verdict.witnesses);
  expect(witnesses.length).toBeGreaterThan(400);
  expect(witnesses.filter(({ confirmed }) => confirmed !== true)).toEqual([]);
});

test("another tenant's rows: open to a client that set the variable before, closed after but for two policies that read another claim", async () => {
  const tenant = inferTenant(catalog, plan.context);
  expect(tenant?.column).toBe("casino_id");
  const violated = async (of: Catalog, name: string): Promise<string[]> => {
    const verdicts = await confirmProperty(scratch.db, of, proveNever(of, propertyOf(name, tenant)));
    expect(verdicts.filter(({ answer }) => answer === "unknown")).toEqual([]);
    return [
      ...new Set(verdicts.filter(({ answer }) => answer === "violated").map(({ relation }) => relation.name)),
    ].toSorted();
  };
  expect((await violated(catalog, "cross-tenant-read")).length).toBeGreaterThan(20);
  expect((await violated(catalog, "cross-tenant-write")).length).toBeGreaterThan(15);
  // these two take casino_id from the top of the token: the finding claim-path says so, and the config did not consent to change them
  expect(await violated(after, "cross-tenant-read")).toEqual(["floor_layout_activation", "table_drop_event"]);
  expect(await violated(after, "cross-tenant-write")).toEqual([]);
  expect(await violated(after, "tenant-move")).toEqual([]);
});
