import type pg from "pg";
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { catalogHash } from "../../src/pg/catalog-hash.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { openServer } from "../../src/db/server.ts";
import { startPgBouncer } from "../support/pgbouncer.ts";
import { start, type Run } from "./child.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { makeFixture, makeTemplate, POLICIES, type Fixture } from "./fixture.ts";
import { findMajors } from "./majors.ts";
import { rlsmithProgram } from "./program.ts";
import { startProxy } from "./proxy.ts";
import { openClient, withClient } from "./with-client.ts";

// What may stand in the way of apply and rollback, and what they say then. Nothing is ever half done.

let fixture: Fixture;
beforeAll(async () => {
  fixture = await makeFixture({ rehearse: false });
});

/** The fixture's project with another target. */
function projectWith(target: string): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-project-"));
  cpSync(fixture.dir, dir, { recursive: true });
  const config = join(dir, "rlsmith.config.ts");
  writeFileSync(config, readFileSync(config, "utf8").replace(/staging: \{.*\}/, `staging: ${target} }`));
  return dir;
}

const run = async (url: string, args: readonly string[], dir = fixture.dir): Promise<Run> =>
  start(rlsmithProgram(dir, args)(url), 60_000).ended;

const policiesOf = async (url: string): Promise<unknown> =>
  withClient(url, async (client) => (await client.query<{ policies: string }>(POLICIES)).rows[0]?.policies);

const hashOf = async (url: string): Promise<string> => {
  const db = await openServer(url);
  try {
    return catalogHash(await inspect(db));
  } finally {
    await db.close();
  }
};

const refused = (code: string, ...parts: string[]): unknown[] => [
  4,
  ...[code, ...parts].map((one) => expect.stringContaining(one)),
];
const said = ({ code, stderr }: Run, parts: number): unknown[] => [
  code,
  ...Array.from({ length: parts + 1 }, () => stderr),
];

/** A cluster with databases for each test, copied from one in the state before the migration. */
async function stage(bin: string, more: Parameters<typeof startCluster>[0] | null = null): Promise<Stage> {
  const cluster = await startCluster({ ...more, bin });
  await makeTemplate(cluster, "prepared");
  const admin = cluster.url("target");
  return {
    cluster,
    url: cluster.url("target", "deployer"),
    admin,
    fresh: async () =>
      withClient(cluster.url("postgres"), async (client) => {
        await client.query("drop database if exists target with (force)");
        await client.query("create database target owner deployer template prepared");
      }),
    exec: async (sql) => withClient(admin, async (client) => client.query(sql)),
  };
}

/** Hold ACCESS EXCLUSIVE on a relation until the answer is called. */
async function withHeldLock(url: string, relation: string): Promise<() => Promise<void>> {
  const client = openClient(url);
  await client.connect();
  await client.query(`begin; lock table ${relation} in access exclusive mode`);
  return async () => client.end();
}

interface Stage {
  cluster: Cluster;
  /** as the owner of the relations */
  url: string;
  /** as the superuser */
  admin: string;
  fresh(): Promise<void>;
  exec(sql: string): Promise<pg.QueryResult>;
}

