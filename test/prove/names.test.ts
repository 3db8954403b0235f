import { expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";

const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";

/** Two relations, one open and one fenced; their names share one text when they are joined with a dot, where `schema` is `a.b`. */
const sql = (schema: string): string => `
create schema "a"; create schema "${schema}";
grant usage on schema "a", "${schema}" to authenticated;
create table "a"."b.c" (id uuid primary key, org_id uuid not null, body text);
create table "${schema}"."c" (id uuid primary key, org_id uuid not null, body text);
grant select on "a"."b.c", "${schema}"."c" to authenticated;
alter table "a"."b.c" enable row level security;
alter table "${schema}"."c" enable row level security;
create policy open_to_all on "a"."b.c" for select to authenticated using (true);
create policy own on "${schema}"."c" for select to authenticated using (org_id = ${CLAIM});
`;

interface Checked {
  verdicts: { relation: { schema: string; name: string }; role: string; answer: string }[];
}

/** Answers for `authenticated` alone: `anon` has no privilege on either. */
async function answers(schema: string): Promise<Record<string, string>> {
  const result = await rlsmith([
    "prove",
    project({ "supabase/migrations/20250101000000_a.sql": sql(schema) }),
    "--never",
    "cross-tenant-read",
    "--tenant",
    "org_id=app_metadata.org_id",
    "--format",
    "json",
  ]);
  expect([result.code, result.stderr]).toEqual([1, expect.any(String)]);
  const { properties } = JSON.parse(result.stdout) as { properties: Checked[] };
  const verdicts = properties.flatMap((checked) => checked.verdicts).filter(({ role }) => role === "authenticated");
  return Object.fromEntries(
    verdicts.map(({ relation, answer }) => [JSON.stringify([relation.schema, relation.name]), answer]),
  );
}

test.each(["a.b", "zz"])(
  'relations "a"."b.c" and "%s"."c" are proved apart',
  async (schema) => {
    expect(await answers(schema)).toEqual({
      '["a","b.c"]': "violated",
      [JSON.stringify([schema, "c"])]: "proved",
    });
  },
  240_000,
);
