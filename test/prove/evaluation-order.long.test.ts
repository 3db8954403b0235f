import { describe, expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { prove, type AssumedVerdict } from "../../src/prove/prove.ts";
import { withFork } from "../support/fork.ts";

// A sub-query has a part that raises and a part that is false, neither of which needs a row. PostgreSQL evaluates them
// as a one-time filter, the cheaper one first, so that no error comes and the sub-query finds nothing.
const BASE = `
  create table docs (id int primary key, owner int);
  create table orgs (owner int unique, tenant text);
  insert into docs values (1, 1);
  insert into orgs values (1, 'a');
  alter table docs enable row level security;
  alter table orgs enable row level security;
  grant select on docs, orgs to authenticated;
  create policy admins on orgs using (current_setting('app.is_admin', true)::boolean);`;

const ORGS = "select o.owner from orgs o where current_setting('app.is_admin', true) is null";

const ONE = "select o.tenant from orgs o where o.owner = 1 and current_setting('app.is_admin', true) is null";
const ANY = "select bool_or(o.tenant = 'a') from orgs o where current_setting('app.is_admin', true) is null";

/** Every state that it leaves may raise: ''::boolean. */
const EMPTY = { name: "empty", conditions: ["current_setting('app.is_admin', true) = ''"] };

const PAIRS: readonly (readonly [before: string, after: string])[] = [
  [`id in (${ORGS})`, `id not in (${ORGS})`],
  [`exists (${ORGS})`, `not exists (${ORGS})`],
  [`id = any (${ORGS})`, `id <> all (${ORGS})`],
  [`(${ORGS.replace("o.owner", "count(*)")}) > 0`, `(${ORGS.replace("o.owner", "count(*)")}) = 0`],
  ["false", `not exists (${ORGS})`],
  [`(${ONE}) is not null`, `(${ONE}) is null`],
  [`coalesce((${ONE}), 'x') <> 'x'`, `coalesce((${ONE}), 'x') = 'x'`],
  [`coalesce((${ONE}) = 'a', false)`, `coalesce((${ONE}) = 'a', true)`],
  [`(${ONE}) = 'a'`, `(${ONE}) is distinct from 'a'`],
  [`coalesce((${ANY}), false)`, `coalesce((${ANY}), true)`],
  [`coalesce(exists (${ORGS}), false)`, `coalesce(not exists (${ORGS}), false)`],
  [`case when exists (${ORGS}) then true else false end`, `case when exists (${ORGS}) then false else true end`],
  [`exists (${ORGS}) is true`, `exists (${ORGS}) is not true`],
  [`exists (${ORGS}) and id = 1`, `exists (${ORGS}) = false`],
  [`1 = any (array(${ORGS}))`, `1 <> all (array(${ORGS}))`],
];

/** The catalog, and what a request with an empty setting reads. */
const sideOf = async (condition: string): Promise<{ catalog: Catalog; outcome: "allow" | "deny" | "error" }> =>
  withFork(`${BASE} create policy p on docs using (${condition});`, async (db) => {
    const catalog = await inspect(db);
    await db.exec("set role authenticated; set app.is_admin = ''");
    try {
      const rows = await db.query<{ id: number }>("select id from docs");
      return { catalog, outcome: rows.length > 0 ? "allow" : "deny" };
    } catch {
      return { catalog, outcome: "error" };
    }
  });

function verdictOf(before: Catalog, after: Catalog): AssumedVerdict | undefined {
  const options = { relations: new Set(["public.docs"]), roles: ["authenticated"], assumptions: [EMPTY] };
  return prove(before, after, options).find(
    ({ component, role }) => component === "SELECT" && role === "authenticated",
  );
}

describe("a row is gained where both sides may raise", () => {
  test.each(PAIRS)("%s → %s", async (before, after) => {
    const [first, second] = [await sideOf(before), await sideOf(after)];
    expect([first.outcome, second.outcome]).toEqual(["deny", "allow"]);
    const verdict = verdictOf(first.catalog, second.catalog);
    expect(["unknown", "looser", "incomparable"]).toContain(verdict?.decision);
  });

  test.each(PAIRS.slice(0, 4))("%s ← %s", async (before, after) => {
    const verdict = verdictOf((await sideOf(after)).catalog, (await sideOf(before)).catalog);
    expect(["unknown", "tighter", "incomparable"]).toContain(verdict?.decision);
  });
});
