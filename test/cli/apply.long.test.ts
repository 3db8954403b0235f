import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startCluster, type Cluster } from "../faults/cluster.ts";
import { makeFixture, makeTemplate, POLICIES, type Fixture } from "../faults/fixture.ts";
import { findMajors } from "../faults/majors.ts";
import { withClient } from "../faults/with-client.ts";
import { rlsmith, type CliResult } from "../support/cli.ts";
import { changePlan } from "../support/plan-file.ts";
import { copyOf, identify } from "../support/work-tree.ts";

const server = findMajors().find(({ missing }) => missing === null);

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture({ rehearse: false });
});

const copy = (targets?: string, more?: string): string => copyOf(fixture.dir, targets, more);

describe.skipIf(!server)("apply, rollback, history, approve on a server", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ bin: server?.bin ?? "" });
    await makeTemplate(cluster, "prepared");
  });
  afterAll(async () => cluster?.stop());
  const fresh = async (name: string): Promise<void> =>
    withClient(cluster.url("postgres"), async (client) => {
      await client.query(`drop database if exists ${name} with (force)`);
      await client.query(`create database ${name} owner deployer template prepared`);
    });
  beforeEach(async () => fresh("target"));

  const env = (): NodeJS.ProcessEnv => ({
    STAGING_URL: cluster.url("target", "deployer"),
    PRODUCTION_URL: cluster.url("production", "deployer"),
  });
  const run = async (dir: string, ...args: string[]): Promise<CliResult> => rlsmith(args, { cwd: dir, env: env() });
  const policies = async (): Promise<string> =>
    withClient(cluster.url("target"), async (client) =>
      String((await client.query<{ policies: string }>(POLICIES)).rows[0]?.policies),
    );
  const exec = async (sql: string): Promise<unknown> =>
    withClient(cluster.url("target", "deployer"), async (client) => client.query(sql));

  test("from a dry run to the rollback", async () => {
    const dir = copy();
    const before = await policies();
    const dry = await run(dir, "apply", "--dry-run");
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringMatching(/public\.note +[\d.]+ ms +[\d.]+ ms/)]);
    expect(dry.stdout).toContain("everything was rolled back");
    expect(dry.stderr).toContain("all: ACCESS EXCLUSIVE on public.customer, public.invoice, public.note");
    expect(await policies()).toBe(before);
    expect((await run(dir, "history")).stdout).toBe("rlsmith has applied nothing here\n");

    expect((await run(dir, "apply")).code).toBe(0);
    const after = await policies();
    expect(after).not.toContain("current_setting");
    const again = await run(dir, "apply");
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("in force on `staging` already")]);

    const dryBack = await run(dir, "rollback", "--dry-run");
    expect([dryBack.code, dryBack.stdout]).toEqual([0, expect.stringContaining("everything was rolled back")]);
    expect(await policies()).toBe(after);
    expect((await run(dir, "rollback")).code).toBe(0);
    expect(await policies()).toBe(before);
    // the same command again takes back nothing else
    const nothing = await run(dir, "rollback");
    expect([nothing.code, nothing.stdout]).toEqual([
      0,
      "✓ nothing to take back on `staging`: nothing that rlsmith applied is in force\n",
    ]);
    const nothingAsJson = await run(dir, "rollback", "--format", "json");
    expect([nothingAsJson.code, JSON.parse(nothingAsJson.stdout)]).toEqual([
      0,
      expect.objectContaining({ outcome: "nothing to take back", undone: [], groups: [], left: [] }),
    ]);

    const history = await run(dir, "history");
    expect(history.stdout).toMatch(/1 .* apply, taken back .* all .* deployer, Security Lead <lead@example\.com>/);
    expect(history.stdout).toMatch(/rollback of 1/);
    const json = JSON.parse((await run(dir, "history", "--format", "json")).stdout) as {
      entries: { kind: string; inForce: boolean; before: { relations: { policies: unknown[] }[] } }[];
    };
    expect(json.entries.map(({ kind, inForce }) => [kind, inForce])).toEqual([
      ["apply", false],
      ["rollback", false],
    ]);
    // every old definition is there: two policies on each of three relations
    expect(json.entries[0]?.before.relations.map((relation) => relation.policies.length)).toEqual([2, 2, 2]);
  });

  test.each([
    { by: "relation", groups: ["public.customer", "public.invoice", "public.note"] },
    { by: "2", groups: ["part 1", "part 2"] },
    { by: "context", groups: ["money", "everything else"] },
  ])("--by $by, and back by number", async ({ by, groups }) => {
    const dir = copy('{ staging: { url: { env: "STAGING_URL" } } }', ' contexts: { money: ["public.invoice"] },');
    const before = await policies();
    const done = await run(dir, "apply", "--by", by, "--format", "json");
    const result = JSON.parse(done.stdout) as { outcome: string; groups: { group: string; entries: number[] }[] };
    expect(result).toMatchObject({
      outcome: "applied",
      groups: groups.map((group, n) => ({ group, entries: [n + 1] })),
    });
    // all but the first
    const part = await run(dir, "rollback", "--to", "1", "--format", "json");
    expect(JSON.parse(part.stdout)).toMatchObject({
      left: [1],
      undone: groups
        .slice(1)
        .toReversed()
        .map((group) => ({ group })),
    });
    expect(await policies()).not.toBe(before);
    const rest = await run(dir, "rollback", "--to", "0");
    expect([rest.code, await policies()]).toEqual([0, before]);
  });

  test("a run that was interrupted continues after the last committed group", async () => {
    const dir = copy();
    expect((await run(dir, "apply", "--by", "relation")).code).toBe(0);
    expect((await run(dir, "rollback", "--to", "2")).code).toBe(0);
    const on = await run(dir, "apply", "--format", "json");
    expect(JSON.parse(on.stdout)).toMatchObject({ groups: [{ locks: [{ relation: "public.note" }] }] });
    expect(await policies()).not.toContain("current_setting");
  });

  test("a group that fails: the JSON tells which groups were committed before, and which were not", async () => {
    const dir = copy();
    const groupsOf = async (...args: string[]): Promise<unknown[]> => {
      const { code, stdout } = await run(dir, ...args, "--format", "json");
      const { error, groups } = JSON.parse(stdout) as { error: { code: string }; groups: unknown };
      return [code, error.code, groups];
    };
    const asSuperuser = async (sql: string): Promise<unknown> =>
      withClient(cluster.url("target"), async (client) => client.query(sql));
    // the groups are those of --by relation, in the order of their names; the server refuses the second
    await asSuperuser(`create function public.refuse() returns event_trigger language plpgsql as $$ begin
        if exists (select from pg_event_trigger_ddl_commands() where object_identity like '% on public.invoice')
        then raise exception 'not today'; end if; end $$;
      create event trigger refuse on ddl_command_end execute function public.refuse();`);
    expect(await groupsOf("apply", "--by", "relation", "--dry-run")).toEqual([
      4,
      "REFUSED_BY_SERVER",
      { committed: [], notCommitted: ["public.customer", "public.invoice", "public.note"], notKnown: [] },
    ]);
    expect(await groupsOf("apply", "--by", "relation")).toEqual([
      4,
      "REFUSED_BY_SERVER",
      {
        committed: [{ group: "public.customer", entries: [1] }],
        notCommitted: ["public.invoice", "public.note"],
        notKnown: [],
      },
    ]);
    await asSuperuser("alter event trigger refuse disable");
    expect((await run(dir, "apply", "--by", "relation")).code).toBe(0);
    await asSuperuser("alter event trigger refuse enable");
    // the way back is the other way round
    expect(await groupsOf("rollback")).toEqual([
      4,
      "REFUSED_BY_SERVER",
      {
        committed: [{ group: "public.note", entries: [expect.any(Number)] }],
        notCommitted: ["public.invoice", "public.customer"],
        notKnown: [],
      },
    ]);
  });

  test("--adopt: what another tool has run", async () => {
    const dir = copy();
    const before = await policies();
    const early = await run(dir, "apply", "--adopt");
    expect([early.code, early.stderr]).toEqual([4, expect.stringContaining("NOTHING_TO_ADOPT")]);
    await exec(readFileSync(fixture.up, "utf8"));
    const plain = await run(dir, "apply");
    expect([plain.code, plain.stderr]).toEqual([4, expect.stringMatching(/NOT_IN_JOURNAL[\s\S]*--adopt/)]);
    expect((await run(dir, "apply", "--adopt")).code).toBe(0);
    expect((await run(dir, "apply")).stdout).toContain("in force on `staging` already");
    expect((await run(dir, "rollback")).code).toBe(0);
    expect(await policies()).toBe(before);
  });

  test("approvals: of two people, of this very plan", async () => {
    const dir = copy('{ staging: { url: { env: "STAGING_URL" }, requireApprovals: 2 } }');
    const none = await run(dir, "apply");
    expect([none.code, none.stderr]).toEqual([
      3,
      expect.stringMatching(/APPROVALS_MISSING[\s\S]*rlsmith approve --as/),
    ]);
    // who tries it out needs nobody's leave
    expect((await run(dir, "apply", "--dry-run")).code).toBe(0);
    await run(dir, "approve", "--as", "Security Lead");
    const said = await run(dir, "approve", "--as", "DBA", "--format", "json");
    expect(JSON.parse(said.stdout)).toMatchObject({ as: "DBA", planHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const one = await run(dir, "apply");
    expect([one.code, one.stderr]).toEqual([
      3,
      expect.stringContaining("requires that 2 people approve this plan, and 1 has approved it"),
    ]);
    identify(dir, "Platform", "platform@example.com");
    expect((await run(dir, "approve", "--as", "Platform")).stderr).toContain("commit it");
    expect((await run(dir, "apply")).code).toBe(0);
    const { entries } = JSON.parse((await run(dir, "history", "--format", "json")).stdout) as {
      entries: { detail: { approvals: { as: string }[] } }[];
    };
    expect(entries[0]?.detail.approvals.map(({ as }) => as)).toEqual(["Security Lead", "DBA", "Platform"]);
    expect((await run(dir, "rollback")).code).toBe(0);
    // the plan changes: nobody has approved that
    changePlan(dir, ({ steps }) => {
      for (const step of steps) step.title = `${step.title}, and more`;
    });
    const changed = await run(dir, "apply");
    expect([changed.code, changed.stderr]).toEqual([3, expect.stringContaining("3 approvals are of another plan")]);
  });

  test("a target that comes after another", async () => {
    await fresh("production");
    const clock = `gate: false, reason: "nobody uses staging"`;
    const targets = (hours: number, gate = clock): string =>
      `{ staging: { url: { env: "STAGING_URL" } }, production: { url: { env: "PRODUCTION_URL" }, after: { target: "staging", hours: ${hours}, ${gate} } } }`;
    const dir = copy(targets(0));
    const early = await run(dir, "apply", "--target", "production");
    expect([early.code, early.stderr]).toEqual([3, expect.stringContaining("is not in force on `staging`")]);
    expect((await run(dir, "apply", "--target", "staging")).code).toBe(0);
    const soon = await run(copy(targets(24)), "apply", "--target", "production");
    expect([soon.code, soon.stderr]).toEqual([3, expect.stringContaining("and 24 h are required")]);
    await exec("alter policy note_read on public.note using (true)");
    const changed = await run(dir, "apply", "--target", "production");
    expect([changed.code, changed.stderr]).toEqual([
      3,
      expect.stringMatching(/were changed after the plan was applied[\s\S]*\+ true/),
    ]);
    expect((await run(dir, "rollback", "--target", "staging", "--force", "--reason", "test")).code).toBe(0);
    expect((await run(dir, "apply", "--target", "staging")).code).toBe(0);
    // nothing in the config says that the gate is not to be asked, and nobody has watched staging
    const unwatched = await run(copy(targets(0, "")), "apply", "--target", "production");
    expect([unwatched.code, unwatched.stderr]).toEqual([
      3,
      expect.stringMatching(
        /has not passed yet: \[GATE_NOT_PASSED\][\s\S]*coverage: (?:not enough yet|cannot be told)[\s\S]*rlsmith watch --target staging/,
      ),
    ]);
    const unsaid = await run(copy(targets(0, "gate: false")), "apply", "--target", "production");
    expect([unsaid.code, unsaid.stderr]).toEqual([2, expect.stringContaining("`gate: false` needs a `reason`")]);
    const applied = await run(dir, "apply", "--target", "production");
    expect([applied.code, applied.stdout]).toEqual([
      0,
      expect.stringContaining("the gate of `staging` was not asked, and only the time counted: nobody uses staging"),
    ]);
    expect(readFileSync(join(dir, ".rlsmith/evidence.jsonl"), "utf8")).toContain(
      '"gateNotAsked":"nobody uses staging"',
    );
  });

  test("rollback where nothing was applied", async () => {
    const none = await run(copy(), "rollback");
    expect([none.code, none.stderr]).toEqual([4, expect.stringMatching(/NOTHING_TO_ROLL_BACK[\s\S]*--adopt/)]);
  });

  test("only its owner has privileges on the journal, regardless of default privileges", async () => {
    await exec(
      "alter default privileges grant all on tables to authenticated; alter default privileges grant all on sequences to anon; alter default privileges grant all on schemas to authenticated",
    );
    expect((await run(copy(), "apply")).code).toBe(0);
    const rights = await withClient(cluster.url("target"), async (client) =>
      client.query<{ role: string; rights: boolean }>(`
        select role, has_schema_privilege(role, 'rlsmith', 'CREATE')
          or has_table_privilege(role, 'rlsmith.history', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
          or has_sequence_privilege(role, 'rlsmith.history_id_seq', 'USAGE, SELECT, UPDATE') as rights
        from unnest(array['anon', 'authenticated', 'app']) role`),
    );
    expect(rights.rows.map(({ rights: any }) => any)).toEqual([false, false, false]);
    const { rows } = await withClient(cluster.url("target"), async (client) =>
      client.query("select relrowsecurity from pg_class where oid = 'rlsmith.history'::regclass"),
    );
    expect(rows).toEqual([{ relrowsecurity: true }]);
    const other = await rlsmith(["history"], { cwd: fixture.dir, env: { STAGING_URL: cluster.url("target", "app") } });
    expect([other.code, other.stderr]).toEqual([4, expect.stringContaining("JOURNAL_NOT_TRUSTED")]);
  });
});
