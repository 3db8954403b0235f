import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeOwnTable } from "../../src/own-schema/index.ts";
import { readJournal, writeEntries, type NewEntry } from "../../src/apply/journal/journal.ts";
import type { State } from "../../src/apply/state/state.ts";
import { openServer } from "../../src/db/server.ts";
import type { Db } from "../../src/db/port.ts";
import { historyOfDatabase, rollbackDatabase } from "../../src/pipeline/apply-database.ts";
import { PLANTED, stateOf } from "./recorded.ts";
import { startServer, type TestServer } from "../support/server.ts";

// A rollback executes the journal with the privileges of its login, so a role that is less than the login must not be
// able to write what is executed, nor have anything of its own run when the journal is read or written.

const MAKE = makeOwnTable(
  "history",
  readFileSync(new URL("../../src/apply/queries/journal.sql", import.meta.url), "utf8"),
);

const entryOf = (before: State, after: State | null = before): NewEntry => ({
  run: "00000000-0000-4000-8000-000000000001",
  kind: "apply",
  outcome: "done",
  target: "t",
  planHash: "h",
  group: "all",
  undoes: null,
  person: "Ümlaut <a@example.com>",
  rlsmith: "0",
  before,
  after,
  detail: { reason: "no reason" },
});

/** Changes to a journal that rlsmith has made, and the line that names each. */
const CHANGES: readonly (readonly [sql: string, line: RegExp])[] = [
  ["alter table rlsmith.history owner to low", /^it belongs to low$/],
  ["alter schema rlsmith owner to low", /^schema rlsmith belongs to low$/],
  ["grant create on schema rlsmith to low", /^low may create objects in schema rlsmith$/],
  ["grant insert on rlsmith.history to low", /^low may write to it, and is not its owner$/],
  ["grant update (before) on rlsmith.history to low", /^low may write to it, and is not its owner$/],
  ["grant insert on rlsmith.history to public", /^public may write to it, and is not its owner$/],
  ["grant trigger on rlsmith.history to low", /^low may write to it, and is not its owner$/],
  ["grant update on sequence rlsmith.history_id_seq to low", /^low may write to it, and is not its owner$/],
  [
    "create trigger t before insert on rlsmith.history for each row execute function public.tr()",
    /^trigger t is on it$/,
  ],
  ["create rule r as on insert to rlsmith.history do also select public.fn()", /^rule r is on it$/],
  ["create policy p on rlsmith.history using (public.fn() > 0)", /^policy p is on it$/],
  ["alter table rlsmith.history force row level security", /^row security is forced on it$/],
  ["alter table rlsmith.history disable row level security", /^row security is off on it$/],
  [
    "alter table rlsmith.history add column x int default public.fn()",
    /^column x \(integer default public\.fn\(\)\) was added$/,
  ],
  [
    "alter table rlsmith.history add column x int generated always as (public.fn()) stored",
    /^column x \(integer generated from public\.fn\(\)\) was added$/,
  ],
  [
    "alter table rlsmith.history alter column target set default public.fn()::text",
    /^column target is text not null default \(public\.fn\(\)\)::text, and/,
  ],
  [
    "alter table rlsmith.history alter column plan_hash type public.dom",
    /^column plan_hash is public\.dom, and rlsmith makes it text$/,
  ],
  [
    "alter table rlsmith.history alter column run drop not null",
    /^column run is uuid, and rlsmith makes it uuid not null$/,
  ],
  ["alter table rlsmith.history drop column person", /^column person is missing$/],
  ["alter table rlsmith.history drop column hash", /^column hash is missing$/],
  [
    "alter table rlsmith.history add check (public.fn() > 0)",
    /^constraint CHECK \(\(public\.fn\(\) > 0\)\) was added$/,
  ],
  ["alter table rlsmith.history drop constraint history_kind_check", /^constraint CHECK .* is missing$/],
  [
    "create table public.other (id bigint references rlsmith.history on delete cascade)",
    /^constraint FOREIGN KEY \(id\) .* was added$/,
  ],
  ["create index i on rlsmith.history ((public.fn()))", /^index CREATE INDEX i .* was added$/],
  ["create table public.child () inherits (rlsmith.history)", /^public\.child inherits from it$/],
  [
    "create table public.parent (run uuid not null); alter table rlsmith.history inherit public.parent",
    /^it inherits from public\.parent$/,
  ],
  ["alter table rlsmith.history set unlogged", /^it is not permanent$/],
  [
    "alter table rlsmith.history rename to h; create view rlsmith.history as select * from rlsmith.h",
    /^it is a view, and no table$/,
  ],
  [
    "alter table rlsmith.history rename to h; create materialized view rlsmith.history as select * from rlsmith.h",
    /^it is a materialized view, and no table$/,
  ],
  [
    "alter table rlsmith.history rename to h; create table rlsmith.history (id int) partition by list (id)",
    /^it is a partitioned table, and no table$/,
  ],
  [
    "create foreign data wrapper w; create server s foreign data wrapper w; alter table rlsmith.history rename to h; create foreign table rlsmith.history (id int) server s",
    /^it is a foreign table, and no table$/,
  ],
  [
    "drop table rlsmith.history; create table rlsmith.history (id bigint)",
    /^column id is bigint, and rlsmith makes it bigint not null generated always as identity$/,
  ],
  ["alter role low bypassrls; grant pg_write_all_data to low", /^low may write to it, and is not its owner$/],
  [
    "update rlsmith.history set before = null where id = 1",
    /^entry 1 was changed, or one before it was: its hash is another$/,
  ],
  [
    "update rlsmith.history set detail = '{}' where id = 1",
    /^entry 1 was changed, or one before it was: its hash is another$/,
  ],
  [
    "update rlsmith.history set at = at + interval '1 s' where id = 2",
    /^entry 2 was changed, or one before it was: its hash is another$/,
  ],
  [
    "update rlsmith.history set hash = md5(hash) where id = 1",
    /^entry 2 was changed, or one before it was: its hash is another$/,
  ],
  ["delete from rlsmith.history where id = 1", /^entry 2 was changed, or one before it was: its hash is another$/],
];

