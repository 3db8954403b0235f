import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEmbedded, type EmbeddedDb } from "../../src/db/pglite.ts";
import { pgErrorOf } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { findRecursion } from "../../src/pg/recursion.ts";

/** findRecursion says what Postgres does: every case is put to both. */
let db: EmbeddedDb;

beforeAll(async () => {
  db = await openEmbedded();
  await db.exec(`
    create role app;
    create function public.me() returns uuid language sql stable as $$ select null::uuid $$;
    create table a (id uuid, owner uuid, b_id uuid);
    create table b (id uuid, owner uuid, a_id uuid);
    create table plain (id uuid);
    grant all on a, b, plain to app;
    create view v_invoker with (security_invoker = true) as select * from a;
    create view v_owner as select * from a;
    create role holder; create role group_a; create role group_b; grant group_a, group_b to app;
    create view v_bound as select * from a;
    alter view v_bound owner to holder;
    grant select on a to holder;
    grant all on v_invoker, v_owner, v_bound to app;`);
});
afterAll(async () => db.close());

/** Statements of a relation that raise 42P17. */
async function raising(): Promise<string[]> {
  const found: string[] = [];
  for (const relation of ["a", "b"])
    for (const [command, sql] of [
      ["SELECT", `select * from ${relation}`],
      ["INSERT", `insert into ${relation} values (null, null, null)`],
      ["UPDATE", `update ${relation} set owner = null`],
      ["DELETE", `delete from ${relation}`],
    ] as const) {
      await db.exec("begin; set local role app");
      try {
        await db.exec(sql);
      } catch (error) {
        if (pgErrorOf(error)?.sqlstate === "42P17") found.push(`${relation} ${command}`);
      }
      await db.exec("rollback");
    }
  return found;
}

const cases: [name: string, policies: string, recurses: boolean][] = [
  ["no sub-query", "create policy p on a using (owner = me())", false],
  [
    "a SELECT policy on itself",
    "create policy p on a for select using (exists (select 1 from a x where x.owner = me()))",
    true,
  ],
  [
    "an UPDATE policy on itself, where SELECT has no sub-query",
    "create policy s on a for select using (owner = me()); create policy u on a for update using (exists (select 1 from a x where x.owner = me()))",
    false,
  ],
  [
    "the same with the InitPlan form in SELECT: its FROM-less select counts as a sub-query",
    "create policy s on a for select using (owner = (select me())); create policy u on a for update using (exists (select 1 from a x where x.owner = me()))",
    true,
  ],
  [
    "a circle of two",
    "create policy p on a for select using (id in (select a_id from b)); create policy q on b for select using (id in (select b_id from a))",
    true,
  ],
  [
    "a chain",
    "create policy p on a for select using (id in (select a_id from b)); create policy q on b for select using (owner = (select me()))",
    false,
  ],
  [
    "a chain to a relation without row security",
    "create policy p on a for select using (id in (select id from plain)); create policy q on b for select using (id in (select b_id from a))",
    false,
  ],
  [
    "the circle runs through a policy of another command only",
    "create policy p on a for select using (id in (select a_id from b)); create policy q on b for insert with check (id in (select b_id from a)); create policy r on b for select using (owner = me())",
    false,
  ],
  [
    "a circle through a view of the invoker",
    "create policy p on a for select using (id in (select id from v_invoker))",
    true,
  ],
  [
    "a view whose owner bypasses row security",
    "create policy p on a for select using (id in (select id from v_owner))",
    false,
  ],
  [
    "a circle through a view whose owner is bound",
    "create policy p on a for select using (id in (select id from v_bound))",
    true,
  ],
  [
    "a view whose owner has other policies",
    "create policy p on a for select to app using (id in (select id from v_bound)); create policy q on a for select to holder using (owner = me())",
    false,
  ],
  [
    "policies for two groups that one role is a member of",
    "create policy p on a for select to group_a using (id in (select a_id from b)); create policy q on b for select to group_b using (id in (select b_id from a))",
    true,
  ],
  [
    "other roles",
    "create policy p on a for select to app using (id in (select a_id from b)); create policy q on b for select to postgres using (id in (select b_id from a))",
    false,
  ],
];

describe.each(cases.map(([name, policies, recurses]) => ({ name, policies, recurses })))(
  "$name",
  ({ policies, recurses }) => {
    test("Postgres and findRecursion agree", async () => {
      await db.exec(`alter table a enable row level security; alter table b enable row level security; ${policies}`);
      const catalog = await inspect(db);
      const raised = await raising();
      const found = findRecursion(catalog.policies, catalog.relations, catalog.roles);
      for (const policy of catalog.policies) await db.exec(`drop policy ${policy.name} on ${policy.relation}`);
      expect(raised.length > 0, raised.join(", ")).toBe(recurses);
      expect(found.length > 0, JSON.stringify(found)).toBe(recurses);
    });
  },
);

test("a dense web of sub-queries without a circle ends", () => {
  // every relation looks at all later ones: 2^60 ways from the first to the last
  const names = Array.from({ length: 60 }, (_, n) => `t${n}`);
  const relations = names.map(
    (name) =>
      ({
        schema: "public",
        name,
        kind: "table",
        owner: "o",
        rowSecurity: true,
        forceRowSecurity: false,
        partitionOf: null,
        securityInvoker: null,
        columns: [],
        grants: [],
        columnGrants: [],
        uniqueKeys: [],
        comment: null,
      }) as const,
  );
  const policies = names.flatMap((relation, n) =>
    n === names.length - 1
      ? []
      : [
          {
            schema: "public",
            relation,
            name: "p",
            permissive: true,
            command: "SELECT",
            roles: ["app"],
            check: null,
            comment: null,
            using: names
              .slice(n + 1)
              .map((other) => `exists (select from public.${other})`)
              .join(" or "),
          } as const,
        ],
  );
  expect(
    findRecursion(
      policies.map((p) => ({ ...p, roles: [...p.roles] })),
      relations.map((r) => ({ ...r, columns: [], grants: [], columnGrants: [], uniqueKeys: [] })),
    ),
  ).toEqual([]);
});
