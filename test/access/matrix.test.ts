import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessMatrix, COMMANDS, type AccessMatrix, type RelationAccess } from "../../src/access/index.ts";
import { analyseFunctions, classify } from "../../src/classify/index.ts";
import { inspect } from "../../src/inspect/index.ts";
import { openScratch } from "../../src/scratch/index.ts";
import type { Scratch } from "../../src/scratch/index.ts";
import { JWT } from "../classify/support.ts";

const SCHEMA = `
  alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
  alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
  create role clerk; create role desk; grant desk to clerk;
  create role office bypassrls;
  create schema shut;
  create table public.open_door (id int, owner uuid);
  create table public.crate (id int, owner uuid, kind text);
  create table public.box (id int, owner uuid);
  create table public.ledger (id int, owner uuid);
  create table shut.safe (id int);
  alter table public.crate enable row level security;
  alter table public.box enable row level security;
  alter table public.ledger enable row level security;
  grant select, insert, update, delete on public.open_door, public.crate, public.box, public.ledger to clerk, office;
  grant select on public.box to desk;
  grant select on shut.safe to clerk;
  create policy own on public.crate for select to clerk using (owner = auth.uid());
  create policy any_new on public.crate for insert to clerk with check (true);
  create policy own_change on public.crate for update to clerk using (true) with check (owner = auth.uid());
  create policy fence on public.crate as restrictive for delete to public using (true);
  create policy of_tenant on public.box to clerk
    using (owner = nullif(current_setting('app.owner', true), '')::uuid);
  create policy readable on public.box for select to desk using (true);
  create policy readable on public.ledger for select to clerk using (true);
  create policy shut on public.ledger for delete to clerk using (false);
  create function public.book(new_id int) returns void language sql security definer set search_path = ''
    as 'insert into public.ledger (id) values (new_id)';
  revoke execute on function public.book from public;
  grant execute on function public.book to clerk;
  create function public.book_twice(new_id int) returns void language plpgsql
    as 'begin perform public.book(new_id); end';
  create function public.unused() returns int language sql as 'select 1';
  create function public.note() returns trigger language plpgsql security definer set search_path = ''
    as 'begin insert into public.open_door values (1, null); return new; end';
  create trigger note after insert on public.crate for each row execute function public.note();
  create function public.any_sql(statement text) returns void language plpgsql security definer set search_path = ''
    as 'begin execute statement; end';
  create view public.all_boxes as select * from public.box;
  create view public.own_boxes with (security_invoker) as select * from public.box;
  grant select on public.all_boxes, public.own_boxes to clerk;
`;

let scratch: Scratch;
let matrix: AccessMatrix;

const relation = (name: string): RelationAccess => {
  const found = matrix.relations.find((one) => one.name === name);
  if (!found) throw new Error(`no relation ${name}`);
  return found;
};

const reachOf = (name: string, role: string): string =>
  COMMANDS.map((command) => relation(name).roles.find((one) => one.role === role)?.reach[command]).join(", ");

beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  await scratch.db.exec(SCHEMA);
  const catalog = await inspect(scratch.db);
  const facts = analyseFunctions(catalog, JWT);
  matrix = accessMatrix({ catalog, facts, classified: classify(catalog, JWT, facts), source: JWT });
});

afterAll(async () => scratch.close());