for (const { title, bin, missing } of findMajors())
  describe.skipIf(missing)(`${title}${missing ? ` not run: ${missing}` : ""}`, () => {
    let on: Stage;
    beforeAll(async () => {
      on = await stage(bin ?? "");
    });
    beforeEach(async () => on.fresh());
    afterAll(async () => on?.cluster.stop());

    test("the catalog after a rollback is that of before, to the hash", async () => {
      const before = await hashOf(on.url);
      expect((await run(on.url, ["apply", "--by", "relation"])).code).toBe(0);
      expect(await hashOf(on.url)).not.toBe(before);
      expect((await run(on.url, ["rollback"])).code).toBe(0);
      expect(await hashOf(on.url)).toBe(before);
    });

    test("two runs at once: the plan is applied once, and both report it", async () => {
      const both = await Promise.all([run(on.url, ["apply"]), run(on.url, ["apply"])]);
      // the second waits for its turn and then finds it in force
      expect(both.map(({ code }) => code)).toEqual([0, 0]);
      expect(both.map(({ stdout }) => stdout.includes("in force on `staging` already")).toSorted()).toEqual([
        false,
        true,
      ]);
      const { rows } = await on.exec("select kind, outcome from rlsmith.history");
      expect(rows).toEqual([{ kind: "apply", outcome: "done" }]);
    });

    test("a policy changed by hand between plan and apply", async () => {
      await on.exec("alter policy note_read on public.note using (true)");
      const before = await policiesOf(on.url);
      const done = await run(on.url, ["apply"]);
      expect(said(done, 2)).toEqual(refused("TARGET_DIFFERS", "public.note.note_read USING:", "  + true"));
      expect(await policiesOf(on.url)).toBe(before);
    });

    test("a run that is refused before its first group has its entry in the journal, and a dry run has none", async () => {
      expect((await run(on.url, ["apply"])).code).toBe(0);
      expect((await run(on.url, ["rollback"])).code).toBe(0);
      await on.exec("alter policy note_read on public.note using (true)");
      expect((await run(on.url, ["apply", "--dry-run"])).code).toBe(4);
      expect((await run(on.url, ["apply"])).code).toBe(4);
      const { rows } = await on.exec(
        "select kind, outcome, group_name as group, detail ->> 'error' as error from rlsmith.history order by id",
      );
      expect(rows).toEqual([
        { kind: "apply", outcome: "done", group: "all", error: null },
        { kind: "rollback", outcome: "done", group: "all", error: null },
        { kind: "apply", outcome: "failed", group: "(none)", error: expect.stringMatching(/^TARGET_DIFFERS: /) },
      ]);
    });

    const BEGIN = "begin; set local statement_timeout";
    /** by now the state was read in the transaction, and what is read under the locks are its row versions */
    const LOCKS = "do $rlsmith$ declare want record";
    test.each([
      {
        what: "a policy changed",
        at: BEGIN,
        sql: "alter policy note_read on public.note using (true)",
        says: ["CHANGED_MEANWHILE", "+ true"],
      },
      {
        what: "a relation dropped",
        at: BEGIN,
        sql: "drop table public.note",
        says: ["CHANGED_MEANWHILE", "public.note: is missing"],
      },
      {
        what: "a policy dropped",
        at: BEGIN,
        sql: "drop policy note_read on public.note",
        says: ["CHANGED_MEANWHILE", "note_read: is missing"],
      },
      {
        what: "a policy changed",
        at: LOCKS,
        sql: "alter policy note_read on public.note using (true)",
        says: ["CHANGED_MEANWHILE", "+ true"],
      },
      {
        what: "a relation dropped",
        at: LOCKS,
        sql: "drop table public.note",
        says: ["REFUSED_BY_SERVER", "rlsmith plan"],
      },
      {
        what: "a policy dropped",
        at: LOCKS,
        sql: "drop policy note_read on public.note",
        says: ["CHANGED_MEANWHILE", "note_read: is missing"],
      },
    ])("$what in the moment between looking and locking, before `$at`", async ({ at, sql, says }) => {
      const proxy = await startProxy({ host: "127.0.0.1", port: on.cluster.port });
      try {
        proxy.arm({
          step: ({ sql: text }) => text.startsWith(at),
          moment: "before",
          act: async () => {
            await on.exec(sql);
            return "pass";
          },
        });
        const done = await run(proxy.through(on.url), ["apply"]);
        expect(proxy.sprung).not.toBeNull();
        expect(proxy.failure).toBeNull();
        expect(said(done, says.length - 1)).toEqual(refused(says[0] ?? "", ...says.slice(1)));
        // the other relations are as they were
        const policies = String(await policiesOf(on.url));
        expect(policies.match(/current_setting/g)?.length ?? 0).toBeGreaterThan(0);
        expect(policies).not.toContain("SELECT (((( SELECT auth.jwt()");
      } finally {
        await proxy.stop();
      }
    });

    test.each([
      { how: "itself", sql: "", reads: "nullif(current_setting('app.tenant_id', true), '')::uuid" },
      {
        how: "through a function",
        sql: "create function public.tenant() returns uuid language sql stable as $$ select nullif(current_setting('app.tenant_id', true), '')::uuid $$;",
        reads: "public.tenant()",
      },
    ])("a policy that was made since and reads the variable, $how", async ({ sql, reads }) => {
      await on.exec(`${sql} create table public.later (tenant_id uuid); alter table public.later enable row level security;
        create policy later_read on public.later for select to authenticated using (tenant_id = ${reads})`);
      expect(said(await run(on.url, ["apply"]), 1)).toEqual(
        refused("VARIABLE_STILL_READ", "public.later.later_read would still read `app.tenant_id`"),
      );
    });

    test("a relation that was dropped", async () => {
      await on.exec("drop table public.note");
      expect(said(await run(on.url, ["apply"]), 1)).toEqual(refused("RELATION_GONE", "public.note"));
    });

    test("an event trigger on the target that reacts to DDL: its changes are not committed", async () => {
      await on.exec(`
        create function public.meddle() returns event_trigger language plpgsql as $$
        begin
          if not exists (select from pg_policy where polname = 'meddled') and to_regclass('public.note') is not null then
            create policy meddled on public.note using (true);
          end if;
        end $$;
        create event trigger meddle on ddl_command_end when tag in ('ALTER POLICY') execute function public.meddle()`);
      const before = await policiesOf(on.url);
      expect(said(await run(on.url, ["apply"]), 1)).toEqual(
        refused("NOT_AS_PLANNED", "public.note.meddled: was added"),
      );
      expect(await policiesOf(on.url)).toBe(before);
    });

    test.each([
      { rows: "as they are", sql: "select 1" },
      {
        rows: "with keys beyond 2^53, and a column t",
        sql: `alter table public.note alter id drop identity; update public.note set id = id + 1234567890123456789;
              alter table public.note add column t timestamptz default now()`,
      },
    ])("new policies under which somebody reads rows of others, $rows: not committed", async ({ sql }) => {
      await on.exec(sql);
      // a claim that everybody's token has: the plan's own look, not the prover, has to see it
      await on.exec(`
        create or replace function auth.jwt() returns jsonb language sql stable as
        $$ select jsonb_build_object('app_metadata', jsonb_build_object('tenant_id', coalesce(nullif(current_setting('app.tenant_id', true), ''), '00000001-0000-4000-8000-000000000000'))) $$`);
      const before = await policiesOf(on.url);
      expect(said(await run(on.url, ["apply"]), 2)).toEqual(
        refused("OBJECTION", "reads rows of another tenant", "public.note: "),
      );
      expect(await policiesOf(on.url)).toBe(before);
    });

    test("a relation whose check takes long is not checked while it is locked, and the output says so", async () => {
      await on.exec(`
        create or replace function auth.jwt() returns jsonb language plpgsql stable as
        $$ begin perform pg_sleep(0.1); return nullif(current_setting('request.jwt.claims', true), '')::jsonb; end $$`);
      const done = await run(on.url, ["apply", "--format", "json"]);
      expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
      const { notes, groups } = JSON.parse(done.stdout) as { notes: string[]; groups: { locks: { held: number }[] }[] };
      expect(notes.join()).toContain("not checked before COMMIT");
      // six looks at each of three relations would sleep for more than a second
      expect(Math.max(...groups.flatMap(({ locks }) => locks.map(({ held }) => held)))).toBeLessThan(1000);
    });

    test("rollback of a policy that was changed since: refused with the difference, and done with --force and a reason", async () => {
      const before = await policiesOf(on.url);
      expect((await run(on.url, ["apply"])).code).toBe(0);
      await on.exec("alter policy note_read on public.note using (true)");
      const after = await policiesOf(on.url);
      expect(said(await run(on.url, ["rollback"]), 2)).toEqual(
        refused("CHANGED_SINCE", "public.note.note_read USING:", "  + true"),
      );
      expect(await policiesOf(on.url)).toBe(after);
      const forced = await run(on.url, ["rollback", "--force", "--reason", "the change was a mistake"]);
      expect([forced.code, forced.stdout]).toEqual([0, expect.stringContaining("was overwritten:")]);
      expect(await policiesOf(on.url)).toBe(before);
      const { rows } = await on.exec(
        "select detail ->> 'reason' as reason from rlsmith.history where kind = 'rollback' and outcome = 'done'",
      );
      expect(rows).toEqual([{ reason: "the change was a mistake" }]);
    });

    test("settings of a login that decide how expressions are printed, read or hidden: all the same", async () => {
      const before = await hashOf(on.url);
      await on.exec(
        "create policy since on public.note as restrictive for select using (body <> '2026-03-04'::date::text)",
      );
      await on.exec("drop policy since on public.note");
      const settings = [
        "default_transaction_isolation = 'repeatable read'",
        "datestyle = 'SQL, DMY'",
        "intervalstyle = 'sql_standard'",
        "timezone = 'Asia/Tokyo'",
        "quote_all_identifiers = on",
        "standard_conforming_strings = off",
        "row_security = off",
        "search_path = public, pg_catalog",
        "statement_timeout = '5s'",
      ];
      // taken for Postgres' own by whoever looks into public first
      await on.exec(
        "create function public.current_setting(text, boolean) returns text language sql as $$ select 'another' $$",
      );
      await on.exec(settings.map((one) => `alter role deployer set ${one}`).join(";"));
      try {
        const applied = await run(on.url, ["apply"]);
        expect([applied.code, applied.stderr]).toEqual([0, expect.any(String)]);
        await on.exec("alter role deployer reset all");
        const back = await run(on.url, ["rollback"]);
        expect([back.code, back.stderr]).toEqual([0, expect.any(String)]);
        await on.exec("drop function public.current_setting(text, boolean)");
        expect(await hashOf(on.url)).toBe(before);
      } finally {
        await on.exec("alter role deployer reset all");
      }
    });

    test("a column, a default and a policy created later: the rollback leaves them unchanged", async () => {
      const before = await policiesOf(on.url);
      expect((await run(on.url, ["apply"])).code).toBe(0);
      await on.exec(
        `alter table public.note add column kind text default 'plain'; alter table public.note alter column body set default '';
         create policy note_later on public.note as restrictive for delete using (kind <> 'kept')`,
      );
      const done = await run(on.url, ["rollback"]);
      expect([done.code, done.stdout]).toEqual([
        0,
        expect.stringContaining("public.note.note_later was created later, and stays"),
      ]);
      expect(await policiesOf(on.url)).toContain("note_later");
      await on.exec("drop policy note_later on public.note");
      expect(await policiesOf(on.url)).toBe(before);
    });

    test("a relation that was dropped since: with --force the others are restored", async () => {
      expect((await run(on.url, ["apply"])).code).toBe(0);
      await on.exec("drop table public.note");
      expect(said(await run(on.url, ["rollback"]), 1)).toEqual(refused("RELATION_GONE", "public.note"));
      const forced = await run(on.url, ["rollback", "--force", "--reason", "note is not wanted any more"]);
      expect([forced.code, forced.stdout]).toEqual([
        0,
        expect.stringContaining("public.note: does not exist, and is left out"),
      ]);
      expect(String(await policiesOf(on.url)).match(/current_setting/g)?.length).toBeGreaterThan(3);
    });

    test("a journal of another role is not trusted: a rollback would execute its contents as this login", async () => {
      await on.exec(`
        create schema rlsmith; create table rlsmith.history (id bigint); grant all on schema rlsmith to public; grant all on rlsmith.history to public`);
      expect(said(await run(on.url, ["apply"]), 1)).toEqual(
        refused("JOURNAL_NOT_TRUSTED", "public may write to it, and is not its owner"),
      );
      await on.exec("alter table rlsmith.history owner to app; alter schema rlsmith owner to app");
      expect(said(await run(on.url, ["apply"]), 1)).toEqual(refused("JOURNAL_NOT_TRUSTED", "belongs to app"));
      expect(said(await run(on.url, ["history"]), 1)).toEqual(refused("JOURNAL_NOT_TRUSTED", "belongs to app"));
      await on.exec("drop schema rlsmith cascade");
      expect((await run(on.url, ["apply"])).code).toBe(0);
      await on.exec(`
        create function public.sneak() returns trigger language plpgsql as $$ begin return new; end $$;
        create trigger sneak before insert on rlsmith.history for each row execute function public.sneak()`);
      expect(said(await run(on.url, ["rollback"]), 1)).toEqual(
        refused("JOURNAL_NOT_TRUSTED", "trigger sneak is on it"),
      );
    });

    test("a member of the owner that becomes it at login", async () => {
      await on.exec(`
        create role deploy_bot login noinherit password 'test-pw' in role deployer;
        alter role deploy_bot set role = deployer`);
      try {
        const done = await run(on.cluster.url("target", "deploy_bot"), ["apply"]);
        expect([done.code, done.stderr]).toEqual([0, expect.any(String)]);
        expect((await run(on.url, ["rollback"])).code).toBe(0);
      } finally {
        await on.exec("drop role deploy_bot");
      }
    });

    test("another transaction holds one of the relations: the wait is limited, also for a read", async () => {
      const held = await withHeldLock(on.admin, "public.note");
      try {
        const started = performance.now();
        const done = await run(on.url, ["apply"]);
        expect(said(done, 1)).toEqual(refused("REFUSED_BY_SERVER", "run the same command again"));
        expect(performance.now() - started).toBeLessThan(20_000);
      } finally {
        await held();
      }
    });

    test("a login that does not own the relations, and one that may not make the journal", async () => {
      const app = await run(on.cluster.url("target", "app"), ["apply"]);
      expect([app.code, app.stderr]).toEqual([4, expect.stringContaining("INSUFFICIENT_PRIVILEGE")]);
      await on.exec("alter database target owner to postgres");
      const noJournal = await run(on.url, ["apply"]);
      expect(said(noJournal, 1)).toEqual(refused("INSUFFICIENT_PRIVILEGE", "the journal needs CREATE on the database"));
      const readOnly = await run(`${on.url}?options=-c%20default_transaction_read_only%3Don`, ["apply"]);
      expect(said(readOnly, 1)).toEqual(refused("READ_ONLY_LOGIN", "default_transaction_read_only"));
    });

    test("a standby", async () => {
      const { rows } = await on.exec("show data_directory");
      const signal = join(String(rows[0]?.["data_directory"]), "standby.signal");
      writeFileSync(signal, "", { mode: 0o666 });
      try {
        await on.cluster.crash();
        expect(said(await run(on.url, ["apply"]), 1)).toEqual(refused("READ_ONLY_STANDBY", "the target is a standby"));
      } finally {
        rmSync(signal);
        await on.cluster.crash();
      }
    });

    test("no room on the disk for the journal: nothing has changed, and with room the same command completes", async () => {
      const place = mkdtempSync(join(tmpdir(), "rlsmith-small-"));
      const small = join(place, "disk");
      mkdirSync(small);
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=400m,mode=0777", "tmpfs", small], { stdio: "pipe" });
      } catch {
        console.log(`${title}: a full disk was not tried: mounting is not allowed here`);
        return;
      }
      try {
        execFileSync("chmod", ["0755", place]);
        const tiny = await stage(bin ?? "", { bin: bin ?? "", place: small });
        const proxy = await startProxy({ host: "127.0.0.1", port: tiny.cluster.port });
        try {
          await tiny.fresh();
          const before = await policiesOf(tiny.url);
          const filler = join(small, "filler");
          proxy.arm({
            step: ({ sql }) => sql.startsWith("insert into rlsmith.history"),
            moment: "before",
            act: async () => {
              const { bavail, bsize } = statfsSync(small);
              try {
                writeFileSync(filler, Buffer.alloc(bavail * bsize));
              } catch (error) {
                // statements that were sent before may take room meanwhile: full is full
                if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
              }
              return "pass";
            },
          });
          const full = await run(proxy.through(tiny.url), ["apply"]);
          expect(proxy.sprung).not.toBeNull();
          expect(proxy.failure).toBeNull();
          rmSync(filler);
          proxy.arm(null);
          expect(full.code, full.stdout + full.stderr).toBe(4);
          expect(full.stderr).toMatch(/No space left on device.*53100|CONNECTION_LOST/s);
          expect(await policiesOf(tiny.url)).toBe(before);
          const again = await run(proxy.through(tiny.url), ["apply"]);
          expect(again.code, again.stderr).toBe(0);
        } finally {
          await proxy.stop();
          await tiny.cluster.stop();
        }
      } finally {
        execFileSync("umount", [small]);
        rmSync(place, { recursive: true, force: true });
      }
    });
  });

