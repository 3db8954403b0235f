import { expect, test } from "vitest";
import {
  readState,
  readStateAgain,
  readVersionedState,
  readVersions,
  sameState,
  type Scope,
} from "../../src/apply/state/index.ts";
import { openServer } from "../../src/db/server.ts";
import { startServer } from "../support/server.ts";

const SCHEMA = `create schema app;
create table public.parcels (id int primary key, firm text default 'x', other text);
create table public.others (id int);
create policy own on public.parcels using (firm = current_user);
comment on policy own on public.parcels is 'said';
create function app.firm() returns text language sql as 'select 1::text';
create role versions_reader;
create policy named on public.parcels to versions_reader using (true);`;

const SCOPE: Scope = {
  relations: [{ schema: "public", name: "parcels", columns: ["firm"] }],
  functions: [{ schema: "app", name: "firm", arguments: "" }],
  schemas: ["app", "later"],
};

/** Statements that change the state of the scope; the second list does not. */
const CHANGES = [
  "alter policy own on public.parcels using (firm = 'y')",
  "create policy more on public.parcels using (true)",
  "drop policy own on public.parcels",
  "alter policy own on public.parcels rename to mine",
  "comment on policy own on public.parcels is 'said otherwise'",
  "comment on policy own on public.parcels is null",
  "alter policy own on public.parcels to versions_reader",
  "alter role versions_reader rename to versions_other",
  "alter table public.parcels enable row level security",
  "alter table public.parcels force row level security",
  "alter table public.parcels alter firm set default 'z'",
  "alter table public.parcels alter firm drop default",
  "alter table public.parcels rename to plots",
  "drop table public.parcels",
  "create or replace function app.firm() returns text language sql as 'select 2::text'",
  "drop function app.firm()",
  "grant execute on function app.firm() to versions_reader",
  "comment on function app.firm() is 'said'",
  "create schema later",
];
const NO_CHANGES = [
  "insert into public.parcels values (1)",
  "analyze public.parcels",
  "alter table public.parcels alter other set default 'z'",
  "create policy own on public.others using (true)",
];

test("the versions are others after every change of the state, and the prepared query reads the state after it", async () => {
  // of its own, for a role belongs to the whole server
  const server = await startServer(15);
  const db = await openServer(server.url);
  try {
    await db.exec(SCHEMA);
    // as another client of a pooler may have left it
    await db.exec("prepare other as select 1 as one");
    for (const [n, sql] of [...CHANGES, ...NO_CHANGES].entries()) {
      await db.exec("begin");
      try {
        const { versions, state } = await readVersionedState(db, SCOPE);
        expect([sql, await readVersions(db, SCOPE)]).toEqual([sql, versions]);
        await db.exec(sql);
        expect([sql, (await readVersions(db, SCOPE)) !== versions]).toEqual([sql, n < CHANGES.length]);
        const after = await readStateAgain(db);
        expect([sql, after]).toEqual([sql, await readState(db, SCOPE)]);
        // not the other way round: a privilege on a function is seen, and is not in this state
        expect([sql, n < CHANGES.length || sameState(after, state)]).toEqual([sql, true]);
      } finally {
        await db.exec("rollback");
      }
    }
    expect(await db.query("execute other")).toEqual([{ one: 1 }]);
  } finally {
    await db.close();
    await server.stop();
  }
});
