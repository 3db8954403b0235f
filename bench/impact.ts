/**
 * `npm run bench:impact`: a plain tenant predicate on 1,000,000 rows of 20 tenants for 2,000 users, 30 of them without the
 * claim and 3 with a malformed one, beside the full scan of one user; and a policy on the user's own id, which has as many
 * groups as users. Prints a table, writes bench/results/impact.json.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseConfig, type UserConfig } from "../src/config.ts";
import type { Db } from "../src/db/port.ts";
import { openServer } from "../src/db/server.ts";
import { inspect } from "../src/inspect/inspect.ts";
import { impactOfPlan } from "../src/pipeline/impact.ts";
import { BOOTSTRAP } from "../src/scratch/bootstrap.ts";
import { planFor } from "../test/support/plan.ts";
import { startServer } from "../test/support/server.ts";

const ROWS = 1_000_000;
const USERS = 2000;
const TENANTS = 20;
/** Seconds that the issue allows. */
const LIMIT = 5;

const tenant = (n: string): string =>
  `('00000000-0000-4000-8000-' || lpad(((${n}) % ${TENANTS})::text, 12, '0'))::uuid`;
const HYBRID =
  "coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid)";

const SCHEMA = `
create table member (user_id uuid primary key, tenant_id uuid not null);
create table item (id bigint primary key, tenant_id uuid not null, body text not null);
insert into auth.users (id, aud, role, email, raw_app_meta_data)
  select ('10000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'authenticated', 'authenticated', n || '@example.com',
    case when n <= 30 then '{}' when n <= 33 then '{"tenant_id": "no uuid"}' else jsonb_build_object('tenant_id', ${tenant("n")}) end
  from generate_series(1, ${USERS}) n;
insert into member select id, ${tenant("right(id::text, 12)::int")} from auth.users;
insert into item select n, ${tenant("n")}, 'item ' || n from generate_series(1, ${ROWS}) n;
alter table item enable row level security;
create policy item_tenant on item for select to authenticated using (tenant_id = ${HYBRID});
grant select on item, member to authenticated;
analyze;
`;

const CONFIG: UserConfig = {
  requests: { claims: "sent", reason: "the API sets them" },
  context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } },
  claimsSync: {
    relation: "public.member",
    user: "user_id",
    claims: { "app_metadata.tenant_id": "tenant_id" },
    active: "true",
  },
};

/** Seconds of one user's count(*) under the old policy. */
async function fullScan(db: Db): Promise<number> {
  await db.exec("begin read only; set local role authenticated");
  await db.exec(
    'select set_config(\'request.jwt.claims\', \'{"app_metadata": {"tenant_id": "00000000-0000-4000-8000-000000000001"}}\', true)',
  );
  const from = performance.now();
  await db.query("select count(*) from item");
  const seconds = (performance.now() - from) / 1000;
  await db.exec("rollback");
  return seconds;
}

interface Row {
  major: number;
  rows: number;
  users: number;
  /** everything: the users, the catalog, the rows, the policies */
  seconds: number;
  /** the relation alone */
  relationSeconds: number;
  /** one user's full scan */
  scanSeconds: number;
  /** of the relation to that scan, for all users */
  ratio: number;
  losesAll: number;
  wouldRaise: number;
  otherChanges: number;
}

async function measure(major: 15 | 18): Promise<Row> {
  const server = await startServer(major);
  try {
    const db = await openServer(server.url);
    try {
      await db.exec(BOOTSTRAP);
      await db.exec(SCHEMA);
      const plan = planFor(await inspect(db), CONFIG);
      await fullScan(db);
      const scanSeconds = await fullScan(db);
      const from = performance.now();
      const impact = await impactOfPlan(db, await inspect(db), plan, { config: parseConfig(CONFIG) });
      const seconds = (performance.now() - from) / 1000;
      const [item] = impact.relations;
      const changes = (item?.changes ?? []).filter(({ standing }) => standing === "with");
      const users = (change: string): number =>
        changes.filter((one) => one.change === change).reduce((sum, one) => sum + one.users.total, 0);
      const all = changes.reduce((sum, one) => sum + one.users.total, 0);
      const relationSeconds = (item?.milliseconds ?? 0) / 1000;
      return {
        major,
        rows: ROWS,
        users: USERS,
        seconds,
        relationSeconds,
        scanSeconds,
        ratio: relationSeconds / scanSeconds,
        losesAll: users("loses all"),
        wouldRaise: users("would raise"),
        otherChanges: all - users("loses all") - users("would raise"),
      };
    } finally {
      await db.close();
    }
  } finally {
    await server.stop();
  }
}

const OWN = `
create table own_item (id bigint primary key, user_id uuid not null);
insert into auth.users (id, aud, role, email, raw_app_meta_data)
  select gen_random_uuid(), 'authenticated', 'authenticated', n || '@example.com', '{}' from generate_series(1, ${USERS}) n;
insert into own_item select row_number() over (), id from auth.users, generate_series(1, 3);
alter table own_item enable row level security;
create policy own on own_item for select to authenticated
  using (user_id = coalesce(nullif(current_setting('app.user_id', true), '')::uuid, (auth.jwt() ->> 'sub')::uuid));
grant select on own_item to authenticated;
analyze;
`;

/** Seconds of a relation whose rows each belong to one of the users. */
async function measureOwn(major: 15 | 18): Promise<{ major: number; users: number; groups: number; seconds: number }> {
  const config: UserConfig = {
    requests: { claims: "sent", reason: "the API sets them" },
    context: { "app.user_id": { claim: "sub", type: "uuid" } },
  };
  const server = await startServer(major);
  const db = await openServer(server.url);
  try {
    await db.exec(BOOTSTRAP);
    await db.exec(OWN);
    const plan = planFor(await inspect(db), config);
    const impact = await impactOfPlan(db, await inspect(db), plan, { config: parseConfig(config) });
    const [item] = impact.relations;
    return { major, users: USERS, groups: item?.groups ?? 0, seconds: (item?.milliseconds ?? 0) / 1000 };
  } finally {
    await db.close();
    await server.stop();
  }
}

const rows = [await measure(15), await measure(18)];
console.log("major       rows  users  seconds  relation  one scan  ratio  lose all  would raise  other");
for (const row of rows)
  console.log(
    [
      String(row.major).padStart(5),
      String(row.rows).padStart(10),
      String(row.users).padStart(6),
      row.seconds.toFixed(2).padStart(8),
      row.relationSeconds.toFixed(2).padStart(9),
      row.scanSeconds.toFixed(2).padStart(9),
      row.ratio.toFixed(2).padStart(6),
      String(row.losesAll).padStart(9),
      String(row.wouldRaise).padStart(12),
      String(row.otherChanges).padStart(6),
    ].join(" "),
  );
mkdirSync("bench/results", { recursive: true });
const own = [await measureOwn(15), await measureOwn(18)];
for (const { major, users, groups, seconds } of own)
  console.log(`PostgreSQL ${major}: ${users} users × ${groups} groups of their own ids: ${seconds.toFixed(2)} s`);
writeFileSync("bench/results/impact.json", `${JSON.stringify({ rows, own }, null, 2)}\n`);
for (const row of rows)
  if (row.seconds > LIMIT || row.losesAll !== 30 || row.wouldRaise !== 3 || row.otherChanges !== 0) {
    console.error(`PostgreSQL ${row.major}: over ${LIMIT} s, or not the users that were planted`);
    process.exitCode = 1;
  }
