import { describe, expect, test } from "vitest";
import type { Component } from "../../src/prove/component.ts";
import type { Decision, UnknownReason, Witness } from "../../src/prove/verdict.ts";
import { reasonsOf } from "../../src/report/trial.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { quoteLiteral } from "../../src/pg/identifier.ts";
import type { AssumedVerdict } from "../../src/prove/index.ts";
import { prove } from "../../src/prove/prove.ts";
import { tryUnknown, type TryOptions } from "../../src/prove/trial/unknown.ts";
import { withFork } from "../support/fork.ts";
import { sliced } from "../support/slice.ts";
import { CASES, EQUIVALENT, TABLES, type Shown, type TrialCase } from "./trial-cases.ts";

/** What the trial alone makes of a change: whatever the solver knows is taken from it. */
async function tried(
  {
    common = "",
    before,
    after,
    role = "authenticated",
    component = "SELECT",
  }: Omit<TrialCase, "decision" | "shown" | "name">,
  { reasons = [], ...given }: TryOptions & { reasons?: UnknownReason[] } = {},
): Promise<AssumedVerdict> {
  // the points end a trial here, and not the time, which differs by machine
  const options = { milliseconds: 300_000, total: 300_000, ...given };
  return withFork(`${TABLES}\n${common}\n${before}`, async (one) =>
    withFork(`${TABLES}\n${common}\n${after}`, async (other) => {
      const catalogs = { before: await inspect(one), after: await inspect(other) };
      const verdicts = prove(catalogs.before, catalogs.after, { timeout: 1 })
        .filter(
          (verdict) => verdict.relation.name === "notes" && verdict.role === role && verdict.component === component,
        )
        .map((verdict): AssumedVerdict => ({
          ...verdict,
          decision: "unknown",
          witnesses: [],
          errors: [],
          suspected: null,
          reasons,
        }));
      const [verdict] = await tryUnknown(
        {
          kind: "sites",
          before: { db: one, catalog: catalogs.before, setup: [] },
          after: { db: other, catalog: catalogs.after, setup: [] },
        },
        verdicts,
        [],
        options,
      );
      if (!verdict) throw new Error("there is no verdict");
      return verdict;
    }),
  );
}

/** How many rows of `notes` the role reads there. */
async function rowsRead(db: Db, { rows, settings = {} }: Shown, role: string): Promise<number | "error"> {
  await db.exec(rows);
  await db.exec("begin");
  try {
    for (const [name, value] of Object.entries(settings))
      await db.exec(`select set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`);
    await db.exec(`set local session authorization authenticator; set local role ${role}`);
    const [found] = await db.query<{ n: number }>("select count(*)::int as n from notes");
    return found?.n ?? "error";
  } catch {
    return "error";
  } finally {
    await db.exec("rollback");
  }
}

const truthOf = async (
  { common = "", before, after, role = "authenticated" }: TrialCase,
  shown: Shown,
): Promise<unknown> => [
  await withFork(`${TABLES}\n${common}\n${before}`, async (db) => rowsRead(db, shown, role)),
  await withFork(`${TABLES}\n${common}\n${after}`, async (db) => rowsRead(db, shown, role)),
];

describe("a difference is found", () => {
  test.each(sliced(CASES))("$name", async (one) => {
    for (const shown of one.shown) expect(await truthOf(one, shown)).toEqual(shown.counts);
    const verdict = await tried(one);
    expect({ decision: verdict.decision, kind: verdict.certainty.kind }).toEqual({
      decision: one.decision,
      kind: "trial",
    });
    expect(verdict.witnesses.every(({ confirmed }) => confirmed === true)).toBe(true);
  });
});

describe("where there is none, none is found", () => {
  test.each(sliced(EQUIVALENT))("$name", async (one) => {
    const verdict = await tried(one, { points: 1500 });
    expect(verdict).toMatchObject({ decision: "unknown", errors: [] });
    expect(verdict.trial && "points" in verdict.trial && verdict.trial.points).toBeGreaterThanOrEqual(1500);
  });
});

/** A change of the policy of one command. */
const forCommand = (before: string, after: string): Pick<TrialCase, "before" | "after"> => ({
  before: `create policy p on notes for ${before};`,
  after: `create policy p on notes for ${after};`,
});

// what each command meets: manual, CREATE POLICY, "Policies Applied by Command Type"
const COMMANDS: { component: Component; before: string; after: string; decision: Decision }[] = [
  {
    component: "INSERT",
    before: "insert to authenticated with check (title like 'ab%')",
    after: "insert to authenticated with check (title like 'a%')",
    decision: "looser",
  },
  {
    component: "UPDATE USING",
    before: "update to authenticated using (price < 90) with check (true)",
    after: "update to authenticated using (price < 50) with check (true)",
    decision: "tighter",
  },
  {
    component: "UPDATE CHECK",
    before: "update to authenticated using (price < 90) with check (true)",
    after: "update to authenticated using (price < 50) with check (true)",
    decision: "unknown",
  },
  {
    component: "UPDATE CHECK",
    before: "update to authenticated using (true) with check (labels @> array['a'])",
    after: "update to authenticated using (true) with check (labels <@ array['a'])",
    decision: "incomparable",
  },
  {
    component: "UPDATE USING",
    before: "all to authenticated using (true) with check (labels @> array['a'])",
    after: "all to authenticated using (true) with check (labels <@ array['a'])",
    decision: "unknown",
  },
  {
    component: "DELETE",
    before: "delete to authenticated using (made < now() - interval '1 year')",
    after: "delete to authenticated using (made < now() - interval '1 month')",
    decision: "looser",
  },
  {
    component: "SELECT",
    before: "delete to authenticated using (made < now() - interval '1 year')",
    after: "delete to authenticated using (made < now() - interval '1 month')",
    decision: "unknown",
  },
];

