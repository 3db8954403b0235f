import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { withFork } from "../support/fork.ts";
import { withoutNewRoles } from "../support/roles.ts";

let embedded: Scratch;
beforeAll(async () => {
  embedded = await openScratch({ kind: "embedded" });
});
afterAll(async () => embedded.close());

/** The function reads a table whose forced policies hold for its owner too, and call it again. */
const project = (language: "sql" | "plpgsql"): string => {
  const query = "select c.guild_id from public.crafter c where c.id = (select auth.uid())";
  const body = language === "sql" ? query : `begin return (${query}); end`;
  return `
    create role guild_owner;
    grant usage on schema auth to guild_owner;
    create table public.crafter (id uuid primary key, guild_id uuid not null, name text not null);
    create table public.commission (id uuid primary key, guild_id uuid not null, title text not null);
    alter table public.crafter enable row level security;
    alter table public.crafter force row level security;
    alter table public.commission enable row level security;
    grant select, insert, update, delete on public.crafter, public.commission to authenticated;
    create function public.my_guild() returns uuid language ${language} stable security definer set search_path = ''
      as $$ ${body} $$;
    create policy crafter_guild on public.crafter to authenticated, guild_owner using (guild_id = public.my_guild());
    create policy commission_guild on public.commission to authenticated using (guild_id = public.my_guild());
    alter table public.crafter owner to guild_owner;
    grant create on schema public to guild_owner;
    alter function public.my_guild() owner to guild_owner;`;
};

const attacked = async (language: "sql" | "plpgsql"): Promise<Verification> =>
  withoutNewRoles(embedded.db, async () =>
    withFork(
      project(language),
      async (db) => {
        const found = await verifyScratch(db, await inspect(db), parseConfig({}, "test"), () => {}, silent);
        // the engine is alive
        expect(await db.query("select 1 as one")).toEqual([{ one: 1 }]);
        return found;
      },
      embedded,
    ),
  );

// PostgreSQL ends each statement that comes to a row with 54001; the embedded engine would not survive the default of
// max_stack_depth
test.each(["sql", "plpgsql"] as const)(
  "a %s function that its policies call without end makes the tables unavailable, on the embedded engine too",
  async (language) => {
    const found = await attacked(language);
    expect(found.breaches.map(({ door, object }) => `${door} ${object.name}`).toSorted()).toEqual([
      "unavailable public.commission",
      "unavailable public.crafter",
    ]);
    expect(found.notSettled.map(({ cause }) => cause.kind)).toContain("stack depth");
    expect(found.notSettled.filter(({ cause }) => cause.kind === "defect")).toEqual([]);
  },
);

test("functions that call each other fifty deep come to their end", async () => {
  const found = await withoutNewRoles(embedded.db, async () =>
    withFork(
      `create table public.kiln (id uuid primary key, guild_id uuid not null);
       alter table public.kiln enable row level security;
       create function public.down(levels integer) returns boolean language plpgsql stable
         as $$ begin return levels = 0 or public.down(levels - 1); end $$;
       create policy kiln_guild on public.kiln to authenticated
         using (guild_id = ((select auth.jwt()) -> 'app_metadata' ->> 'guild_id')::uuid and public.down(50));`,
      async (db) => verifyScratch(db, await inspect(db), parseConfig({}, "test"), () => {}, silent),
      embedded,
    ),
  );
  expect(found.breaches).toEqual([]);
  expect(found.conclusive).toBe(true);
  expect(found.notSettled.map(({ cause }) => cause.kind)).not.toContain("stack depth");
});
