import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeOwnTable } from "../../src/own-schema/index.ts";
import { writeEntries } from "../../src/apply/journal/journal.ts";
import { readState, type Scope } from "../../src/apply/state/state.ts";
import type { Db } from "../../src/db/port.ts";
import { openServer } from "../../src/db/server.ts";
import { historyOfDatabase, rollbackDatabase } from "../../src/pipeline/apply-database.ts";
import { startServer, type TestServer } from "../support/server.ts";

// A relation that was renamed after apply has the plan's policies under its new name. A rollback that looked for the old
// name would leave them there, and with --force the journal would say that they were taken back.

const MAKE = makeOwnTable(
  "history",
  readFileSync(new URL("../../src/apply/queries/journal.sql", import.meta.url), "utf8"),
);
const FORCE = { by: "journal", to: null, force: "it was renamed" } as const;
const POLICIES =
  "select tablename as relation, policyname as name, qual from pg_policies where schemaname <> 'rlsmith' order by 1, 2";

let server: TestServer;
let url: string;
let db: Db;
beforeAll(async () => {
  server = await startServer(18);
});
afterAll(async () => server.stop());
beforeEach(async () => {
  const root = await openServer(server.url);
  await root.exec("drop database if exists target with (force)");
  await root.exec("create database target");
  await root.close();
  url = server.url.replace(/postgres$/, "target");
  db = await openServer(url);
});
afterEach(async () => db.close());

/** Two relations with a policy each, and the entry of a run that changed these. `more`: statements before, and of the run. */
async function recorded(more: readonly [before: string, run: string] = ["", ""]): Promise<void> {
  await db.exec(`create table note (n int, body text); alter table note enable row level security;
    create table other (n int); alter table other enable row level security;
    create policy own on note using (n > 1); create policy own on other using (n > 1); ${more[0]}`);
  const scope: Scope = {
    relations: ["note", "other"].map((name) => ({ schema: "public", name, columns: [] })),
    functions: [],
    schemas: [],
  };
  await db.exec("begin");
  const before = await readState(db, scope);
  await db.exec(`alter policy own on note using (n > 2); alter policy own on other using (n > 2); ${more[1]}`);
  const after = await readState(db, scope);
  await writeEntries(db, [
    {
      run: "00000000-0000-4000-8000-000000000001",
      kind: "apply",
      outcome: "done",
      target: "t",
      planHash: "h",
      group: "all",
      undoes: null,
      person: null,
      rlsmith: "0",
      before,
      after,
      detail: {},
    },
  ]);
  await db.exec("commit");
}

const policies = async (): Promise<unknown[]> => db.query(POLICIES);
const inForce = async (): Promise<unknown> =>
  (await historyOfDatabase(url)).map(({ kind, outcome, undoes }) => [kind, outcome, undoes]);

describe("a relation that has another name since", () => {
  test("is restored under that name, without force", async () => {
    await recorded();
    await db.exec("alter table note rename to memo");
    const { notes, lost } = await rollbackDatabase(url);
    expect(notes).toEqual(["public.note is public.memo now, and is restored under that name"]);
    expect(lost).toEqual([]);
    expect(await policies()).toEqual([
      { relation: "memo", name: "own", qual: "(n > 1)" },
      { relation: "other", name: "own", qual: "(n > 1)" },
    ]);
  });

  test("is named anew in the policies that read it, its own and those of others", async () => {
    const using = (n: number): string => `using (exists (select 1 from note where note.n = other.n and note.n > ${n}))`;
    await recorded([`create policy reads on other ${using(1)}`, `alter policy reads on other ${using(2)}`]);
    await db.exec(`alter table note rename to "the memo"; alter table other rename to note`);
    await rollbackDatabase(url);
    expect(await policies()).toEqual([
      { relation: "note", name: "own", qual: "(n > 1)" },
      {
        relation: "note",
        name: "reads",
        qual: `(EXISTS ( SELECT 1\n   FROM "the memo"\n  WHERE (("the memo".n = note.n) AND ("the memo".n > 1))))`,
      },
      { relation: "the memo", name: "own", qual: "(n > 1)" },
    ]);
  });

  test("is not taken for a new relation of its old name", async () => {
    await recorded();
    await db.exec(`alter table note rename to memo; create table note (n int); alter table note enable row level security;
      create policy own on note using (n > 7); create schema s; alter table other set schema s`);
    await rollbackDatabase(url);
    expect(await policies()).toEqual([
      { relation: "memo", name: "own", qual: "(n > 1)" },
      { relation: "note", name: "own", qual: "(n > 7)" },
      { relation: "other", name: "own", qual: "(n > 1)" },
    ]);
  });

  test("that was dropped is left out with --force, and one that another relation replaces is that one", async () => {
    await recorded();
    await db.exec("drop table note");
    await expect(rollbackDatabase(url, undefined, { dryRun: true })).rejects.toMatchObject({ code: "RELATION_GONE" });
    expect(await inForce()).toEqual([["apply", "done", null]]);
    await expect(rollbackDatabase(url)).rejects.toMatchObject({ code: "RELATION_GONE" });
    expect(await inForce()).toEqual([
      ["apply", "done", null],
      ["rollback", "failed", null],
    ]);
    const { lost } = await rollbackDatabase(url, FORCE);
    expect(lost).toEqual(["public.note: does not exist, and is left out"]);
    expect(await policies()).toEqual([{ relation: "other", name: "own", qual: "(n > 1)" }]);
  });

  test("is looked for by name where the journal was restored from a dump: it has another OID then, as the relations have", async () => {
    await recorded();
    await db.exec(`create table copied as select * from rlsmith.history; drop table rlsmith.history; set search_path = '';
      ${MAKE}; insert into rlsmith.history overriding system value select * from public.copied; reset search_path;
      drop table copied; alter table note rename to memo`);
    expect(await inForce()).toEqual([["apply", "done", null]]);
    await expect(rollbackDatabase(url)).rejects.toMatchObject({ code: "RELATION_GONE" });
  });

  test("a rollback that cannot restore it does not say that it did", async () => {
    await recorded();
    await db.exec("alter table note rename to memo; alter table memo rename column n to m");
    await expect(rollbackDatabase(url, FORCE)).rejects.toMatchObject({ code: expect.any(String) as unknown });
    expect(await inForce()).toEqual([
      ["apply", "done", null],
      ["rollback", "failed", null],
    ]);
    expect(await policies()).toContainEqual({ relation: "memo", name: "own", qual: "(m > 2)" });
  });
});
