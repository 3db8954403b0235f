import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";
import { forkForTest, sharedServer } from "../support/fork.ts";

const SCHEMA = `
create table public.staff (user_id uuid primary key, shop_id uuid not null);
create table public.docs (id int primary key, shop_id uuid);
alter table public.docs enable row level security;
grant select on public.docs, public.staff to authenticated;
create policy shop on public.docs for select to authenticated
  using (shop_id = coalesce(nullif(current_setting('app.shop_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'shop_id')::uuid));
`;
const SHOP = "00000000-0000-4000-8000-000000000001";
const USER = "00000000-0000-4000-8000-000000000011";
const ROWS = `insert into auth.users (id, role, email, raw_app_meta_data) values ('${USER}', 'authenticated', 'a@example.com', '{"shop_id": "${SHOP}"}');
insert into public.staff values ('${USER}', '${SHOP}');
insert into public.docs values (1, '${SHOP}'), (2, null);`;

const CONFIG = `export default {
  migrations: { folder: "migrations", layout: "plain" },
  requests: { claims: "sent", reason: "the API sets them" },
  context: { "app.shop_id": { claim: "app_metadata.shop_id", type: "uuid" } },
  claimsSync: { relation: "public.staff", user: "user_id", claims: { "app_metadata.shop_id": "shop_id" }, active: "true" },
};
`;

test("the command ends with 0, 1 or 3, and its JSON fits the schema", async () => {
  const fork = await forkForTest();
  await fork.db.exec(SCHEMA + ROWS);
  const [row] = await fork.db.query<{ name: string }>("select current_database() as name");
  const url = new URL((await sharedServer()).url);
  url.pathname = `/${row?.name ?? ""}`;
  const dir = project({ "migrations/001.sql": SCHEMA, "rlsmith.config.ts": CONFIG });
  const planned = await rlsmith(["plan", dir, "--no-rehearse"]);
  expect(planned.code, planned.stderr).toBe(0);
  const env = { IMPACT_URL: url.toString() };
  const impact = async (...args: string[]): ReturnType<typeof rlsmith> =>
    rlsmith(["impact", dir, "--db", "env:IMPACT_URL", ...args], { env });

  const nobody = await impact();
  expect(nobody.stdout + nobody.stderr).toContain("Nobody loses or gains a row.");
  expect(nobody.code).toBe(0);

  await fork.db.exec("update auth.users set raw_app_meta_data = '{}'");
  const somebody = await impact("--format", "json");
  expect(somebody.code, somebody.stderr).toBe(1);
  const found = JSON.parse(somebody.stdout) as { relations: { changes: { why: string; statements: string[] }[] }[] };
  const [change] = found.relations[0]?.changes ?? [];
  expect(change?.why).toBe("the token has no claim `app_metadata.shop_id`");
  // the statements show the old side to whoever runs them
  const counted: { count: string }[] = [];
  for (const statement of change?.statements ?? []) {
    const [last] = await fork.db.query<{ count: string }>(statement);
    if (last && "count" in last) counted.push(last);
  }
  expect(counted).toEqual([{ count: "1" }]);
  const shown = await impact();
  expect(shown.stdout).toContain("loses all  1 user, with the variables set: 1 row → 0, 1 lost");

  await fork.db.exec("delete from auth.users");
  const untold = await impact();
  expect(untold.code).toBe(3);
  expect(untold.stdout).toContain("there are no users");

  const file = join(dir, "tokens.jsonl");
  writeFileSync(
    file,
    `{"claims": {"sub": "${USER}", "role": "authenticated"}, "variables": {"app.shop_id": "${SHOP}"}}\n`,
  );
  const sampled = await impact("--tokens", file, "--format", "json");
  expect(sampled.code, sampled.stderr).toBe(1);
  expect(sampled.stdout).not.toContain(SHOP);
});

test("a wrong command line ends with 2", async () => {
  const dir = project({ "rlsmith.config.ts": CONFIG });
  expect((await rlsmith(["impact", dir])).stderr).toContain("does not say which database");
  const noPlan = await rlsmith(["impact", dir, "--db", "postgres://nobody@127.0.0.1:1/none"]);
  expect(noPlan.stderr).toContain("there is no plan");
  expect(noPlan.code).toBe(2);
});
