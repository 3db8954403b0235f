import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";

/**
 * A Rails application: one login, which owns its tables and sets the tenant for each request (`SET app.org_id`). Row
 * security is forced, since it would not apply to an owner otherwise (manual, 5.9 Row Security Policies).
 */
const table = (name: string): string => `
  create table ${name} (id uuid primary key default gen_random_uuid(), org_id int not null, label text not null default '');
  alter table ${name} enable row level security;
  alter table ${name} force row level security;
  create policy own on ${name} using (org_id = nullif(current_setting('app.org_id', true), '')::int);
  alter table ${name} owner to rails;`;
const PROJECT = `create role rails login; grant usage, create on schema public to rails;
  create schema auth; grant usage, create on schema auth to rails;
  create table auth.users (id uuid primary key default gen_random_uuid(), org_id int not null, email text not null);
  alter table auth.users enable row level security;
  alter table auth.users force row level security;
  create policy own on auth.users using (org_id = nullif(current_setting('app.org_id', true), '')::int);
  alter table auth.users owner to rails;
  ${table("public.orders")} ${table("public.invoices")}`;

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" }, { platform: { kind: "plain" } });
});
afterAll(async () => scratch.close());

async function breachesOf(sql: string): Promise<string[]> {
  const fork = await scratch.fork();
  try {
    await fork.db.exec(`${PROJECT} ${sql}`);
    const found = await verifyScratch(fork.db, await inspect(fork.db), null, () => {}, silent);
    expect(found.conclusive).toBe(true);
    return found.breaches.map(({ door, object }) => `${door} ${object.name}`).toSorted();
  } finally {
    await fork.close();
  }
}

/** A client that runs SQL sets the variable itself, so that it is believed on every table. */
const BELIEVED = ["session-variable auth.users", "session-variable public.invoices", "session-variable public.orders"];

describe("a Rails-style project with its own auth.users", () => {
  test("every table believes the variable", async () => {
    expect(await breachesOf("")).toEqual(BELIEVED);
  });

  test.each<[string, string, string]>([
    [
      "a policy that is true",
      "create policy all_of_them on public.orders for select using (true);",
      "policy public.orders",
    ],
    [
      "a policy that is true, on the accounts",
      "create policy all_of_them on auth.users for select using (true);",
      "policy auth.users",
    ],
    [
      "row security not forced",
      "alter table public.invoices no force row level security;",
      "owner-not-forced public.invoices",
    ],
    [
      "row security of the accounts not forced",
      "alter table auth.users no force row level security;",
      "owner-not-forced auth.users",
    ],
    ["row security off", "alter table public.invoices disable row level security;", "rls-off public.invoices"],
    [
      "a view of the migrations' login",
      "create view public.labels as select org_id, label from public.orders; grant select on public.labels to rails;",
      "view public.labels",
    ],
  ])("%s", async (_, sql, breach) => {
    expect(await breachesOf(sql)).toContain(breach);
  });
});
