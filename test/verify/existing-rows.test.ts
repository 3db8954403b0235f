import { expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import { verifyDatabase } from "../../src/pipeline/verify.ts";
import type { Cell } from "../../src/verify/matrix/cell.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { withFork } from "../support/fork.ts";

const CLAIM = "(select (auth.jwt() -> 'app_metadata' ->> 'firm_id')::uuid)";
const A = "a1000000-0000-4000-8000-000000000001";
const B = "b1000000-0000-4000-8000-000000000001";

const project = (using: string, more: string): string => `
create table public.parcels (id uuid primary key default gen_random_uuid(), firm_id uuid not null, label text not null);
create table public.members (user_id uuid primary key, firm_id uuid not null);
alter table public.parcels enable row level security;
alter table public.members enable row level security;
create policy members_own on public.members for select to authenticated using (firm_id = ${CLAIM});
create policy parcels_read on public.parcels for select to authenticated using (${using});
revoke all on all tables in schema public from anon, authenticated;
grant select on public.parcels, public.members to authenticated;
insert into public.members values ('a1000000-0000-4000-9000-000000000001', '${A}'), ('b1000000-0000-4000-9000-000000000001', '${B}');
insert into public.parcels (firm_id, label) values ('${A}', 'two books'), ('${B}', 'x for the archive');
${more}`;

const REFUSES = `create function public.no_more() returns trigger language plpgsql as $$ begin raise exception 'closed'; end $$;
create trigger no_more before insert on public.parcels for each row execute function public.no_more();`;

async function attacked(sql: string): Promise<{ found: Verification; cells: Cell[] }> {
  return withFork(sql, async (db) => {
    const cells: Cell[] = [];
    const found = await verifyDatabase(db, await inspect(db), {
      mode: "write and roll back",
      onCell: (cell) => cells.push(cell),
    });
    return { found, cells };
  });
}

const causes = ({ breaches }: Verification): string[] => breaches.map(({ door, object }) => `${door} ${object.name}`);

test.each<[string, string, string, string[]]>([
  ["rows that no insert can make", "true", REFUSES, ["policy public.parcels"]],
  [
    "a value that invented rows do not have",
    `firm_id = ${CLAIM} or label like 'x for %'`,
    "",
    ["policy public.parcels"],
  ],
  [
    "a tenant that has a rule of its own",
    `firm_id = ${CLAIM} or firm_id::text like 'b1%'`,
    "",
    ["policy public.parcels"],
  ],
  ["a policy that holds", `firm_id = ${CLAIM}`, "", []],
])("rows in use are read beside invented ones: %s", async (_, using, more, wanted) => {
  const { found, cells } = await attacked(project(using, more));
  expect(causes(found)).toEqual(wanted);
  expect(found.notes.map(({ message }) => message).join("\n")).not.toContain("`public.parcels` has no rows");
  // every cell has a key of its own, and all of them are counted
  expect(found.cells).toBe(cells.length);
  const keys = cells.map((cell) =>
    JSON.stringify([cell.through, cell.command, cell.persona, cell.attack, cell.standing]),
  );
  expect(keys.filter((key) => key.includes("of the rows that are there")).length).toBeGreaterThan(0);
  expect(found.withoutRows).toEqual([]);
});

test("rows are put into a table with a rule, into which PostgreSQL takes no ON CONFLICT", async () => {
  const own = `using (firm_id = ${CLAIM}) with check (firm_id = ${CLAIM})`;
  const { found } = await attacked(`
create table public.totals (member_no int primary key, firm_id uuid not null, total int not null default 0);
create table public.tips (id uuid primary key default gen_random_uuid(), firm_id uuid not null, member_no int not null, amount int not null);
alter table public.totals enable row level security;
alter table public.tips enable row level security;
create policy totals_own on public.totals for select to authenticated using (firm_id = ${CLAIM});
create policy tips_own on public.tips to authenticated ${own};
create rule tip_counts as on insert to public.tips do also
  update public.totals set total = total + new.amount where member_no = new.member_no;
revoke all on all tables in schema public from anon, authenticated;
grant select on public.totals to authenticated;
grant select, insert on public.tips to authenticated;`);
  expect(causes(found)).toContain("trigger public.tips / tip_counts");
});
