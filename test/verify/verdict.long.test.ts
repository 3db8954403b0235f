import { expect, test } from "vitest";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyScratch } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import type { Cell } from "../../src/verify/matrix/cell.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { withFork } from "../support/fork.ts";

const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";
const NOTES = `
create table public.note (id uuid primary key default gen_random_uuid(), org_id uuid not null, body text not null);
alter table public.note enable row level security;
create policy own on public.note to authenticated using (org_id = ${CLAIM}) with check (org_id = ${CLAIM});
`;
/** Nothing says what a row of it has to do with a tenant. */
const WORDS = `
create table public.word (id int primary key, text text not null);
alter table public.word enable row level security;
create policy all_read on public.word for select to authenticated using (true);
`;

async function attacked(sql: string, config: UserConfig = {}): Promise<{ found: Verification; cells: Cell[] }> {
  const cells: Cell[] = [];
  const known = parseConfig(config, "test");
  const work = async (db: Db): Promise<Verification> =>
    verifyScratch(db, await inspect(db), known, (cell) => cells.push(cell), silent);
  return { found: await withFork(sql, work), cells };
}

const codes = ({ notes }: Verification): string[] => notes.map(({ code }) => code);

test("rows were reached that nobody knows whose they are: not held, no breach, and a note names the table and the setting", async () => {
  const { found, cells } = await attacked(NOTES + WORDS);
  expect(found.breaches).toEqual([]);
  const [read] = cells.filter((c) => c.relation === "public.word" && c.attack === "read" && c.persona === "A's member");
  expect(read?.outcome).toEqual({ kind: "not settled", cause: { kind: "owner unknown" } });
  expect(read?.judgement).toBe("not settled");
  const note = found.notes.find(({ code }) => code === "whose-unknown")?.message;
  expect(note).toContain("`public.word`");
  expect(note).toContain("`verify.tenant`");
  expect(note).not.toContain("public.note`");
  expect(
    found.heat.find(({ relation, command }) => relation === "public.word" && command === "SELECT")?.ownerUnknown,
  ).toBeGreaterThan(0);
});

test("a table that is declared to be everybody's has no such note", async () => {
  const { found } = await attacked(NOTES + WORDS, { verify: { shared: { "public.word": "one list of words" } } });
  expect(found.breaches).toEqual([]);
  expect(codes(found)).not.toContain("whose-unknown");
});

test("what a MERGE deletes is told with DELETE", async () => {
  const { found } = await attacked(
    `${NOTES} create policy gone on public.note for delete to authenticated using (true);`,
  );
  const marked = found.heat.filter(({ breach }) => breach > 0).map(({ command }) => command);
  expect([...new Set(marked)]).toEqual(["DELETE"]);
});

test("a view that takes what it does not show: the hint is a check option; one that shows it is read with its owner's rights", async () => {
  const view = (where: string): string =>
    `${NOTES} create view public.my_note with (security_barrier = true) as select id, org_id, body from public.note ${where};`;
  const fenced = (await attacked(view(`where org_id = ${CLAIM}`))).found.breaches;
  expect(fenced.map(({ object, commands }) => [object.name, commands])).toEqual([["public.my_note", ["INSERT"]]]);
  expect(fenced[0]?.hint).toContain("with check option");
  expect(fenced[0]?.message).not.toContain("reads");
  const open = (await attacked(view(""))).found.breaches;
  expect(open.map(({ object }) => object.name)).toEqual(["public.my_note"]);
  expect(open[0]?.message).toContain("reads with its owner's rights");
});

test("a set-up that raises is named with its table and attack", async () => {
  // a word of the policy that the CHECK does not take
  const { found } = await attacked(`
    create table public.job (id uuid primary key default gen_random_uuid(), org_id uuid not null, status text not null default 'open' check (status in ('open', 'done')));
    alter table public.job enable row level security;
    create policy own on public.job to authenticated using (org_id = ${CLAIM} and status <> 'hidden') with check (org_id = ${CLAIM});`);
  const raised = found.notSettled.filter(({ cause }) => cause.kind === "set-up");
  expect(raised.map(({ cause }) => cause)).toEqual([
    { kind: "set-up", sqlstate: "23514", relation: "public.job", attack: expect.any(String) },
  ]);
});
