import { quoteIdent, quoteLiteral } from "../../src/pg/identifier.ts";

export const A = "10000000-0000-4000-8000-000000000001";
export const B = "10000000-0000-4000-8000-000000000002";
const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";

/** Key columns with their types, and the key of a row of each of two tenants. */
export interface Keys {
  columns: [name: string, type: string][];
  a: string[];
  b: string[];
}

const text = (a: string, b: string): Keys => ({ columns: [["id", "text"]], a: [a], b: [b] });
const texts = (a: [string, string], b: [string, string]): Keys => ({
  columns: [
    ["city", "text"],
    ["street", "text"],
  ],
  a,
  b,
});

/** Keys that look alike, or like several keys, once they are joined, split, rounded or printed without quotes. */
export const KEYS: Record<string, Keys> = {
  "line break": text("first\nline", "second\nline"),
  "line of the other": text("one", "two\none"),
  tab: text("o\tpublic.x\t1", "f\tpublic.x\t1"),
  quotes: text(`'a' "b"`, `'a' "c"`),
  backslash: text(String.raw`a\nb`, "a\nb"),
  "two backslashes": text(String.raw`a\\b`, String.raw`a\b`),
  comma: text("a,b", "a, b"),
  brackets: text('["a"]', '[["a"]]'),
  "a zero byte in JSON": text(String.raw`\u0000`, String.raw`\0`),
  empty: text("", " "),
  "null and empty": text("null", ""),
  "beyond ASCII": text("é\u2028🏥", "é\u2029🏥"),
  "a space moved": texts(["New York", "Avenue"], ["New", "York Avenue"]),
  "a comma moved": texts(["a, b", "c"], ["a", "b, c"]),
  "a quote moved": texts(['a", "b', "c"], ["a", 'b", "c']),
  "a line break moved": texts(["a\nb", "c"], ["a", "b\nc"]),
  "an empty part": texts(["", "a"], ["a", ""]),
  "null as a text": texts(["null", "a"], ["NULL", "a"]),
  "rounded numbers": { columns: [["id", "bigint"]], a: ["9007199254740993"], b: ["9007199254740992"] },
  booleans: { columns: [["id", "boolean"]], a: ["true"], b: ["false"] },
  uuids: { columns: [["id", "uuid"]], a: [A.replace("1", "a")], b: [B.replace("1", "a")] },
  moments: { columns: [["at", "timestamptz"]], a: ["2025-01-01 00:00:00.000001Z"], b: ["2025-01-01 00:00:00.000002Z"] },
};

/** A relation with those keys and a row of each tenant; a policy that fences, or one that shows every row. */
export function keyedTable(schema: string, name: string, { columns, a, b }: Keys, open: boolean): string {
  const table = `${quoteIdent(schema)}.${quoteIdent(name)}`;
  const names = columns.map(([column]) => quoteIdent(column)).join(", ");
  const row = (key: string[], org: string): string =>
    `(${key.map((value, n) => `${quoteLiteral(value)}::${columns[n]?.[1]}`).join(", ")}, '${org}')`;
  return `
create schema if not exists ${quoteIdent(schema)};
grant usage on schema ${quoteIdent(schema)} to authenticated;
create table ${table} (${columns.map(([column, type]) => `${quoteIdent(column)} ${type}`).join(", ")}, org_id uuid not null, primary key (${names}));
alter table ${table} enable row level security;
create policy own on ${table} to authenticated using (org_id = ${CLAIM}${open ? " or true" : ""});
grant select on ${table} to authenticated;
insert into ${table} values ${row(a, A)}, ${row(b, B)};`;
}

/** Who belongs to which tenant. */
export const MEMBERS = `
create table public.member (user_id uuid not null, org_id uuid not null, primary key (user_id, org_id));
alter table public.member enable row level security;
create policy own on public.member for select to authenticated using (user_id = (select auth.uid()));
grant select on public.member to authenticated;
insert into auth.users (id) values ('00000000-0000-4000-8000-00000000000a'), ('00000000-0000-4000-8000-00000000000b');
insert into public.member values ('00000000-0000-4000-8000-00000000000a', '${A}'), ('00000000-0000-4000-8000-00000000000b', '${B}');`;