// What does not depend on the major.
const any = findMajors().find(({ missing }) => missing === null);
describe.skipIf(!any)("the connection to the target", () => {
  let on: Stage;
  beforeAll(async () => {
    on = await stage(any?.bin ?? "");
  });
  beforeEach(async () => on.fresh());
  afterAll(async () => on?.cluster.stop());

  test("another rlsmith that does not end: its backend is named", async () => {
    await withClient(on.url, async (client) => {
      await client.query("set application_name = 'somebody else'");
      await client.query("select pg_advisory_lock(x'726c736d'::int, 1)");
      const done = await run(on.url, ["apply"]);
      expect(said(done, 2)).toEqual(refused("ANOTHER_RUN", "(deployer somebody else", "pg_terminate_backend"));
    });
  });

  test("a pooler: refused in transaction mode, fine in session mode", async (context) => {
    const pools = [
      await startPgBouncer(on.url, { size: 4 }),
      await startPgBouncer(on.url, { size: 4, mode: "session" }),
    ];
    try {
      const [transaction, session] = pools;
      if (!transaction || !session) return context.skip("no PgBouncer");
      expect(said(await run(transaction.url, ["apply"]), 1)).toEqual(refused("TRANSACTION_POOLER", "session mode"));
      expect((await run(session.url, ["apply"])).code).toBe(0);
    } finally {
      for (const pool of pools) await pool?.stop();
    }
  });

  test("TLS as the URL says", async (context) => {
    const none = await run(`${on.url}?sslmode=require`, ["apply"]);
    expect([none.code, none.stderr]).toEqual([4, expect.stringMatching(/SSL/)]);
    const dir = mkdtempSync(join(tmpdir(), "rlsmith-tls-"));
    const [key, certificate] = [join(dir, "key.pem"), join(dir, "certificate.pem")];
    try {
      execFileSync(
        "openssl",
        [
          "req",
          "-x509",
          "-newkey",
          "rsa:2048",
          "-nodes",
          "-days",
          "2",
          "-subj",
          "/CN=127.0.0.1",
          "-addext",
          "subjectAltName=IP:127.0.0.1",
          "-keyout",
          key,
          "-out",
          certificate,
        ],
        { stdio: "pipe" },
      );
    } catch {
      return context.skip("no openssl");
    }
    execFileSync("chmod", ["0755", dir]);
    execFileSync("chmod", ["0600", key]);
    if (process.getuid?.() === 0) execFileSync("chown", ["postgres", key]);
    const tls = await stage(any?.bin ?? "", {
      bin: any?.bin ?? "",
      settings: { ssl: "on", ssl_cert_file: certificate, ssl_key_file: key },
    });
    try {
      await tls.fresh();
      const blind = await run(`${tls.url}?sslmode=verify-full`, ["apply"]);
      expect(said(blind, 1)).toEqual(refused("CERTIFICATE_REFUSED", "sslrootcert"));
      const seeing = await run(`${tls.url}?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificate)}`, [
        "apply",
      ]);
      expect([seeing.code, seeing.stderr]).toEqual([0, expect.any(String)]);
      expect((await run(`${tls.url}?sslmode=require`, ["rollback"])).code).toBe(0);
      const encrypted = async (query: string): Promise<unknown> => {
        const db = await openServer(`${tls.url}${query}`);
        try {
          return (await db.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()"))[0]?.["ssl"];
        } finally {
          await db.close();
        }
      };
      const modes = ["", "?sslmode=prefer", "?sslmode=allow", "?sslmode=disable", "?sslmode=no-verify"];
      const found = [];
      for (const mode of modes) found.push(await encrypted(mode));
      expect(found).toEqual([true, true, false, false, true]);
    } finally {
      await tls.cluster.stop();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  test("a command that prints the URL", async () => {
    const dir = projectWith('{ url: { command: "cat url.txt" } }');
    const file = join(dir, "url.txt");
    writeFileSync(file, `${on.url}\n`);
    expect((await run("", ["apply"], dir)).code).toBe(0);
    writeFileSync(file, "");
    expect(said(await run("", ["rollback"], dir), 1)).toEqual(refused("NO_TARGET_URL", "printed nothing"));
    writeFileSync(file, `${on.url}\nand more\n`);
    const more = await run("", ["rollback"], dir);
    expect(said(more, 1)).toEqual(refused("NO_TARGET_URL", "more than a URL"));
    rmSync(file);
    expect(said(await run("", ["rollback"], dir), 1)).toEqual(refused("NO_TARGET_URL", "ended with 1"));
  });

  test("the password is nowhere: output, journal, files, process title, what others see of the session", async () => {
    const seen: string[] = [];
    const looking = setInterval(() => {
      void on
        .exec(
          "select coalesce(string_agg(concat_ws(' ', usename, application_name, query), ' '), '') as all from pg_stat_activity",
        )
        .then(
          ({ rows }) => seen.push(String(rows[0]?.["all"])),
          () => {},
        );
    }, 40);
    const child = start(rlsmithProgram(fixture.dir, ["apply", "--format", "json"])(on.url), 60_000);
    const titles: string[] = [];
    const reading = setInterval(() => {
      const file = `/proc/${child.child.pid}/cmdline`;
      if (existsSync(file)) titles.push(readFileSync(file, "utf8"));
    }, 20);
    const done = await child.ended;
    clearInterval(looking);
    clearInterval(reading);
    const failed = await run(on.url.replace("test-pw", "test-pw-wrong"), ["apply"]);
    const unreadable = await run("postgres://deployer:test-pw#@127.0.0.1:1/x", ["apply"]);
    const { rows } = await on.exec("select coalesce(string_agg(h::text, ''), '') as all from rlsmith.history h");
    expect([done.code, failed.code, unreadable.code]).toEqual([0, 4, 2]);
    expect(titles.length).toBeGreaterThan(0);
    expect(seen.some((text) => text.includes("rlsmith apply"))).toBe(true);
    const all = [done, failed, unreadable].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    for (const text of [...all, ...seen, ...titles, String(rows[0]?.["all"])]) expect(text).not.toContain("test-pw");
    expect(spawnSync("grep", ["-rl", "test-pw", fixture.dir], { encoding: "utf8" }).stdout).toBe("");
  });
});
