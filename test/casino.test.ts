import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import pc from "picocolors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig, type Config } from "../src/config.ts";
import { inspect } from "../src/inspect/inspect.ts";
import type { Catalog } from "../src/pg/catalog.ts";
import { groupBy } from "../src/pg/group-by.ts";
import { touchedRelations } from "../src/plan/touched.ts";
import { renderMigration } from "../src/plan/migration.ts";
import { silent } from "../src/progress.ts";
import type { Plan } from "../src/plan/plan.ts";
import { rehearse, type Rehearsal } from "../src/rehearse/rehearse.ts";
import { renderRehearsal } from "../src/report/rehearsal-terminal.ts";
import { readMigrations } from "../src/migration-tools/index.ts";
import { openScratch } from "../src/scratch/open.ts";
import { replay } from "../src/scratch/replay.ts";
import type { ScratchTarget } from "../src/scratch/scratch.ts";
import { planFor } from "./support/plan.ts";
import { startServer, type TestServer } from "./support/server.ts";

const CASINO = resolve(import.meta.dirname, "../examples/casino");

interface Result {
  catalog: Catalog;
  plan: Plan;
  rehearsal: Rehearsal;
}

async function carryOut(target: ScratchTarget, config: Config): Promise<Result> {
  const scratch = await openScratch(target);
  try {
    const report = await replay(scratch, await readMigrations(CASINO), { strict: true });
    expect(report.standIns).toEqual([]);
    const catalog = await inspect(scratch.db);
    const plan = planFor(catalog, config);
    const migration = renderMigration(plan, { ownTransaction: true, rollbackFile: "down.sql" });
    const rehearsal = await rehearse({
      base: scratch,
      catalog,
      plan,
      migration,
      ownTransaction: true,
      inspect,
      replan: (after) => planFor(after, config),
      touched: touchedRelations(plan),
      unrehearsed: () => null,
      progress: silent,
    });
    return { catalog, plan, rehearsal };
  } finally {
    await scratch.close();
  }
}

let config: Config;
let embedded: Result;
const servers: TestServer[] = [];
beforeAll(async () => {
  const loaded = await loadConfig(CASINO);
  if (!loaded) throw new Error("the casino has no config");
  config = loaded.config;
  embedded = await carryOut({ kind: "embedded" }, config);
});
afterAll(async () => {
  for (const server of servers) await server.stop();
});

describe("the project is what its README says", () => {
  test("116 live policies, in their groups, from more CREATE POLICY statements than that", () => {
    const counts = groupBy(embedded.catalog.policies, (policy) => policy.relation);
    const sum = (...relations: string[]): number =>
      relations.reduce((n, relation) => n + (counts.get(relation)?.length ?? 0), 0);
    expect(embedded.catalog.policies).toHaveLength(116);
    expect(sum("casino_settings", "staff")).toBe(8);
    expect(sum("player", "player_casino", "visit")).toBe(9);
    expect(sum("rating_slip", "rating_slip_pause")).toBe(6);
    expect(sum("player_loyalty", "loyalty_ledger", "loyalty_outbox")).toBe(13);
    expect(sum("player_financial_transaction")).toBe(4);
    const folder = join(CASINO, "supabase/migrations");
    const text = readdirSync(folder)
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("\n");
    expect(text.match(/create\s+policy/gi)?.length).toBeGreaterThan(116);
    const blemishes = groupBy(
      [...text.matchAll(/^-- blemish: (.*)$/gm)].map((match) => match[1] ?? ""),
      (kind) => kind,
    );
    expect(Object.fromEntries([...blemishes].map(([kind, found]) => [kind, found.length]))).toEqual({
      "bare-setting": 33,
      "session-only-role": 14,
      "session-only-role rpc-only": 2,
      "token-only": 10,
      "token-only wrong-path": 2,
      "no-identity-guard": 2,
    });
  });
});

describe("the main job", () => {
  test("every policy is accounted for, and none reads a variable any more", () => {
    expect(embedded.plan.policies).toHaveLength(116);
    expect(groupBy(embedded.plan.policies, (outcome) => outcome.outcome).get("kept")).toBeUndefined();
    expect(embedded.plan.open).toEqual([]);
    for (const outcome of embedded.plan.policies)
      for (const policy of outcome.after)
        expect(`${policy.using} ${policy.check}`, outcome.policy).not.toMatch(/app\./);
    // the two claims read from the wrong place are told, not changed
    expect(embedded.plan.findings.map((finding) => finding.code)).toEqual(["claim-path", "claim-path"]);
  });

  test("it passes its rehearsal: up and down twice, no unannounced difference, the hole closed", () => {
    const { rehearsal } = embedded;
    expect(rehearsal.rounds.map((round) => round.error ?? round.differences)).toEqual([[], [], [], [], [], []]);
    expect(rehearsal.access?.relations.notFilled).toEqual([]);
    expect(rehearsal.access?.unannounced).toBe(0);
    expect(rehearsal.access?.crossTenant.readsBefore).toBeGreaterThan(0);
    expect(rehearsal.access?.crossTenant.after).toBe(0);
    expect(rehearsal).toMatchObject({ passed: true, readsLeft: 0, stepsLeft: 0 });
  });

  test("the report of the rehearsal, for review", async () => {
    await expect(renderRehearsal(embedded.rehearsal, pc.createColors(false))).toMatchFileSnapshot(
      "plan/golden/casino.rehearsal.txt",
    );
  });

  test.each([15, 18] as const)("a native PostgreSQL %i gives the same plan and the same rehearsal", async (major) => {
    const server = await startServer(major);
    servers.push(server);
    const native = await carryOut({ kind: "server", url: server.url }, config);
    const { catalogHash: _, ...plan } = embedded.plan;
    expect(native.plan).toMatchObject(plan);
    // Whether an expression that can raise does raise is up to the plan (DESIGN §3: may, never must), so errors are compared by the verdict only.
    // Rows that triggers make have random ids, so rows are compared by number.
    const firm = ({ access }: Rehearsal): unknown =>
      access?.differences.flatMap(({ before, after, ...rest }) =>
        before.kind === "rows" && after.kind === "rows" ? [{ ...rest, before: before.rows, after: after.rows }] : [],
      );
    expect(firm(native.rehearsal)).toEqual(firm(embedded.rehearsal));
    const { access, ...rest } = native.rehearsal;
    const { access: expected, ...expectedRest } = embedded.rehearsal;
    expect(rest).toEqual(expectedRest);
    expect(access).toMatchObject({
      cells: expected?.cells,
      unannounced: 0,
      crossTenant: expected?.crossTenant,
      relations: expected?.relations,
    });
  });
});
