import { expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { withFork } from "../support/fork.ts";

const BREWERY = `brewery_id = (select (auth.jwt() -> 'app_metadata' ->> 'brewery_id')::uuid)`;
const BREWER = `nullif(current_setting('app.brewer_id', true), '')::uuid`;

/** Attack with a variable of any client's, which stands for the user of the token. */
const attacked = async (sql: string): Promise<Verification> =>
  withFork(sql, async (db) => {
    const config = parseConfig({ context: { "app.brewer_id": { claim: "sub", type: "uuid" } } }, "test");
    return verifyScratch(db, await inspect(db), config, () => {}, silent);
  });

const causes = ({ breaches }: Verification): string[] =>
  breaches.map(({ door, object }) => `${door} ${object.name}`).toSorted();

test("a variable that stands for the user is set to the keys of rows, which need not be the ids of users", async () => {
  // any client can set it to the key of a row of the other brewery, which the second arm of the policy then returns
  const found = await attacked(`
    create table public.brewer (id uuid primary key, brewery_id uuid not null, name text not null);
    alter table public.brewer enable row level security;
    create policy brewer_read on public.brewer for select to authenticated using (${BREWERY} or id = ${BREWER});`);
  expect(causes(found)).toEqual(["session-variable public.brewer"]);
  const statements = found.breaches.flatMap(({ statements }) => statements).join("\n");
  expect(statements).toContain(`set "app"."brewer_id"`);
});

test("the row that is updated, and the one that is inserted, are among the keys that are tried", async () => {
  const found = await attacked(`
    create table public.brewer (id uuid primary key, brewery_id uuid not null, name text not null);
    alter table public.brewer enable row level security;
    create policy brewer_read on public.brewer for select to authenticated using (true);
    create policy brewer_write on public.brewer for update to authenticated using (${BREWERY} or id = ${BREWER});
    create policy brewer_add on public.brewer for insert to authenticated with check (${BREWERY} or id = ${BREWER});`);
  // every row can be read, whatever the variable holds; to write those of another brewery takes the variable
  const writes = found.breaches.flatMap(({ commands }) => commands);
  expect(writes).toContain("UPDATE");
  expect(writes).toContain("INSERT");
});

test("of two tables whose keys a variable is compared with, each is tried", async () => {
  const table = (name: string): string => `
    create table public.${name} (id uuid primary key, brewery_id uuid not null, name text not null);
    alter table public.${name} enable row level security;
    create policy ${name}_read on public.${name} for select to authenticated using (${BREWERY} or id = ${BREWER});`;
  const found = await attacked(`${table("brewer")} ${table("taster")}`);
  expect(causes(found)).toEqual(["session-variable public.brewer", "session-variable public.taster"]);
});

test("a variable that is compared with the key and the tenant of the token beside it opens nothing", async () => {
  const found = await attacked(`
    create table public.brewer (id uuid primary key, brewery_id uuid not null, name text not null);
    alter table public.brewer enable row level security;
    create policy brewer_read on public.brewer for select to authenticated
      using (${BREWERY} and (id = ${BREWER} or ${BREWER} is null));`);
  expect(causes(found)).toEqual([]);
});