test.each(COMMANDS)("$component: $before → $decision", async ({ component, before, after, decision }) => {
  expect(await tried({ ...forCommand(before, after), component })).toMatchObject({ decision });
});

test.each(COMMANDS.filter(({ decision }) => decision !== "unknown").slice(-2))(
  "$component, where the role may not execute set_config",
  async ({ component, before, after, decision }) => {
    const common = "revoke execute on function pg_catalog.set_config(text, text, boolean) from public;";
    expect(await tried({ ...forCommand(before, after), common, component })).toMatchObject({ decision });
    const read = reading("rank > 1", "rank > 0");
    expect(await tried({ ...read, common })).toMatchObject({ decision: "looser" });
  },
);

test("a row that a CHECK constraint refuses is none", async () => {
  const change = forCommand(
    "insert to authenticated with check (rank is null or rank < 100)",
    "insert to authenticated with check (true)",
  );
  const common = "alter table notes add check (rank < 100);";
  expect(await tried({ ...change, common, component: "INSERT" })).toMatchObject({ decision: "unknown", errors: [] });
  expect(await tried({ ...change, component: "INSERT" })).toMatchObject({ decision: "looser" });
});

const reading = (before: string, after: string): Pick<TrialCase, "before" | "after"> =>
  forCommand(`select to authenticated using (${before})`, `select to authenticated using (${after})`);

test("answers that change by themselves decide nothing", async () => {
  expect(await tried(reading("random() < 0.5", "random() < 0.6"))).toMatchObject({
    decision: "unknown",
    trial: { notTried: expect.any(String) },
  });
});

test("an error that becomes access is looser, and the reverse tighter", async () => {
  const cast = reading("(auth.jwt() ->> 'all')::boolean or 1 / rank > 5", "true");
  expect(await tried(cast)).toMatchObject({ decision: "looser" });
  // division_by_zero for a row of rank 0, which was read before
  const divided = await tried(reading("rank >= 0", "rank >= 0 and 10 / rank is distinct from 77"));
  expect(divided).toMatchObject({ decision: "tighter", errors: ["allow->error"] });
});

test("the same seed asks the same", async () => {
  const change = reading("rank % 3 = 0", "rank % 6 = 0");
  const shape = ({ decision, trial, witnesses }: AssumedVerdict): unknown => ({
    decision,
    trial,
    rows: witnesses.map(({ situation }) => situation.row),
  });
  expect(shape(await tried(change, { seed: 5, milliseconds: 60_000 }))).toEqual(
    shape(await tried(change, { seed: 5, milliseconds: 60_000 })),
  );
});

describe("in words", () => {
  const reason = {
    kind: "unsupported",
    message: "the operator @> is not modelled",
    expression: "labels @> '{a}'",
    at: null,
  } as const;

  test("points that agree, and what stands in the way", async () => {
    const verdict = await tried(reading("labels @> array['red']", "'red' = any (labels)"), {
      points: 300,
      reasons: [reason],
    });
    expect(reasonsOf(verdict).join()).toMatch(
      /^not decided; [\d,]+ points agree; what stands in the way is `labels @> '\{a\}'` in policy p \(the operator @> is not modelled\)$/,
    );
  });

  test("a witness that PostgreSQL does not confirm is no page of JSON", async () => {
    const witness = { change: "gained", confirmed: false } as Partial<Witness>;
    const verdict = await tried(reading("rank = 1", "rank in (1)"), {
      points: 300,
      reasons: [{ kind: "not-confirmed", message: "a defect", expression: JSON.stringify(witness), at: null }],
    });
    expect(reasonsOf(verdict).join()).toMatch(/^not decided; [\d,]+ points agree; what stands in the way is a model/);
    expect(reasonsOf(verdict).join()).not.toContain("{");
  });

  test("no database to try it on", async () => {
    const [verdict] = await tryUnknown({ kind: "none", reason: "there is no database" }, [await bare()], []);
    expect(verdict?.trial).toEqual({ notTried: "there is no database" });
    expect(verdict && reasonsOf(verdict)).toEqual(["not decided, and not tried: there is no database"]);
  });
});

/** A verdict that is not settled and was not tried. */
async function bare(): Promise<AssumedVerdict> {
  const { trial: _, ...verdict } = await tried(reading("true", "true"), { points: 1 });
  return { ...verdict, decision: "unknown", reasons: [] };
}
