import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Gate } from "../../src/index.ts";
import { applyToTarget, rollbackOnTarget } from "../../src/pipeline/apply.ts";
import { findMajors } from "../faults/majors.ts";
import { withClient } from "../faults/with-client.ts";
import { rlsmith } from "../support/cli.ts";
import { claimsOf, startWatching, type Watched, type Watching } from "./situation.ts";

const server = findMajors().find(({ major, missing }) => major === 15 && missing === null);

const TENANT = "00000001-0000-4000-8000-000000000000";
/** Seconds since 1970: the year 2001, and the year 2096. */
const [OLD, NEW] = [1_000_000_000, 4_000_000_000];

/** The project has no members from whose rows claims are copied. */
const NO_SOURCE = { lack: "not readable", what: "the source of the claims" };

interface Written {
  files: { up: string; down: string };
  migration: { up: string; down: string };
}

describe.skipIf(!server)("watch --recorder", () => {
  let watching: Watching;
  beforeAll(async () => {
    watching = await startWatching(server?.bin ?? "");
    await withClient(watching.cluster.url("postgres"), async (client) => {
      await client.query(`do $$ begin
          if to_regrole('authenticator') is null then create role authenticator login noinherit; end if;
        end $$;
        alter role authenticator login password 'test-pw';
        grant anon, authenticated, service_role to authenticator;
        -- Supabase's postgres may do both
        alter role deployer createrole;
        grant set on parameter pgrst.db_pre_request to deployer`);
    });
  });
  afterAll(async () => watching?.stop());
  // the setting of a role is one for all databases
  afterEach(async () =>
    withClient(watching.cluster.url("postgres"), async (client) =>
      client.query("alter role authenticator reset pgrst.db_pre_request"),
    ),
  );

  const setting = async (): Promise<string | null> =>
    withClient(watching.cluster.url("postgres"), async (client) => {
      const { rows } = await client.query<{ rolconfig: string[] | null }>(
        "select rolconfig from pg_roles where rolname = 'authenticator'",
      );
      return rows[0]?.rolconfig?.join() ?? null;
    });

  const run = async (one: Watched, ...args: string[]) => rlsmith(["watch", one.on.projectDir, "--recorder", ...args]);

  const write = async (one: Watched, ...args: string[]): Promise<Written> => {
    const { code, stdout, stderr } = await run(one, "--format", "json", ...args);
    expect([code, stderr]).toEqual([0, expect.stringContaining("wrote ")]);
    const written = JSON.parse(stdout) as Written;
    for (const way of ["up", "down"] as const)
      expect(readFileSync(written.files[way], "utf8")).toBe(written.migration[way]);
    return written;
  };

  /** As PostgREST does it: the role and the claims, then the function that it reads from the setting. */
  const requests = async (name: string, times: number, iat: number, claims: object = claimsOf(TENANT)): Promise<void> =>
    withClient(watching.cluster.url(name, "authenticator"), async (client) => {
      for (let n = 0; n < times; n += 1) {
        await client.query("begin read only");
        await client.query(
          "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)",
          [JSON.stringify({ ...claims, iat })],
        );
        await client.query("select rlsmith_recorder.request()");
        await client.query("commit");
      }
      await client.query("select pg_stat_force_next_flush()");
      await client.query("select 1");
    });

  const claimsIn = ({ judgements }: Gate) => judgements.find(({ criterion }) => criterion === "claims");

  test("keeps the function that PostgREST calls already, and what apply tells it makes old tokens stale", async () => {
    const one = await watching.database("kept");
    await one.exec(`create function public.check_request() returns void language plpgsql as $$
        begin
          if current_setting('request.jwt.claims', true)::jsonb ->> 'sub' = 'banned' then
            raise exception 'banned as %', current_user;
          end if;
        end $$;
      alter role authenticator set pgrst.db_pre_request = 'public.check_request'`);
    const { files, migration } = await write(one);
    // beside the plan's file, in the folder of the project
    expect(basename(join(files.up, ".."))).toBe("migrations");
    expect(files.up).toMatch(/rlsmith_recorder\.sql$/);
    await withClient(watching.cluster.url("kept", "deployer"), async (client) => client.query(migration.up));
    expect(await setting()).toContain("pgrst.db_pre_request=rlsmith_recorder.request");
    // the project's own check works on, as the role of the request
    await expect(requests("kept", 1, NEW, { ...claimsOf(TENANT), sub: "banned" })).rejects.toThrow(
      "banned as authenticated",
    );
    const again = await run(one);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("RECORDER_INSTALLED")]);

    await one.load();
    const { notes } = await applyToTarget(one.on, {
      plan: one.plan,
      cut: { kind: "all" },
      dryRun: false,
      adopt: false,
      approvals: [],
      migration: "",
    });
    expect(notes.join()).not.toContain("recorder");
    // 60 of 3 / 0.05 are wanted: those with old tokens are none of them
    await requests("kept", 70, OLD);
    expect(claimsIn((await one.sample()).gate)).toMatchObject({
      state: "not enough yet",
      n: 0,
      causes: [{ cause: "stale token", role: "authenticated", count: 70, of: 70 }],
    });
    // what the attack of the first sample after the change has scanned is no request
    await requests("kept", 70, NEW);
    expect(claimsIn((await one.sample()).gate)).toMatchObject({
      state: "passed",
      n: 70,
      k: 0,
      causes: [],
      lacks: [NO_SOURCE],
    });
    await requests("kept", 2, OLD, { role: "authenticated" });
    expect(claimsIn((await one.sample()).gate)).toMatchObject({
      state: "failed",
      causes: expect.arrayContaining([
        expect.objectContaining({ cause: "request without claim", claim: "app_metadata.tenant_id", count: 2 }),
      ]),
    });

    // a rollback, and a later apply, each with a time of its own
    const told = async (): Promise<unknown> =>
      ((await one.exec("select rlsmith_recorder.applied_at() as at")) as { rows: { at: string | null }[] }).rows[0]?.at;
    const earlier = await told();
    expect(Number(earlier)).toBeGreaterThan(OLD);
    const { notes: said } = await rollbackOnTarget(one.on, {
      by: "journal",
      to: null,
      force: null,
      dryRun: false,
      migration: null,
    });
    expect([said.join().includes("recorder"), await told()]).toEqual([false, null]);
    await requests("kept", 70, OLD);
    await one.apply();
    expect(Number(await told())).toBeGreaterThan(Number(earlier));
    await requests("kept", 70, NEW);
    // the two requests without a claim were made with the plan that was taken back
    expect((await one.sample()).gate.samples.after).toBe(1);
    await requests("kept", 70, NEW);
    expect(claimsIn((await one.sample()).gate)).toMatchObject({ state: "passed", k: 0, causes: [] });

    await withClient(watching.cluster.url("kept", "deployer"), async (client) => client.query(migration.down));
    expect(await setting()).toContain("pgrst.db_pre_request=public.check_request");
  });

  test("says what the recorder does not know where apply may not tell it the time of the change", async () => {
    const one = await watching.database("untold");
    const { migration } = await write(one, "--out", "recorder");
    // another role installs it
    await one.exec(migration.up);
    const { outcome, notes } = await applyToTarget(one.on, {
      plan: one.plan,
      cut: { kind: "all" },
      dryRun: false,
      adopt: false,
      approvals: [],
      migration: "",
    });
    expect([outcome, notes]).toEqual([
      "applied",
      [
        expect.stringMatching(
          /^the recorder was not told the time of the change.*permission denied for schema rlsmith_recorder/,
        ),
      ],
    ]);
    await requests("untold", 70, NEW);
    expect(claimsIn((await one.sample()).gate)).toMatchObject({
      state: "cannot be told",
      n: 70,
      lacks: [{ lack: "nothing before", what: "rlsmith_recorder.applied_at" }, NO_SOURCE],
    });
    await one.exec(migration.down);
    expect(await setting()).toBeNull();
  });

  test("leaves a setting for one database to a person, and takes the function of PostgREST's file by its name", async () => {
    const one = await watching.database("own_setting");
    await one.exec("alter role authenticator in database own_setting set pgrst.db_pre_request = 'public.check'");
    const shown = await run(one, "--out", "recorder");
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("set for this database alone")]);
    expect(shown.stdout).toContain("about 0.04 ms for each request");
    expect(readFileSync(/wrote (\S+)/.exec(shown.stderr)?.[1] ?? "", "utf8")).not.toContain("alter role");
    await one.exec("alter role authenticator in database own_setting reset all");
    const { migration } = await write(one, "--out", "of_file", "--pre-request", "public.check");
    expect(migration.up).toContain('perform "public"."check"()');
    expect(migration.up).toContain('alter role "authenticator" set pgrst.db_pre_request');
    expect(existsSync(join(one.on.projectDir, "of_file"))).toBe(true);
    // the recorder of another database: it would call itself
    await one.exec("alter role authenticator set pgrst.db_pre_request = 'rlsmith_recorder.request'");
    expect((await write(one, "--out", "of_other")).migration.up).not.toContain(
      'perform "rlsmith_recorder"."request"()',
    );
  });
});