describe.each([15, 18] as const)("PostgreSQL %i", (major) => {
  let server: TestServer;
  let admin: Db;
  beforeAll(async () => {
    server = await startServer(major);
    const root = await openServer(server.url);
    await root.exec(`create role deployer login createrole password 'pw'`);
    await root.close();
    // from version 16 on, the role that creates another is its member
    const deployer = await openServer(as("deployer", "postgres"));
    await deployer.exec("create role low login password 'pw'");
    await deployer.close();
    const grant = await openServer(server.url);
    await grant.exec("grant low to deployer");
    await grant.close();
  });
  afterAll(async () => server.stop());
  beforeEach(async () => {
    const root = await openServer(server.url);
    await root.exec("drop database if exists target with (force)");
    await root.exec("create database target owner deployer");
    await root.close();
    admin = await openServer(as("postgres", "target", "test-pw"));
    await admin.exec(`
      grant create on database target to low; grant usage, create on schema public to deployer; grant usage on schema public to low;
      set role deployer; create table public.secret (line text); insert into public.secret values ('of the deployer');
      create table public.note (n int); reset role;
      create domain public.dom as text;
      create function public.fn() returns int language sql immutable as 'select 1';
      create function public.tr() returns trigger language plpgsql as 'begin return new; end'`);
    await admin.close();
  });

  const as = (login: string, database = "target", password = "pw"): string => {
    const url = new URL(server.url);
    [url.username, url.password, url.pathname] = [login, password, `/${database}`];
    return url.toString();
  };
  const exec = async (login: string, sql: string): Promise<Record<string, unknown>[][]> => {
    const db = await openServer(as(login, "target", login === "postgres" ? "test-pw" : "pw"));
    try {
      return await db.exec(sql);
    } finally {
      await db.close();
    }
  };
  const lowReads = async (): Promise<unknown> =>
    (await exec("postgres", "select has_table_privilege('low', 'public.secret', 'select') as reads"))[0]?.[0];

  const written = async (...entries: NewEntry[]): Promise<void> => {
    const db = await openServer(as("deployer"));
    try {
      await db.exec("begin");
      await writeEntries(db, entries);
      await db.exec("commit");
    } finally {
      await db.close();
    }
  };
  const refusal = (line: unknown): object => ({
    code: "JOURNAL_NOT_TRUSTED",
    list: expect.arrayContaining([line]) as unknown,
  });

  test("a journal that another role made is not executed, not even in a dry run", async () => {
    const state = (definition: string | null): string =>
      JSON.stringify({
        relations: [],
        functions: [{ schema: "public", name: "f", arguments: "", definition }],
        schemas: [],
      });
    await exec(
      "low",
      `${MAKE};
       insert into rlsmith.history (run, kind, outcome, target, plan_hash, group_name, rlsmith, before, after, hash)
       values (gen_random_uuid(), 'apply', 'done', 't', 'h', 'all', '0', $low$${state(PLANTED)}$low$, $low$${state(null)}$low$, '')`,
    );
    await expect(rollbackDatabase(as("deployer"), undefined, { dryRun: true })).rejects.toMatchObject({
      code: "JOURNAL_NOT_TRUSTED",
    });
    await expect(historyOfDatabase(as("deployer"))).rejects.toMatchObject({ code: "JOURNAL_NOT_TRUSTED" });
    expect(await lowReads()).toEqual({ reads: false });
  });

  test("the journal that rlsmith makes is read, by its owner and by a superuser", async () => {
    await written(entryOf(stateOf()), { ...entryOf(stateOf({ definition: null })), kind: "rollback", undoes: 1 });
    const history = await historyOfDatabase(as("deployer"));
    expect(history.map(({ id, before, person }) => ({ id, before, person }))).toEqual([
      { id: 1, before: stateOf(), person: "Ümlaut <a@example.com>" },
      { id: 2, before: stateOf({ definition: null }), person: "Ümlaut <a@example.com>" },
    ]);
    // the superuser does not trust the deployer, who could have planted it
    await expect(historyOfDatabase(as("postgres", "target", "test-pw"))).rejects.toMatchObject(
      refusal("it belongs to deployer"),
    );
    await exec("postgres", "grant select on rlsmith.history to low; set timezone = 'Asia/Tokyo'");
    await exec(
      "postgres",
      "alter role deployer set timezone = 'Asia/Tokyo'; alter role deployer set datestyle = 'SQL, DMY'",
    );
    expect(await historyOfDatabase(as("deployer"))).toHaveLength(2);
    await exec("postgres", "alter role deployer reset all");
  });

  test("each change to the journal is refused and named", async () => {
    await written(entryOf(stateOf()), entryOf(stateOf()));
    for (const [sql, line] of CHANGES) {
      const db = await openServer(as("postgres", "target", "test-pw"));
      await db.exec(`begin; ${sql}; set local role deployer`);
      // in the transaction of the change, which is then rolled back
      const found = readJournal(db);
      await expect(found, sql).rejects.toMatchObject(refusal(expect.stringMatching(line)));
      await db.close();
    }
  });

  test("a text that is more than one statement is refused in the login's own journal too", async () => {
    await written(entryOf(stateOf({ definition: PLANTED }), stateOf({ definition: null })));
    await expect(rollbackDatabase(as("deployer"), undefined, { dryRun: true })).rejects.toMatchObject(
      refusal(expect.stringContaining("entry 1: `before`: the definition of function public.f(a integer) is not one")),
    );
    expect(await lowReads()).toEqual({ reads: false });
  });

  test("nothing of a role that owns the table runs when an entry is written", async () => {
    await exec(
      "low",
      `${MAKE};
       create function rlsmith.take() returns trigger language plpgsql as 'begin grant select on public.secret to low; return new; end';
       create trigger t before insert on rlsmith.history for each row execute function rlsmith.take();
       grant usage on schema rlsmith to deployer; grant all on rlsmith.history to deployer`,
    );
    await expect(written(entryOf(stateOf()))).rejects.toMatchObject(refusal("it belongs to low"));
    expect(await lowReads()).toEqual({ reads: false });
  });

  test("a schema of another role is not used for a new journal", async () => {
    await exec("low", "create schema rlsmith; grant all on schema rlsmith to deployer");
    await expect(written(entryOf(stateOf()))).rejects.toMatchObject(refusal("schema rlsmith belongs to low"));
  });
});
