import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rlsmith } from "./support/cli.ts";
import { lintMissing, startSupabase, supabaseMissing, type SupabaseProject } from "./support/supabase.ts";

// The whole way of a Supabase project, with Supabase's own CLI against a native server: push the history, plan, push the
// migration, look at it with the project's own checks, take it back, mend the history, push again.

const CASINO = resolve(import.meta.dirname, "../examples/casino");

/** One line of `supabase migration list`; `remote` is empty where the migration was not applied. */
interface Listed {
  local: string;
  remote: string;
}

interface Advice {
  name: string;
  detail: string;
  cache_key: string;
}

interface Linted {
  function: string;
  issues: { level: string; message: string }[];
}

/** What the project's own tools say of the database at one moment. */
interface Moment {
  policies: object[];
  history: Listed[];
  advice: Advice[];
  types: string;
  lint: Linted[] | null;
}

const POLICIES = `select schemaname, tablename, policyname, permissive, roles::text[], cmd, qual, with_check
  from pg_policies order by 1, 2, 3`;

const history = async (project: SupabaseProject): Promise<Listed[]> =>
  (await project.json<{ migrations: Listed[] }>("migration", "list")).migrations;

const pending = (listed: readonly Listed[]): string[] =>
  listed.filter(({ remote }) => remote === "").map(({ local }) => local);

/** What the next push would apply. */
const nextPush = async (project: SupabaseProject): Promise<string[]> =>
  (await project.json<{ migrations: string[] }>("db", "push", "--dry-run")).migrations;

async function look(project: SupabaseProject): Promise<Moment> {
  return {
    policies: await project.query(POLICIES),
    history: await history(project),
    advice: (await project.json<{ results: Advice[] }>("db", "advisors", "--type", "all", "--level", "info")).results,
    types: await project.run("gen", "types"),
    lint: lintMissing === null ? (await project.json<{ results: Linted[] }>("db", "lint")).results : null,
  };
}

/** A command of rlsmith's on the target `staging`, which is the project's database. */
async function onStaging(project: SupabaseProject, ...command: string[]): Promise<string> {
  const [name = "", ...rest] = command;
  const run = await rlsmith([name, project.dir, "--target", "staging", ...rest], { env: { STAGING_URL: project.url } });
  expect(run.code, run.stderr + run.stdout).toBe(0);
  return run.stdout;
}

