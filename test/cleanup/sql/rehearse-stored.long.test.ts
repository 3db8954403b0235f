import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RehearsalJson } from "../../../src/report/json-outputs.ts";
import { JITI, MAIN, runProgram } from "../../support/cli.ts";
import { schemaFaults } from "../../support/json-schema.ts";
import { projectOf } from "../tests/project.ts";

// A project whose folder holds both migrations, that of `rlsmith plan` and that of `rlsmith cleanup --sql`: each plan is
// rehearsed from the state before its own.

const CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'shop_id')::uuid";
const SHOP = `coalesce(nullif(current_setting('app.shop_id', true), '')::uuid, ${CLAIM})`;
const FILES = {
  "supabase/migrations/20260101000000_shop.sql": `
create table public.bill (id uuid primary key default gen_random_uuid(), shop_id uuid not null, note text);
alter table public.bill enable row level security;
grant select, insert, update, delete on public.bill to authenticated;
create policy bill_all on public.bill to authenticated using (shop_id = ${SHOP}) with check (shop_id = ${SHOP});
create function public.enter_shop(p_shop uuid) returns void language plpgsql as $$
begin
  perform set_config('app.shop_id', p_shop::text, true);
end $$;
create function public.bills() returns bigint language plpgsql as $$
begin
  perform public.enter_shop(${CLAIM});
  return (select count(*) from public.bill where shop_id = ${SHOP});
end $$;
`,
};

let dir: string;

const rlsmith = async (...args: string[]) =>
  runProgram(process.execPath, [JITI, MAIN, ...args], {
    cwd: dir,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], NO_COLOR: "1" },
  });

async function rehearsed(...args: string[]): Promise<{ code: number | null; json: RehearsalJson }> {
  const { code, stdout } = await rlsmith("rehearse", "--format", "json", ...args);
  expect(schemaFaults(stdout)).toEqual([]);
  return { code, json: JSON.parse(stdout) as RehearsalJson };
}

beforeAll(async () => {
  dir = projectOf(FILES);
  for (const args of [["init", "--yes"], ["plan"], ["cleanup", "--sql"]]) {
    const { code, stdout, stderr } = await rlsmith(...args);
    expect(code, stdout + stderr).toBe(0);
  }
}, 300_000);
afterAll(() => rmSync(resolve(dir, ".."), { recursive: true, force: true }));

test("the plan of the policies, although the clean-up after it needs their new form", async () => {
  expect(await rehearsed()).toMatchObject({ code: 0, json: { rehearsed: true, passed: true } });
});

test("the plan of the clean-up, with the calls of its functions", async () => {
  const { code, json } = await rehearsed("--plan", ".rlsmith/cleanup.json");
  expect({ code, json }).toMatchObject({ code: 0, json: { rehearsed: true, passed: true, calls: { passed: true } } });
  expect(json.rehearsed && json.calls?.functions).toEqual(["public.bills()"]);
});

test("a file that is no plan", async () => {
  expect(await rlsmith("rehearse", "--plan", "none.json")).toMatchObject({ code: 2 });
});
