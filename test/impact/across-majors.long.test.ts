import { expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { driftFrom } from "../../src/impact/index.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { planFor } from "../support/plan.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { startCluster } from "../faults/cluster.ts";
import { findAllMajors } from "../faults/majors.ts";

/** Forms that PostgreSQL prints from its tree in words of its own, some of which it has changed between majors. */
const CONDITIONS = [
  "owner = (select auth.uid())",
  "owner = (auth.jwt() ->> 'sub')::uuid",
  "exists (select 1 from member m where m.user_id = auth.uid())",
  "exists (select from member where member.id = item.id)",
  "exists (select * from member)",
  "exists (select 1 from member a join member b using (id))",
  "exists (select 1 from member m left join member n on m.id = n.id and n.user_id = owner)",
  "exists (select 1 from member m cross join member n)",
  "exists (with q as (select id from member) select 1 from q)",
  "exists (select 1 from member m, lateral (select m.id as x) l where l.x = item.id)",
  "exists (select 1 from (select row_number() over (partition by user_id order by id) r from member) z where z.r = 1)",
  "exists (select m.user_id, count(*) from member m group by m.user_id having count(*) > 1)",
  "exists (select grouping(id) from member group by rollup(id))",
  "exists (select distinct on (user_id) id from member order by user_id)",
  "exists (select id from member union all select id from member)",
  "exists (select 1 from generate_series(1, 3) with ordinality g(a, b) where g.a = id)",
  "exists (select 1 from unnest(array[1, 2]) u(x) where x = id)",
  "exists (select 1 from member m where (m.*) is not null)",
  "exists (values (1))",
  "id in (select m.id from member m)",
  "id in (values (1), (2))",
  "id not in (select id from member)",
  "id <> all (select id from member)",
  "(select count(*) from member m where m.id = item.id) > 1",
  "(select m.id from member m order by m.id limit 1) = id",
  "(select array_agg(id order by id) from member)[1] = id",
  "(select true from member limit 1)",
  "item is not null",
  "role = any (array['a', 'b'])",
  "role in ('a', 'b')",
  "role like any (array['a%'])",
  "role similar to 'a%'",
  "role ~* 'a'",
  "role collate \"C\" = 'a'",
  "role is distinct from 'a'",
  "role is nfc normalized",
  "normalize(role, nfc) = role",
  "trim(both from role) = 'a'",
  "substring(role from 2 for 3) = 'x'",
  "overlay(role placing 'x' from 1) = 'x'",
  "position('a' in role) > 0",
  "coalesce(role, 'x') = 'x'",
  "case role when 'a' then true else false end",
  "not (role = 'a' or role = 'b')",
  "current_user = role",
  "session_user = role::name",
  "(id, role) = (1, 'a')",
  "(id, role) > (1, 'a')",
  "row(id, role) is null",
  "greatest(id, 1) > 0",
  "id between symmetric 5 and 1",
  "'{1,2}'::int[] @> array[id]",
  "current_setting('x', true)::int = id",
  "extract(year from made) > 2000",
  "(made at time zone 'UTC') > '2000-01-01'",
  "made > now() - interval '1 day'",
  "made::date = current_date",
  "localtimestamp > made",
  "data ->> 'x' = 'y'",
  "data['x'] = '1'::jsonb",
  "jsonb_path_exists(data, '$.a')",
];

const SQL = `
create table member (id int primary key, user_id uuid);
create table item (id int primary key, owner uuid, role text, made timestamptz, data jsonb);
alter table item enable row level security;
${CONDITIONS.map((condition, n) => `create policy p${n} on item for select using (${condition});`).join("\n")}`;

test("a plan that was made on one major finds no difference on another, where the policies are the same", async () => {
  const found: { major: number; catalog: Catalog }[] = [];
  for (const { major, bin, missing } of findAllMajors()) {
    if (missing !== null) continue;
    const cluster = await startCluster({ bin });
    try {
      const db = await openServer(cluster.url("postgres"));
      await db.exec(BOOTSTRAP + SQL);
      found.push({ major, catalog: await inspect(db) });
      await db.close();
    } finally {
      await cluster.stop();
    }
  }
  expect(found.length).toBeGreaterThan(1);
  for (const { catalog } of found) expect(catalog.policies).toHaveLength(CONDITIONS.length);
  for (const from of found) {
    const plan = planFor(from.catalog, {
      requests: { claims: "sent", reason: "the API sets them" },
      context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } },
    });
    for (const { major, catalog } of found)
      expect({ from: from.major, to: major, drift: driftFrom(catalog, plan) }).toEqual({
        from: from.major,
        to: major,
        drift: [],
      });
    // a condition that is another one is found
    const [first, ...others] = from.catalog.policies;
    const other = { ...from.catalog, policies: [{ ...first, using: "false" }, ...others] } as Catalog;
    expect(driftFrom(other, plan)).toHaveLength(1);
  }
});
