import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openSource } from "../../src/pipeline/source.ts";
import { verifySource } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { project } from "../support/cli.ts";

const CLAIM = "(select (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'firm_id')::uuid)";
/** A role that asks a table of switches, which only a seed fills: one row of it opens every parcel. */
const SCHEMA = (role: string, make: string): string => `${make}
create table public.switches (name text primary key);
create table public.parcels (id uuid primary key default gen_random_uuid(), firm_id uuid not null, label text not null);
create function public.is_open() returns boolean language sql stable security definer set search_path = '' as $$
  select exists (select 1 from public.switches where name = 'all parcels')
$$;
alter table public.switches enable row level security;
alter table public.parcels enable row level security;
create policy parcels_read on public.parcels for select to ${role} using (firm_id = ${CLAIM} or public.is_open());
revoke all on all tables in schema public from public;
revoke all on all functions in schema public from public;
grant usage on schema public to ${role};
grant execute on function public.is_open() to ${role};
grant select on public.parcels to ${role};`;
const SEED = "insert into public.switches values ('all parcels');";

async function attacked(files: Record<string, string>): Promise<Verification> {
  const source = await openSource({
    projectDir: project(files),
    scratch: { kind: "embedded" },
    strict: false,
    progress: silent,
  });
  try {
    return await verifySource(source, null, () => {}, silent);
  } finally {
    await source.close();
  }
}

const causes = ({ breaches }: Verification): string[] => breaches.map(({ door, object }) => `${door} ${object.name}`);

const OPEN = ["policy public.parcels"];
const PLAIN = SCHEMA("app_user", "create role app_user login;");
const SUPABASE = SCHEMA("authenticated", "").replaceAll("from public;", "from public, anon, authenticated;");

describe("rows of a seed open what rows of invented tenants do not", () => {
  test.each<[string, Record<string, string>, string[]]>([
    ["no seed", { "migrations/0001_a.sql": PLAIN }, []],
    ["plain, beside the migrations", { "migrations/0001_a.sql": PLAIN, "seed.sql": SEED }, OPEN],
    ["Prisma", { "prisma/migrations/1_a/migration.sql": PLAIN, "prisma/seed.sql": SEED }, OPEN],
    ["db/seeds.sql", { "db/migrations/0001_a.sql": PLAIN, "db/seeds.sql": SEED }, OPEN],
    [
      "Supabase's default",
      {
        "supabase/migrations/20260101000000_a.sql": SUPABASE,
        "supabase/config.toml": "[db]\n",
        "supabase/seed.sql": SEED,
      },
      OPEN,
    ],
    [
      "a pattern in config.toml",
      {
        "supabase/migrations/20260101000000_a.sql": SUPABASE,
        "supabase/config.toml": '[db.seed]\nenabled = true\nsql_paths = [\n  "./seeds/*.sql", # all of them\n]\n',
        "supabase/seeds/parcels.sql": SEED,
      },
      OPEN,
    ],
    [
      "seeds switched off",
      {
        "supabase/migrations/20260101000000_a.sql": SUPABASE,
        "supabase/config.toml": "[db.seed]\nenabled = false\n",
        "supabase/seed.sql": SEED,
      },
      [],
    ],
  ])("%s", async (_, files, wanted) => {
    expect(causes(await attacked(files))).toEqual(wanted);
  });

  test("a statement of a seed that fails is reported, and the others still run", async () => {
    const found = await attacked({
      "migrations/0001_a.sql": PLAIN,
      "seed.sql": `insert into public.no_such_table values (1);\n${SEED}`,
    });
    expect(causes(found)).toEqual(OPEN);
    expect(found.notes.find(({ code }) => code === "seed-failed")?.message).toContain("seed.sql:1 42P01");
  });
});

test("seeds are read where they are run: another command does not mind one that it cannot read", async () => {
  const projectDir = project({ "migrations/0001_a.sql": PLAIN, "seed.sql": SEED });
  const source = await openSource({ projectDir, scratch: { kind: "embedded" }, strict: false, progress: silent });
  try {
    rmSync(join(projectDir, "seed.sql"));
    expect(source.catalog.policies).toHaveLength(1);
    expect(causes(await verifySource(source, null, () => {}, silent))).toEqual([]);
  } finally {
    await source.close();
  }
});

test("a seed has the extensions that it uses", async () => {
  const source = await openSource({
    projectDir: project({
      "migrations/0001_a.sql": PLAIN,
      "seed.sql": `create extension citext; insert into public.switches values ('all parcels'::citext);`,
    }),
    scratch: { kind: "embedded" },
    strict: false,
    seeds: true,
    progress: silent,
  });
  try {
    const found = await verifySource(source, null, () => {}, silent);
    expect(found.notes.find(({ code }) => code === "seed-failed")).toBeUndefined();
    expect(causes(found)).toEqual(OPEN);
  } finally {
    await source.close();
  }
});
