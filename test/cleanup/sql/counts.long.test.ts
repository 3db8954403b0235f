import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CleanupSqlJson } from "../../../src/report/json-outputs.ts";
import { JITI, MAIN, runProgram } from "../../support/cli.ts";
import { projectOf } from "../tests/project.ts";

// Functions that take the tenant as an argument, set the variable by it and answer with one value. After the clean-up
// all of them answer for the tenant of the token. A count and a sum tell the tenants of the rehearsal apart, since these
// have a different number of rows; an answer that is true for every tenant with a row does not.

const CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'shop_id')::uuid";
const SHOP = `coalesce(nullif(current_setting('app.shop_id', true), '')::uuid, ${CLAIM})`;
const answering = (name: string, type: string, query: string): string => `
create function public.${name}(p_shop uuid) returns ${type} language plpgsql as $$
begin
  perform public.enter_shop(p_shop);
  return (select ${query} from public.bill where shop_id = ${SHOP});
end $$;
`;
const FILES = (functions: string) => ({
  "supabase/migrations/20260101000000_shop.sql": `
create table public.bill (id uuid primary key default gen_random_uuid(), shop_id uuid not null, amount integer not null);
alter table public.bill enable row level security;
grant select, insert, update, delete on public.bill to authenticated;
create policy bill_all on public.bill to authenticated using (shop_id = ${SHOP}) with check (shop_id = ${SHOP});
create function public.enter_shop(p_shop uuid) returns void language plpgsql as $$
begin
  perform set_config('app.shop_id', p_shop::text, true);
end $$;
${functions}`,
});

const dirs: string[] = [];
afterAll(() => dirs.forEach((dir) => rmSync(resolve(dir, ".."), { recursive: true, force: true })));

async function cleaned(functions: string): Promise<{ code: number | null; json: CleanupSqlJson }> {
  const dir = projectOf(FILES(functions));
  dirs.push(dir);
  const rlsmith = async (...args: string[]) =>
    runProgram(process.execPath, [JITI, MAIN, ...args], {
      cwd: dir,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1" },
    });
  for (const args of [["init", "--yes"], ["plan"]]) {
    const { code, stdout, stderr } = await rlsmith(...args);
    expect(code, stdout + stderr).toBe(0);
  }
  const { code, stdout } = await rlsmith("cleanup", "--sql", "--format", "json");
  return { code, json: JSON.parse(stdout) as CleanupSqlJson };
}

let told: Awaited<ReturnType<typeof cleaned>>;
beforeAll(async () => {
  told = await cleaned(answering("bills", "bigint", "count(*)") + answering("takings", "bigint", "sum(amount)"));
}, 300_000);

test("a count and a sum of the own rows are no rows of another tenant", () => {
  expect(told.code, JSON.stringify(told.json)).toBe(0);
});

test("an answer that is the same for both tenants stays a question", async () => {
  const { code, json } = await cleaned(answering("has_bills", "boolean", "bool_or(true)"));
  expect(code, JSON.stringify(json)).toBe(3);
}, 300_000);