describe("reach of roles", () => {
  test("without row security the privileges decide", () => {
    expect(reachOf("open_door", "clerk")).toBe("every row, every row, every row, every row");
    expect(reachOf("open_door", "anon")).toBe("none, none, none, none");
  });

  test("each command has its policies; an UPDATE has to pass USING and WITH CHECK", () => {
    // there is no permissive policy for DELETE
    expect(reachOf("crate", "clerk")).toBe("some rows, every row, some rows, none");
  });

  test("a role that inherits has the policies of both roles", () => {
    expect(reachOf("box", "clerk")).toBe("every row, some rows, some rows, some rows");
    expect(reachOf("box", "desk")).toBe("every row, none, none, none");
  });

  test("USING (false) is none, and so is a command without a policy", () => {
    expect(reachOf("ledger", "clerk")).toBe("every row, none, none, none");
  });

  test("row security does not bind BYPASSRLS, and a schema that a role may not use keeps it out", () => {
    expect(reachOf("ledger", "office")).toBe("every row, every row, every row, every row");
    expect(relation("ledger").roles.find(({ role }) => role === "office")?.isAbove).toBe(true);
    expect(reachOf("safe", "clerk")).toBe("none, none, none, none");
  });

  test("PostgreSQL shows as many rows as the matrix says", async () => {
    const { db } = scratch;
    await db.exec(`insert into public.crate values (1, gen_random_uuid(), 'a'), (2, null, 'b');
      insert into public.box values (1, gen_random_uuid()), (2, null); insert into public.ledger values (1), (2);
      insert into public.open_door values (1, null), (2, null)`);
    const otherwise: unknown[] = [];
    for (const { name, roles } of matrix.relations.filter(({ schema }) => schema === "public"))
      for (const { role, reach } of roles.filter((one) => ["clerk", "desk", "office"].includes(one.role))) {
        const [all] = await db.query<{ n: number }>(`select count(*)::int as n from public.${name}`);
        await db.exec(`set role ${role}`);
        const shown = await db
          .query<{ n: number }>(`select count(*)::int as n from public.${name}`)
          .then(([row]) => row?.n ?? 0)
          .catch(() => 0);
        await db.exec("reset role");
        const sure = reach.SELECT === "every row" ? all?.n : reach.SELECT === "none" ? 0 : shown;
        if (shown !== sure) otherwise.push({ name, role, shown, sure });
      }
    expect(otherwise).toEqual([]);
  });
});

describe("policies", () => {
  test("each has its pattern, and the claims or variables that decide in it", () => {
    expect(relation("crate").policies.map(({ name, pattern }) => [name, pattern])).toEqual([
      ["any_new", "constant"],
      ["fence", "constant"],
      ["own", "identity-only"],
      ["own_change", "identity-only"],
    ]);
    expect(relation("box").policies.find(({ name }) => name === "of_tenant")).toMatchObject({
      pattern: "B",
      settings: ["app.owner"],
      claims: [],
      byHelper: false,
    });
  });
});

describe("write paths", () => {
  const paths = (name: string, command: string) => relation(name).writes.find((one) => one.command === command);

  test("direct by policies, by service above them, by a function, and by a trigger", () => {
    expect(paths("crate", "INSERT")).toEqual({
      command: "INSERT",
      direct: ["clerk"],
      service: ["office"],
      functions: [],
      triggers: [],
    });
    expect(paths("ledger", "INSERT")).toEqual({
      command: "INSERT",
      direct: [],
      service: ["office"],
      // the second one calls the first
      functions: ["public.book(new_id integer)", "public.book_twice(new_id integer)"],
      triggers: [],
    });
    expect(paths("open_door", "INSERT")?.triggers).toEqual(["public.note()"]);
    expect(paths("ledger", "DELETE")).toMatchObject({ direct: [], functions: [], triggers: [] });
  });

  test("functions that may pass row security, with who may call them", () => {
    expect(matrix.functions.map(({ key, grantees, past }) => [key, grantees, past.map(({ name }) => name)])).toEqual([
      ["public.any_sql(statement text)", ["public"], []],
      ["public.book(new_id integer)", ["clerk"], ["ledger"]],
      ["public.book_twice(new_id integer)", ["public"], []],
      ["public.note()", ["public"], []],
    ]);
    expect(matrix.functions.find(({ name }) => name === "any_sql")?.opaque).not.toBeNull();
  });

  test("a view reads with the rights of its owner, unless it is security_invoker", () => {
    expect(matrix.views.map(({ name, past, readers }) => [name, past.map((one) => one.name), readers])).toEqual([
      ["all_boxes", ["box"], ["clerk"]],
      ["own_boxes", [], ["clerk"]],
    ]);
  });
});