describe.skipIf(supabaseMissing !== null)(`the casino, by Supabase's own CLI${because(supabaseMissing)}`, () => {
  let project: SupabaseProject;
  let version: string;
  let before: Moment;
  let adopted: string;
  let rolledBack: string;
  let planned: { listed: Listed[]; next: string[] };
  let after: Moment;
  let taken: { listed: Listed[]; next: string[] };
  let back: Moment;
  let drifted: { refusal: string; listed: Listed[]; policies: object[]; asTheyWere: object[] };
  let again: Moment;
  let twice: { policies: object[]; listed: Listed[] };

  beforeAll(async () => {
    project = await startSupabase(CASINO);
    await project.run("db", "push", "--yes", "--include-seed");
    before = await look(project);

    const plan = await rlsmith(["plan", project.dir]);
    expect(plan.code, plan.stderr + plan.stdout).toBe(0);
    planned = { listed: await history(project), next: await nextPush(project) };
    [version = "none is pending"] = pending(planned.listed);

    await project.run("db", "push", "--yes");
    after = await look(project);

    adopted = await onStaging(project, "apply", "--adopt");
    rolledBack = await onStaging(project, "rollback");
    taken = { listed: await history(project), next: await nextPush(project) };
    await project.run("migration", "repair", "--status", "reverted", version, "--yes");
    back = await look(project);

    // somebody touches a policy between the plan and the push
    await project.exec("alter policy player_select on public.player rename to player_read");
    const asTheyWere = await project.query(POLICIES);
    const refusal = await project.run("db", "push", "--yes").then(
      () => "it was applied",
      (error: unknown) => String(error),
    );
    drifted = { refusal, asTheyWere, listed: await history(project), policies: await project.query(POLICIES) };
    await project.exec("alter policy player_read on public.player rename to player_select");

    await project.run("db", "push", "--yes");
    again = await look(project);
    // the file commits by itself; the CLI writes the history after it, so that entry can get lost
    await project.run("migration", "repair", "--status", "reverted", version, "--yes");
    await project.run("db", "push", "--yes");
    twice = { policies: await project.query(POLICIES), listed: await history(project) };
    for (const [when, moment] of Object.entries({ before, after })) console.log(when, counted(moment.advice));
  });
  afterAll(async () => project?.stop());

  test("push applies the whole history, and nothing is pending", () => {
    expect(before.history).toHaveLength(readdirSync(join(CASINO, "supabase/migrations")).length);
    expect(pending(before.history)).toEqual([]);
    // the README of the casino counts them
    expect(before.policies).toHaveLength(116);
  });

  test("`rlsmith plan` writes one pending migration, after all others; the down migration is not pending", () => {
    expect(pending(planned.listed)).toEqual([version]);
    expect(planned.next).toEqual([`${version}_rls_jwt_only.sql`]);
    expect(
      planned.listed
        .map(({ local }) => local)
        .toSorted()
        .at(-1),
    ).toBe(version);
  });

  test("push applies it and writes it into the history", () => {
    expect(pending(after.history)).toEqual([]);
    expect(after.history.at(-1)?.remote).toBe(version);
    expect(JSON.stringify(after.policies)).not.toContain("current_setting");
  });

  test("the generated types are the same before and after", () => {
    expect(before.types).toContain("player_financial_transaction");
    expect(after.types).toBe(before.types);
    expect(back.types).toBe(before.types);
  });

  test("advisors: every policy that calls a function was re-evaluated for each row, none is after", () => {
    // of the 116 policies two are a bare `false` and call nothing (README of the casino)
    expect(of(before, "auth_rls_initplan")).toHaveLength(114);
    expect(of(after, "auth_rls_initplan")).toEqual([]);
  });

  test("advisors: of sixteen pairs of permissive policies none is left", () => {
    expect(overlaps(before)).toHaveLength(16);
    expect(overlaps(after)).toEqual([]);
  });

  test("advisors: no other finding is new", () => {
    const others = (moment: Moment): string[] =>
      moment.advice
        // PostgreSQL counts uses of indexes: the plan and the checks themselves change what is unused
        .filter(({ name }) => !["multiple_permissive_policies", "unused_index"].includes(name))
        .map(({ cache_key }) => cache_key);
    const known = new Set(others(before));
    expect(others(after).filter((key) => !known.has(key))).toEqual([]);
  });

  test.skipIf(lintMissing !== null)(`lint: no finding is new${because(lintMissing)}`, () => {
    const issues = (moment: Moment): string[] =>
      (moment.lint ?? []).flatMap((of) => of.issues.map(({ message }) => `${of.function}: ${message}`));
    const known = new Set(issues(before));
    expect(issues(after).filter((issue) => !known.has(issue))).toEqual([]);
  });

  test("apply --adopt finds the plan applied by the push, and records it in the journal", () => {
    expect(adopted).toContain("it is in the journal of `staging` now");
  });

  test("rollback restores the policies, and prints the command that corrects the CLI's history", () => {
    expect(back.policies).toEqual(before.policies);
    expect(rolledBack).toContain(`supabase migration repair --status reverted ${version}`);
    // so the next push would leave them as they were, and say that all is up to date
    expect(pending(taken.listed)).toEqual([]);
    expect(taken.next).toEqual([]);
  });

  test("migration repair corrects the history: one migration is pending again, and advisors and lint report the first findings", () => {
    expect(pending(back.history)).toEqual([version]);
    expect(of(back, "auth_rls_initplan")).toEqual(of(before, "auth_rls_initplan"));
    expect(overlaps(back)).toEqual(overlaps(before));
    expect(back.lint).toEqual(before.lint);
  });

  test("a policy that was changed after the plan was made stops the push; nothing is changed and the migration stays pending", () => {
    // the CLI prints the statement as well, where every policy is named
    expect(drifted.refusal).toContain(
      "ERROR: rlsmith: policy player_select on public.player does not exist, and did when the plan was made: run rlsmith plan again",
    );
    expect(drifted.policies).toEqual(drifted.asTheyWere);
    expect(pending(drifted.listed)).toEqual([version]);
  });

  test("after that the same migration can be pushed again", () => {
    expect(pending(again.history)).toEqual([]);
    expect(again.policies).toEqual(after.policies);
    expect(again.types).toBe(after.types);
  });

  test("pushed twice, because its entry in the history was lost, the migration changes nothing", () => {
    expect(twice.policies).toEqual(after.policies);
    expect(pending(twice.listed)).toEqual([]);
  });
});

const of = ({ advice }: Moment, name: string): Advice[] =>
  advice.filter((one) => one.name === name).toSorted((a, b) => (a.cache_key < b.cache_key ? -1 : 1));

/** `relation COMMAND` of every finding about permissive policies of one role. */
const overlaps = (moment: Moment): string[] =>
  of(moment, "multiple_permissive_policies")
    .map(({ detail }) => {
      const [, relation, role, command] =
        /^Table `public\.(\w+)` .* for role `(\w+)` for action `(\w+)`/.exec(detail) ?? [];
      expect(role, detail).toBe("authenticated");
      return `${relation} ${command}`;
    })
    .toSorted();

function counted(advice: readonly Advice[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of advice) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function because(missing: string | null): string {
  return missing === null ? "" : ` (skipped: ${missing})`;
}
