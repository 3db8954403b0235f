import { quoteLiteral } from "../../../src/pg/identifier.ts";
import type { Expected, IsolationCheck, IsolationTests, RowProbe } from "../../../src/verify/emit/isolation-tests.ts";

const A = "aaaaaaaa-0000-4000-8000-000000000001";
const B = "bbbbbbbb-0000-4000-8000-000000000001";
const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";

/** A small project: visits with one policy a command, invoices with one permissive policy for all and a restrictive fence. */
export const CLINIC = `
create table public.visit (id int primary key, org_id uuid not null, note text);
create table public.invoice (id int primary key, org_id uuid not null, visit_id int references public.visit (id) on delete cascade, amount int not null);
alter table public.visit enable row level security;
alter table public.invoice enable row level security;
revoke all on public.invoice from anon;
create policy visit_select on public.visit for select to authenticated using (org_id = ${CLAIM});
create policy visit_insert on public.visit for insert to authenticated with check (org_id = ${CLAIM});
create policy visit_update on public.visit for update to authenticated using (org_id = ${CLAIM}) with check (org_id = ${CLAIM});
create policy visit_delete on public.visit for delete to authenticated using (
  org_id = ${CLAIM} and org_id::text = coalesce(nullif(current_setting('app.org_id', true), ''), org_id::text)
);
create policy invoice_all on public.invoice to authenticated using (${CLAIM} is not null);
create policy invoice_fence on public.invoice as restrictive to authenticated using (org_id = ${CLAIM});
`;

/** Rows of somebody else, and a tenant that is not invented. */
export const OTHER_ROWS = `
insert into public.visit select n, '${A.replaceAll("a", "c")}', 'real' from generate_series(1, 50) n;
insert into public.invoice select n, '${A.replaceAll("a", "c")}', n, 10 from generate_series(1, 50) n;
`;

const claims = (org: string): string =>
  JSON.stringify({ sub: org.replace("0001", "0009"), role: "authenticated", app_metadata: { org_id: org } });

const seen = (table: string, from: number, to: number): string =>
  `select coalesce(jsonb_agg(jsonb_build_array(id::text) order by id), '[]')::text from public.${table} where id between ${from} and ${to}`;
const probe = (table: string, ofB = false): RowProbe => ({
  name: `public.${table}${ofB ? " of B" : ""}`,
  table: `public.${table}`,
  key: "jsonb_build_array(t.id::text)",
  whose: `case t.org_id when '${ofB ? B : A}' then 'o' when '${ofB ? A : B}' then 'f' end`,
});

type Draft = Omit<IsolationCheck, "relation" | "probes">;

const set = (settings: Record<string, string>): string[] =>
  Object.entries(settings).map(
    ([name, value]) => `select set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, true)`,
  );
const reads = (
  persona: string,
  attack: string,
  sql: string,
  kind: "own" | "nothing",
  settings: Record<string, string> = {},
): Draft => ({ answer: "keys", persona, attack, setup: [], before: set(settings), sql, expected: { kind } });
const writes = (
  persona: string,
  attack: string,
  sql: string,
  expected: "own" | "nothing" | "not foreign" | Expected,
  settings: Record<string, string> = {},
): Draft => ({
  answer: "changes",
  persona,
  attack,
  setup: [],
  before: set(settings),
  sql,
  expected: typeof expected === "string" ? { kind: expected } : expected,
});

const visit = [
  reads("A's nurse", "sees its own visits", seen("visit", 900_001, 900_009), "own"),
  reads("B's nurse", "sees its own visits", seen("visit", 900_001, 900_009), "own"),
  reads("nobody", "sees no visit", seen("visit", 900_001, 900_009), "nothing"),
  reads("anon", "sees no visit", seen("visit", 900_001, 900_009), "nothing"),
  reads("A's nurse", "sees its own visits with a variable that says B", seen("visit", 900_001, 900_009), "own", {
    "app.org_id": B,
  }),
  writes("A's nurse", "adds a visit", `insert into public.visit values (900004, '${A}', 'new')`, "own"),
  writes("A's nurse", "adds no visit twice", `insert into public.visit values (900001, '${A}')`, {
    kind: "never",
    answers: "^(own|foreign|rows|done)$",
  }),
  writes(
    "A's nurse",
    "cannot add a visit to B",
    `insert into public.visit values (900005, '${B}', 'planted')`,
    "nothing",
  ),
  writes(
    "A's nurse",
    "cannot move its own visit to B",
    `update public.visit set org_id = '${B}' where id = 900001`,
    "nothing",
  ),
  writes("A's nurse", "cannot move visits to B, blind", `update public.visit set org_id = '${B}'`, "nothing"),
  writes("A's nurse", "cannot change B's visit", `update public.visit set note = 'x' where id = 900003`, "nothing"),
  writes("A's nurse", "deletes none of B's visits, blind", "delete from public.visit", "not foreign"),
  writes("A's nurse", "deletes its own visits, blind", "delete from public.visit", "own"),
  writes("anon", "deletes none of A's visits, with a variable that says A", "delete from public.visit", "nothing", {
    "app.org_id": A,
  }),
];

