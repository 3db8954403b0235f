import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { applyPlan, type ApplyRequest } from "../../src/apply/apply.ts";
import { rollbackRun } from "../../src/apply/rollback/rollback.ts";
import type { Connections, Talk } from "../../src/apply/transaction/commit-resolution.ts";
import type { UserConfig } from "../../src/config.ts";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { catalogHash } from "../../src/pg/catalog-hash.ts";
import { planHash } from "../../src/plan/plan-hash.ts";
import { sameCatalog } from "../../src/rehearse/identical.ts";
import { asReprinted } from "../../src/rehearse/reprinted.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { replay } from "../../src/scratch/replay.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { cases } from "../cases/plan-case.ts";
import { withFork } from "../support/fork.ts";
import { planFor } from "../support/plan.ts";
import { sliced } from "../support/slice.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** Every small project of test/cases/plan, planned on the embedded engine (18), applied to a server of another major (15), and taken back. */
let server: TestServer;
let base: Scratch;
let target: Scratch;
beforeAll(async () => {
  server = await startServer(15);
  base = await openScratch({ kind: "embedded" });
  target = await openScratch({ kind: "server", url: server.url, superuser: true });
});
afterAll(async () => {
  await base.close();
  await target.close();
  await server.stop();
});

const silence: Talk = { stage: () => {}, locks: () => {}, tried: () => {}, done: () => {} };
/** As if the process ended between two groups: the first one is committed, and nothing after it is done. */
const cutOff: Talk = {
  ...silence,
  done: () => {
    throw new Error("cut off");
  },
};
const LIMITS = { lockTimeout: 2000, statementTimeout: 30_000, giveUpAfter: 10_000 };

/** Arrays of columns: printed otherwise once they were read again, and nothing in the text says how they were (src/pg/expr/round-trip.ts). */
const PRINTED_OTHERWISE = ["varchar-in-list"];

async function replayed(scratch: Scratch, id: string): Promise<void> {
  const folder = join(import.meta.dirname, "../cases/plan", id);
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted()
    .map((name) => ({ path: name, sql: readFileSync(join(folder, name), "utf8"), firstLine: 1 }));
  const report = await replay(scratch, {
    layout: "plain",
    projectDir: folder,
    folder,
    isBelow: false,
    files,
    notices: [],
    variables: {},
    runsInPsql: false,
  });
  expect(report.failures).toEqual([]);
}

const look = async (): Promise<{ ask(): Promise<string[]>; said(): string[] }> => ({
  ask: async () => [],
  said: () => [],
});

interface OnLive {
  live: Scratch;
  /** the catalog before anything was applied */
  before: Catalog;
  config: UserConfig;
  connections: Connections;
  request: ApplyRequest;
}

/** Plan a case, have its schema on the server, and work there; null where there is nothing to do. */
async function planned({ id, spec }: (typeof cases)[number], work: (on: OnLive) => Promise<void>): Promise<void> {
  const onLive = async (live: Scratch, scratch: Scratch): Promise<void> => {
    await replayed(scratch, id);
    await replayed(live, id);
    const plan = planFor(await inspect(scratch.db), spec.config);
    if (plan.steps.length === 0) return;
    const [database] = await live.db.query<{ name: string }>("select current_database() as name");
    const url = server.url.replace(/\/postgres$/, `/${database?.name}`);
    await work({
      live,
      before: await inspect(live.db),
      config: spec.config,
      connections: { open: async () => openServer(url) },
      request: {
        target: "live",
        plan,
        planHash: planHash(plan),
        cut: { kind: "relation" },
        limits: LIMITS,
        dryRun: false,
        adopt: false,
        person: null,
        rlsmith: "test",
        approvals: [],
      },
    });
  };
  await withFork("", async (_, scratch) => withFork("", async (__, live) => onLive(live, scratch), target), base);
}

const BACK = { target: "live", to: null, limits: LIMITS, force: null, person: null, rlsmith: "test" };

test.each(sliced(cases.filter(({ spec }) => spec.rehearse !== false)))("$id: $spec.title", async (each) =>
  planned(each, async ({ live, before, config, connections, request }) => {
    expect((await applyPlan(connections, { ...request, dryRun: true }, look, silence)).outcome).toBe("applied");
    expect(catalogHash(await inspect(live.db))).toBe(catalogHash(before));

    await expect(applyPlan(connections, request, look, cutOff)).rejects.toThrow("cut off");
    expect((await applyPlan(connections, request, look, silence)).outcome).toMatch(/^applied$|^in force already$/);
    expect(planFor(await inspect(live.db), config).steps).toEqual([]);
    expect((await applyPlan(connections, request, look, silence)).outcome).toBe("in force already");

    await rollbackRun(connections, { ...BACK, dryRun: true }, silence);
    await expect(rollbackRun(connections, { ...BACK, dryRun: false }, cutOff)).rejects.toThrow("cut off");
    const undone = await rollbackRun(connections, { ...BACK, dryRun: false }, silence);
    expect(undone).toMatchObject({ lost: [], left: [] });
    const after = await inspect(live.db);
    expect(sameCatalog(before, await asReprinted(live.db, before, after)).differences).toEqual([]);
    expect(catalogHash(after) === catalogHash(before)).toBe(!PRINTED_OTHERWISE.includes(each.id));
  }),
);

test("a schema that the plan created, and that is no longer empty, stays and can be used again", async () => {
  const each = cases.find(({ id }) => id === "self-recursion");
  if (!each) throw new Error("the case is there");
  await planned(each, async ({ live, before, connections, request }) => {
    await applyPlan(connections, request, look, silence);
    await live.db.exec("create table rlsmith_private.note (id int)");
    for (let turn = 1; turn <= 2; turn += 1) {
      const undone = await rollbackRun(connections, { ...BACK, dryRun: false }, silence);
      // the second time it was there before the plan, so it is not the plan's to take away
      expect(undone.notes).toEqual(
        turn === 1 ? ["schema rlsmith_private stays: it holds objects that the plan did not create"] : [],
      );
      expect((await inspect(live.db)).policies).toEqual(before.policies);
      expect((await applyPlan(connections, request, look, silence)).outcome).toBe("applied");
    }
    await rollbackRun(connections, { ...BACK, dryRun: false }, silence);
    await live.db.exec("drop schema rlsmith_private cascade");
    expect(catalogHash(await inspect(live.db))).toBe(catalogHash(before));
  });
});
