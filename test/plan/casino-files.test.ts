import { resolve } from "node:path";
import pc from "picocolors";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { inspectCatalog } from "../../src/pipeline/inspection.ts";
import { planSource, type Planned } from "../../src/pipeline/plan.ts";
import { openSource, type Source } from "../../src/pipeline/source.ts";
import { policyId } from "../../src/pg/policy.ts";
import { silent } from "../../src/progress.ts";
import { renderInspect } from "../../src/report/inspect-terminal.ts";
import { renderPlan } from "../../src/report/plan-terminal.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { splitStatements } from "../../src/scratch/split.ts";
import { differentInStyle } from "../support/either-style.ts";
import { withFork } from "../support/fork.ts";

const CASINO = resolve(import.meta.dirname, "../../examples/casino");
const NOW = new Date("2099-01-01T00:00:00Z");

let source: Source;
let scratch: Scratch;
let planned: Planned;
const plannedWith = (contexts: Record<string, string[]>): Planned => {
  if (!source.config) throw new Error("the casino has a config");
  return planSource(source, { ...source.config.config, contexts }, CASINO, null, NOW);
};
beforeAll(async () => {
  source = await openSource({ projectDir: CASINO, scratch: { kind: "embedded" }, strict: true, progress: silent });
  if (source.origin.kind !== "migrations") throw new Error("the casino has migrations");
  scratch = source.origin.scratch;
  planned = plannedWith({});
});
afterAll(async () => source.close());

/** Hashes change with the version, and are nothing to review. */
const steady = (text: string): string => text.replaceAll(/\b[0-9a-f]{16}\b/g, "0123456789abcdef");

describe("for review: what people read (vitest -u writes it anew)", () => {
  test.each(["up", "down"] as const)("the %s file", async (direction) => {
    await expect(steady(planned.migration[direction])).toMatchFileSnapshot(`golden/casino.${direction}.sql`);
  });

  test("the report of plan", async () => {
    await expect(renderPlan(planned.plan, pc.createColors(false))).toMatchFileSnapshot("golden/casino.plan.txt");
  });

  test("the report of inspect", async () => {
    const inspected = inspectCatalog(source.catalog, source.config?.config ?? null);
    const text = renderInspect(inspected, { color: false, width: 120 });
    await expect(text).toMatchFileSnapshot("golden/casino.inspect.txt");
  });
});

test("the first change comes soon, and no line is too long to read", () => {
  for (const file of [planned.migration.up, planned.migration.down]) {
    const lines: string[] = file.split("\n");
    expect(lines.findIndex((line) => /^(alter|create|drop) policy /.test(line))).toBeLessThan(120);
    expect(lines.filter((line) => line.length > 160)).toEqual([]);
  }
});

test("every changed policy has its section once: heading, check, change", () => {
  const { up, down } = planned.migration;
  for (const { id, object } of planned.plan.steps) {
    if (object.kind !== "policy") throw new Error("the casino changes policies only");
    for (const file of [up, down]) expect(file.split(`-- ${id}. `)).toHaveLength(2);
    expect(up).toContain(`policy ${object.policy.includes(" ") ? `"${object.policy}"` : object.policy}: `);
  }
  // names that a merge makes are checked too: nobody else's policy is written over
  const names = planned.plan.policies.flatMap(({ before, after }) => [
    ...new Set([before, ...after].map(({ name }) => name)),
  ]);
  for (const file of [up, down]) expect(file.match(/^call pg_temp\.rlsmith_expect\(/gm)).toHaveLength(names.length);
});

test("a group of the config has its sections together, and the rest follows by relation", () => {
  const { migration, plan } = plannedWith({ visits: ["public.visit"], floor: ["public.floor_*"] });
  const groups = [...migration.up.matchAll(/^-- =+\n-- (.*)\n-- =+$/gm)].map(([, name]) => name);
  expect(groups.slice(0, 3)).toEqual(["visits", "floor", "public.audit_log"]);
  expect(groups.filter((name) => name === "public.visit" || name?.startsWith("public.floor_"))).toEqual([]);
  const relations = plan.steps.map(({ object }) => ("relation" in object ? object.relation : ""));
  expect(new Set(relations.slice(0, 3))).toEqual(new Set(["visit"]));
  expect(plan.steps.map(({ id }) => id)).toEqual(plan.steps.map((_, n) => n + 1));
});

test("PostgreSQL makes the same of formatted and unformatted SQL", async () => {
  const { policies } = planned.plan;
  expect(
    await differentInStyle(
      scratch.db,
      policies.flatMap(({ before, after }) => [before, ...after]),
    ),
  ).toEqual([]);
});

test("in one go or statement by statement, up and down, and each twice", async () => {
  const work = async (db: Db): Promise<void> => {
    const byId = async (): Promise<unknown> =>
      new Map((await inspect(db)).policies.map((policy) => [policyId(policy), policy]));
    const start = await byId();
    const { up, down } = planned.migration;
    await db.exec(up);
    const moved = await byId();
    expect(moved).not.toEqual(start);
    for (const [file, expected] of [
      [up, moved],
      [down, start],
      [down, start],
      [up, moved],
    ] as const) {
      for (const part of splitStatements(file).parts) if (part.kind === "statement") await db.exec(part.text);
      expect(await byId()).toEqual(expected);
    }
  };
  await withFork("", work, scratch);
});