const invoice = [
  // as where something was open and has been mended: any answer that reaches nothing of another tenant is right
  reads("anon", "reads no invoice, whichever way", seen("invoice", 900_001, 900_009), "nothing"),
  writes("A's nurse", "deletes none of B's invoices", "delete from public.invoice", "not foreign"),
  writes("A's nurse", "deletes own invoices at most", "delete from public.invoice", "not foreign"),
  writes("nobody", "changes no invoice", "update public.invoice set amount = 2", "nothing"),
  reads("A's nurse", "sees its own invoices", seen("invoice", 900_001, 900_009), "own"),
  reads("anon", "may not read invoices", seen("invoice", 900_001, 900_009), "nothing"),
  writes(
    "A's nurse",
    "cannot add an invoice to B",
    `insert into public.invoice values (900005, '${B}', 900003, 1)`,
    "nothing",
  ),
  writes("A's nurse", "deletes none of B's invoices, blind", "delete from public.invoice", "nothing"),
  writes("A's nurse", "changes its own invoice", "update public.invoice set amount = 2 where id = 900001", "own"),
];

/** What a pooled session may have been left with: A's claims, and a variable that says somebody else. */
export const leftBehind = (database: string): string => `
alter database ${database} set "request.jwt.claims" = '${claims(A)}';
alter database ${database} set "app.org_id" = '${B}'`;

/** What is expected of the clinic, written by hand. */
export const clinicTests: IsolationTests = {
  title: "clinic",
  fixtures: [
    `insert into public.visit (id, org_id, note) values (900001, '${A}', 'a'), (900002, '${A}', 'b'), (900003, '${B}', 'c')`,
    `insert into public.invoice (id, org_id, visit_id, amount) values (900001, '${A}', 900001, 1), (900002, '${B}', 900003, 1) -- one each`,
  ],
  personas: [
    { name: "A's nurse", role: "authenticated", claims: claims(A), member: true },
    { name: "B's nurse", role: "authenticated", claims: claims(B), member: true },
    { name: "anon", role: "anon", claims: JSON.stringify({ role: "anon" }), member: false },
    { name: "nobody", role: "authenticated", claims: null, member: false },
  ],
  guarded: ["public.invoice", "public.visit"],
  variables: ["app.org_id"],
  checks: [
    ...invoice.map((check) => ({ ...check, relation: "public.invoice", probes: [probe("invoice")] })),
    ...visit.map((check) => ({
      ...check,
      relation: "public.visit",
      probes: [probe("visit", check.persona === "B's nurse")],
    })),
  ],
};

/** The number of tests: one for each persona and statement, whatever the attack is called; and of two roles and two tables. */
export const PLANNED =
  new Set(
    clinicTests.checks.map(({ persona, sql, before, answer, expected }) =>
      JSON.stringify([persona, sql, before, answer, expected.kind === "never"]),
    ),
  ).size +
  2 +
  2 * 2;

/** Ways to weaken or break the clinic, each of which some test must notice. */
export const WEAKENED: Record<string, string> = {
  "using true": "alter policy visit_select on public.visit using (true)",
  "a policy dropped": "drop policy visit_select on public.visit",
  "the fence dropped": "drop policy invoice_fence on public.invoice",
  "row security off": "alter table public.visit disable row level security",
  "with check of an insert": "alter policy visit_insert on public.visit with check (true)",
  "with check of an update": "alter policy visit_update on public.visit with check (true)",
  "with check gone, and using true": `drop policy visit_update on public.visit;
    create policy visit_update on public.visit for update to authenticated using (true)`,
  "restrictive to permissive": `drop policy invoice_fence on public.invoice;
    create policy invoice_fence on public.invoice to authenticated using (org_id = ${CLAIM})`,
  "permissive to restrictive": `drop policy visit_select on public.visit;
    create policy visit_select on public.visit as restrictive for select to authenticated using (org_id = ${CLAIM})`,
  "one more permissive policy": "create policy extra on public.visit for delete using (true)",
  "a role above row security": "alter role anon bypassrls",
};
