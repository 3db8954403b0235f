import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/pg/catalog.ts";
import type { Component } from "../../src/prove/component.ts";
import { replay as replayInputs, type ReplayInput, type ReplayResult } from "../../src/prove/replay/replay.ts";
import type { AccessOutcome, RowValues, Situation } from "../../src/prove/situation.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { catalogOf } from "../support/catalog-of.ts";
import { startServer } from "../support/server.ts";

/** Expected answers come from the Postgres manual, not from a run. */
const SCHEMA = readFileSync(new URL("./replay-schema.sql", import.meta.url), "utf8");

const allow = { kind: "allow" };
const deny = { kind: "deny" };

type Asked = Partial<Omit<Situation, "relation" | "component">>;

const at = (relation: string, component: Component, row: RowValues, more: Asked = {}): Situation => ({
  role: "app_user",
  relation: { schema: "public", name: relation },
  component,
  settings: {},
  row,
  oldRow: null,
  rows: [],
  ...more,
});

const other = (name: string, values: RowValues): Situation["rows"][number] => ({
  relation: { schema: "public", name },
  values,
});

/** What Postgres answers to each of these, in their order. */
async function resultsOf(scratch: Scratch, of: Catalog, inputs: readonly ReplayInput[]): Promise<ReplayResult[]> {
  const results = await replayInputs(scratch.db, of, new Map(inputs.entries()));
  return inputs.map((_, n) => results.get(n) ?? unanswered);
}

/** No expected value: it fails every comparison. */
const unanswered: ReplayResult = {
  outcome: { kind: "error", sqlstate: "-----", message: "no answer" },
  assumed: false,
};

const replay = async (scratch: Scratch, of: Catalog, situations: readonly Situation[]): Promise<AccessOutcome[]> => {
  const inputs = situations.map((situation) => ({ situation, conditions: [] }));
  return (await resultsOf(scratch, of, inputs)).map(({ outcome }) => outcome);
};

/** Whether each condition of a situation is true. */
async function evaluateConditions(
  scratch: Scratch,
  of: Catalog,
  situations: readonly Situation[],
  conditions: readonly (readonly string[])[],
): Promise<boolean[][]> {
  const answers: boolean[][] = [];
  for (const [index, situation] of situations.entries()) {
    const inputs = (conditions[index] ?? []).map((condition) => ({ situation, conditions: [condition] }));
    answers.push((await resultsOf(scratch, of, inputs)).map(({ assumed }) => assumed));
  }
  return answers;
}

let base: Scratch;
let catalog: Catalog;

beforeAll(async () => {
  base = await openScratch({ kind: "embedded" });
  catalog = await catalogOf(base, SCHEMA);
});

afterAll(async () => {
  await base.close();
});

const answer = async (...situations: Situation[]): Promise<AccessOutcome[]> => replay(base, catalog, situations);

describe("components", () => {
  test("each meets its own policy and no other", async () => {
    const components: Component[] = ["SELECT", "INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"];
    const values = ["s", "i", "u", "c", "d"];
    const cells = components.flatMap((component) => values.map((v) => at("parts", component, { id: "1", v })));
    const outcomes = await answer(...cells);
    // CREATE POLICY: SELECT and DELETE have USING, INSERT has WITH CHECK, UPDATE has both; a change that reads no column needs no SELECT policy
    const expected = components.flatMap((_, c) => values.map((_, v) => (c === v ? allow : deny)));
    expect(outcomes).toEqual(expected);
  });

  test("FOR ALL applies to every command, USING for a missing WITH CHECK, and every restrictive policy has to agree", async () => {
    const cells = (row: RowValues): Situation[] =>
      (["SELECT", "INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"] as const).map((component) =>
        at("mixed", component, row, { role: "app_admin" }),
      );
    expect(await answer(...cells({ id: "1", v: "a", flag: "t" }))).toEqual([allow, allow, allow, allow, allow]);
    expect(await answer(...cells({ id: "1", v: "a", flag: "f" }))).toEqual([deny, deny, deny, deny, deny]);
    // null is not true
    expect(await answer(...cells({ id: "1", v: "a" }))).toEqual([deny, deny, deny, deny, deny]);
    expect(await answer(...cells({ id: "1", v: "z", flag: "t" }))).toEqual([deny, deny, deny, deny, deny]);
  });

  test("the old row of an UPDATE CHECK need not satisfy anything, the new one does", async () => {
    expect(
      await answer(
        at("mixed", "UPDATE CHECK", { id: "1", v: "b", flag: "t" }, { oldRow: { id: "9", v: "nobody" } }),
        at("mixed", "UPDATE CHECK", { id: "1", v: "c", flag: "t" }, { oldRow: { id: "1", v: "b", flag: "t" } }),
      ),
    ).toEqual([allow, deny]);
  });

  test("a restrictive policy alone allows nothing; RLS without a policy denies", async () => {
    const cells = (["SELECT", "INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"] as const).flatMap((component) => [
      at("strict_only", component, { id: "1", flag: "t" }),
      at("owned", component, { id: "1" }),
    ]);
    expect(await answer(...cells)).toEqual(cells.map(() => deny));
  });

  test("values travel as text of their type: enums, arrays, quotes and backslashes", async () => {
    const row = { id: "1", v: "s", w: "closed", tags: '{"a,b","it\'s \\\\ here"}' };
    expect(await answer(at("parts", "SELECT", row))).toEqual([allow]);
    expect(
      await evaluateConditions(base, catalog, [at("parts", "SELECT", row)], [["tags[2] = E'it\\'s \\\\ here'"]]),
    ).toEqual([[true]]);
  });
});

describe("roles", () => {
  test("a policy holds for its roles and for members that inherit them", async () => {
    const row = { id: "1", v: "u", flag: "t" };
    const asked = ["app_user", "junior", "apart", "app_admin"].map((role) => at("mixed", "SELECT", row, { role }));
    // `apart` is a member with NOINHERIT: neither the policy nor the right of app_user is its own
    expect(await answer(...asked)).toEqual([allow, allow, deny, deny]);
  });

  test("owners bypass unless FORCE; BYPASSRLS does always; no right is no access", async () => {
    const outcomes = await answer(
      at("owned", "SELECT", { id: "1" }, { role: "owner_plain" }),
      at("owned", "UPDATE USING", { id: "1" }, { role: "owner_plain" }),
      at("forced", "SELECT", { id: "1" }, { role: "owner_forced" }),
      at("forced", "INSERT", { id: "1" }, { role: "owner_forced" }),
      at("forced", "SELECT", { id: "1" }, { role: "walks_through" }),
      at("forced", "DELETE", { id: "1" }, { role: "walks_through" }),
      at("parts", "INSERT", { id: "1", v: "i" }, { role: "no_rights" }),
      at("parts", "SELECT", { id: "1", v: "s" }, { role: "no_rights" }),
    );
    expect(outcomes).toEqual([allow, allow, deny, deny, allow, allow, deny, deny]);
  });

  test("a role that does not exist is one without privileges", async () => {
    expect(await answer(at("parts", "SELECT", { id: "1" }, { role: "nobody_knows" }))).toEqual([deny]);
  });
});

test("rights are the catalog's alone, not those that the database gives to new tables", async () => {
  // ALTER DEFAULT PRIVILEGES of the bootstrap gives `authenticated` everything in public; SCHEMA took it away again
  expect(
    await answer(
      at("hidden", "SELECT", { id: "1" }, { role: "authenticated" }),
      at("hidden", "INSERT", { id: "1" }, { role: "authenticated" }),
      at("hidden", "SELECT", { id: "1" }, { role: "app_admin" }),
    ),
  ).toEqual([deny, deny, allow]);
});

test("a right on a column counts as one on the table", async () => {
  expect(
    await answer(
      at("by_column", "UPDATE USING", { id: "1" }, { role: "no_rights" }),
      at("by_column", "SELECT", { id: "1" }, { role: "no_rights" }),
    ),
  ).toEqual([allow, deny]);
});

test("a role that may not execute set_config", async () => {
  // a database of its own privileges on functions: EXECUTE is PUBLIC's by default (manual, 5.8)
  const setConfig = "function pg_catalog.set_config(text, text, boolean)";
  await base.db.exec(`revoke execute on ${setConfig} from public`);
  try {
    const asked = (["SELECT", "INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"] as const).flatMap((component) =>
      ["a", "z"].map((v) => at("mixed", component, { id: "1", v, flag: "t" }, { role: "app_admin" })),
    );
    expect(await answer(...asked)).toEqual(asked.map(({ row }) => (row["v"] === "a" ? allow : deny)));
  } finally {
    await base.db.exec(`grant execute on ${setConfig} to public`);
  }
});

describe("sub-queries and functions", () => {
  const me = "11111111-1111-1111-1111-111111111111";
  const claims = (sub: string): Record<string, string> => ({ "request.jwt.claims": JSON.stringify({ sub }) });

  test("a sub-query reads under the policies of the inner relation", async () => {
    const rows = [other("staff", { user_id: me, org: "7", active: "t" })];
    const outcomes = await answer(
      at("docs", "SELECT", { id: "1", org: "7" }, { settings: claims(me), rows }),
      at("docs", "DELETE", { id: "1", org: "7" }, { settings: claims(me), rows }),
      at("docs", "INSERT", { id: "1", org: "7" }, { settings: claims(me), rows }),
      at("docs", "SELECT", { id: "1", org: "8" }, { settings: claims(me), rows }),
      // the staff row is there, but not for someone else
      at("docs", "SELECT", { id: "1", org: "7" }, { settings: claims(me.replaceAll("1", "2")), rows }),
      at("docs", "SELECT", { id: "1", org: "7" }, { settings: claims(me) }),
    );
    expect(outcomes).toEqual([allow, allow, allow, deny, deny, deny]);
  });

  test("a definer function reads as its owner", async () => {
    // the owner of the function is a superuser, so the policy of staff does not hold inside
    const rows = [other("staff", { user_id: me, org: "7", active: "f" })];
    expect(
      await answer(
        at("by_definer", "SELECT", { id: "1", org: "7" }, { rows }),
        at("by_definer", "UPDATE CHECK", { id: "1", org: "7" }, { rows }),
        at("by_definer", "SELECT", { id: "1", org: "8" }, { rows }),
      ),
    ).toEqual([allow, allow, deny]);
  });

  test("the objects that a function names exist", async () => {
    const rows = [other("facts", { id: "1", holds: "t" })];
    const ways = ["assigned", "dynamic", "atomic", "nested", "row", "none"];
    const asked = ways.map((way) => at("by_ways", "DELETE", { way }, { rows }));
    expect(await answer(...asked)).toEqual([allow, allow, allow, allow, allow, deny]);
    // and with no fact there, those that look for one find none
    expect(await answer(...ways.map((way) => at("by_ways", "DELETE", { way })))).toEqual([
      deny,
      deny,
      deny,
      deny,
      allow,
      deny,
    ]);
  });

  test("no right on an inner table is an error, not a denial", async () => {
    expect(await answer(at("needs_hidden", "SELECT", { id: "1" }))).toMatchObject([
      { kind: "error", sqlstate: "42501", message: expect.stringContaining("hidden") as string },
    ]);
  });

  test("a policy that reaches its own relation raises 42P17; through a definer function it does not", async () => {
    const [loop, first, second] = await answer(
      at("loops", "SELECT", { id: "1", org: "3" }),
      at("teams", "SELECT", { id: "1", org: "3" }),
      at("teams", "UPDATE USING", { id: "2", org: "3" }),
    );
    expect(loop).toMatchObject({ kind: "error", sqlstate: "42P17" });
    // its own row has id 1, so org 3 is among those that the function finds
    expect(first).toEqual(allow);
    expect(second).toEqual(deny);
    expect(
      await answer(
        at("teams", "UPDATE USING", { id: "2", org: "3" }, { rows: [other("teams", { id: "1", org: "3" })] }),
        // the row to be is not there yet when its check runs
        at("teams", "INSERT", { id: "1", org: "3" }),
        // the old row is
        at("teams", "UPDATE CHECK", { id: "5", org: "3" }, { oldRow: { id: "1", org: "3" } }),
        at("teams", "UPDATE CHECK", { id: "5", org: "4" }, { oldRow: { id: "1", org: "3" } }),
      ),
    ).toEqual([allow, deny, allow, deny]);
  });
});

describe("settings", () => {
  test("unset, empty and a value are three states, whatever order they are asked in", async () => {
    const cells = [
      at("tri", "SELECT", { v: "one" }, { settings: { "app.x": "one" } }),
      at("tri", "SELECT", { v: "empty" }, { settings: { "app.x": "" } }),
      at("tri", "SELECT", { v: "unset" }),
      at("tri", "SELECT", { v: "empty" }),
      at("tri", "SELECT", { v: "unset" }, { settings: { "app.x": "" } }),
      // names of settings are case-insensitive
      at("tri", "SELECT", { v: "unset" }, { settings: { "APP.X": "one" } }),
      at("tri", "SELECT", { v: "unset" }, { settings: { "app.other": "one" } }),
    ];
    expect(await answer(...cells)).toEqual([allow, allow, allow, deny, deny, deny, allow]);
    // the connection of `base` knows app.x by now
    expect(await answer(...cells)).toEqual([allow, allow, allow, deny, deny, deny, allow]);
  });

  test("errors of evaluation are reported with their SQLSTATE", async () => {
    const org = "00000000-0000-0000-0000-000000000001";
    const row = { id: "1", org };
    const token = { "request.jwt.claims": JSON.stringify({ app_metadata: { org } }) };
    expect(
      await answer(
        at("hybrid", "SELECT", row, { settings: token }),
        at("hybrid", "SELECT", row, { settings: { ...token, "app.org": "" } }),
        at("hybrid", "SELECT", row, { settings: { ...token, "app.org": org.replace("1", "2") } }),
        at("hybrid", "SELECT", row, { settings: { ...token, "app.org": "x" } }),
      ),
    ).toMatchObject([allow, allow, deny, { kind: "error", sqlstate: "22P02" }]);
  });
});

describe("other rows of the target", () => {
  const rows = [other("mixed", { id: "2", v: "a", flag: "t" }), other("mixed", { id: "3", v: "z", flag: "f" })];

  test("only the row that is asked about counts", async () => {
    const asked = (["UPDATE USING", "DELETE", "SELECT", "UPDATE CHECK"] as const).flatMap((component) => [
      at("mixed", component, { id: "1", v: "a", flag: "t" }, { rows, role: "app_admin" }),
      at("mixed", component, { id: "1", v: "z", flag: "t" }, { rows, role: "app_admin" }),
    ]);
    // of the others one is reached by the blind statement, one is not
    expect(await answer(...asked)).toEqual([allow, deny, allow, deny, allow, deny, allow, deny]);
  });

  test("a role without policies over it changes every row to the same key without an error", async () => {
    expect(
      await answer(
        at("mixed", "UPDATE USING", { id: "1", v: "a" }, { rows, role: "walks_through" }),
        at("mixed", "UPDATE CHECK", { id: "1", v: "a" }, { rows, role: "walks_through" }),
      ),
    ).toEqual([allow, allow]);
  });

  test("another row does not raise for this one", async () => {
    const broken = [other("fragile", { id: "2", v: "not a number" })];
    const asked = (["SELECT", "UPDATE USING", "DELETE", "UPDATE CHECK", "INSERT"] as const).map((component) =>
      at("fragile", component, { id: "1", v: "5" }, { rows: broken }),
    );
    expect(await answer(...asked)).toEqual(asked.map(() => allow));
  });

  test("a state that a unique key or NOT NULL forbids is an error", async () => {
    const [twice, null_, inserted, refused] = await answer(
      at("mixed", "SELECT", { id: "2", v: "a", flag: "t" }, { rows }),
      at("mixed", "SELECT", { v: "a", flag: "t" }),
      at("mixed", "INSERT", { id: "2", v: "a", flag: "t" }, { rows }),
      // WITH CHECK comes before the key is looked at (execMain.c, ExecInsert)
      at("mixed", "INSERT", { id: "2", v: "z", flag: "t" }, { rows }),
    );
    expect(twice).toMatchObject({
      kind: "error",
      sqlstate: "RL002",
      message: expect.stringMatching(/^the rows cannot be there: /) as string,
    });
    expect(null_).toMatchObject({ kind: "error", sqlstate: "RL002" });
    // the policies let it through; that a constraint stops it afterwards is none of their business
    expect(inserted).toEqual(allow);
    expect(refused).toEqual(deny);
  });
});

describe("objects that cannot be created", () => {
  test("a view is read through its query; it has no rows of its own", async () => {
    const rows = [other("parts", { id: "1", v: "a" })];
    const outcomes = await answer(
      at("through_view", "SELECT", { id: "1" }),
      at("through_view", "SELECT", { id: "1" }, { rows }),
      at("seen", "SELECT", { id: "1" }),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(["deny", "allow", "error"]);
  });

  test("a function that does not exist leaves every answer open", async () => {
    const changed: Catalog = {
      ...catalog,
      policies: catalog.policies.map((policy) =>
        policy.relation === "parts" && policy.name === "s" ? { ...policy, using: "extensions.no_such(v)" } : policy,
      ),
    };
    const outcomes = await replay(base, changed, [at("parts", "SELECT", { id: "1", v: "s" })]);
    expect(outcomes).toMatchObject([{ kind: "error", sqlstate: "42883" }]);
  });

  test("what one relation needs and the database has not leaves the answers about others", async () => {
    const changed: Catalog = {
      ...catalog,
      policies: catalog.policies.map((policy) =>
        policy.relation === "mixed" ? { ...policy, using: "extensions.no_such(v)", check: null } : policy,
      ),
    };
    const situations = [
      at("parts", "SELECT", { id: "1", v: "s" }),
      at("mixed", "SELECT", { id: "1", v: "u", flag: "t" }),
      at("parts", "SELECT", { id: "1", v: "u" }),
    ];
    expect(await replay(base, changed, situations)).toMatchObject([allow, { kind: "error", sqlstate: "42883" }, deny]);
  });

  test("a column of a type that does not exist is text, and the others keep their types", async () => {
    const changed: Catalog = {
      ...catalog,
      // text = integer would raise 42883
      policies: catalog.policies.map((policy) =>
        policy.relation === "parts" && policy.name === "s" ? { ...policy, using: "id = 1 and v = 's'" } : policy,
      ),
      relations: catalog.relations.map((relation) =>
        relation.name === "parts"
          ? {
              ...relation,
              columns: relation.columns.map((column) =>
                column.name === "w" ? { ...column, type: "extensions.geometry(Point,4326)" } : column,
              ),
            }
          : relation,
      ),
    };
    expect(await replay(base, changed, [at("parts", "SELECT", { id: "1", v: "s", w: "anything" })])).toEqual([allow]);
  });
});

test("nothing stays: no role, no schema, and the bootstrap's tables are as they were", async () => {
  const state = `select
    (select count(*)::int from pg_roles where rolname in ('app_user', 'junior')) as roles,
    (select count(*)::int from pg_namespace where nspname = 'rlsmith_replay') as schemas,
    to_regclass('public.parts') as relation, to_regclass('auth.users') is not null as users,
    (select count(*)::int from pg_default_acl) > 0 as acl, current_user::text as who`;
  await answer(at("docs", "SELECT", { id: "1", org: "7" }));
  expect(await base.db.query(state)).toEqual([
    { roles: 0, schemas: 0, relation: null, users: true, acl: true, who: "postgres" },
  ]);
});

test("tables and functions of the catalog replace those of the bootstrap", async () => {
  const own = await catalogOf(
    base,
    `create or replace function auth.uid() returns uuid language sql stable as $$ select '00000000-0000-0000-0000-00000000000a'::uuid $$;
     alter table auth.users add column marked boolean;
     alter table auth.users enable row level security;
     create policy p on auth.users to authenticated using (id = auth.uid() and marked);
     grant select on auth.users to authenticated;`,
  );
  const users = { schema: "auth", name: "users" };
  const row = { id: "00000000-0000-0000-0000-00000000000a", marked: "t", is_sso_user: "f", is_anonymous: "f" };
  const asked = { ...at("x", "SELECT", row, { role: "authenticated" }), relation: users };
  expect(await replay(base, own, [asked, { ...asked, row: { ...row, marked: "f" } }])).toEqual([allow, deny]);
});

test("conditions are true, or they are not: over settings, claims, the row and other rows", async () => {
  const org = "00000000-0000-0000-0000-000000000001";
  const situations = [
    at(
      "hybrid",
      "SELECT",
      { id: "1", org },
      {
        settings: { "request.jwt.claims": JSON.stringify({ app_metadata: { org } }), "app.org": org },
        rows: [other("staff", { org: "7" })],
      },
    ),
    at("hybrid", "UPDATE CHECK", { id: "1" }),
    // two rows with one key: no such state
    at("mixed", "SELECT", { id: "1" }, { rows: [other("mixed", { id: "1" })] }),
  ];
  const conditions = [
    [
      "hybrid.org = (auth.jwt() -> 'app_metadata' ->> 'org')::uuid",
      "current_setting('app.org', true) = org::text",
      "exists (select from public.staff where org = 7)",
      "org is null",
      "current_setting('app.other', true) = ''",
      "1/(id - 1) = 1",
    ],
    ["current_setting('app.org', true) is null", "hybrid.org = hybrid.org", "auth.jwt() is null"],
    ["true"],
  ];
  expect(await evaluateConditions(base, catalog, situations, conditions)).toEqual([
    [true, true, true, false, false, false],
    [true, false, true],
    [false],
  ]);
});

test("hundreds of situations take little time", async () => {
  const tables = Array.from({ length: 30 }, (_, n) => `t${n}`);
  const big = await catalogOf(
    base,
    `create table public.member (user_id uuid, org uuid); alter table public.member enable row level security;
     create policy m on public.member using (user_id = (select auth.uid()));
     ${tables
       .map(
         (
           name,
         ) => `create table public.${name} (id uuid primary key, org uuid not null, a text, b int, c timestamptz, d jsonb);
     alter table public.${name} enable row level security;
     create policy r on public.${name} for select to authenticated using (org in (select m.org from public.member m));
     create policy w on public.${name} for all to authenticated using (org = nullif(current_setting('app.org', true), '')::uuid);`,
       )
       .join("\n")}`,
  );
  const org = "00000000-0000-0000-0000-000000000001";
  const components: Component[] = ["SELECT", "INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"];
  const situations = Array.from({ length: 500 }, (_, n) =>
    at(
      tables[n % 30] ?? "",
      components[Math.floor(n / 30) % 5] ?? "SELECT",
      { id: org, org, b: String(n) },
      {
        role: "authenticated",
        settings: { "request.jwt.claims": JSON.stringify({ sub: org }), "app.org": n % 2 === 0 ? org : "" },
        rows: [other("member", { user_id: org.replace("1", "2"), org })],
      },
    ),
  );
  const outcomes = await replay(base, big, situations);
  expect(outcomes).toEqual(situations.map((_, n) => (n % 2 === 0 ? allow : deny)));
});

test("a native server of version 15 answers the same", async () => {
  const server = await startServer(15);
  try {
    const native = await openScratch({ kind: "server", url: server.url, superuser: true });
    try {
      const situations = [
        ...(["SELECT", "INSERT", "UPDATE USING", "UPDATE CHECK", "DELETE"] as const).flatMap((component) =>
          ["s", "i", "u", "c", "d"].map((v) => at("parts", component, { id: "1", v })),
        ),
        at("tri", "SELECT", { v: "unset" }),
        at("tri", "SELECT", { v: "empty" }, { settings: { "app.x": "" } }),
        at("tri", "SELECT", { v: "one" }, { settings: { "app.x": "one" } }),
        at("loops", "SELECT", { id: "1", org: "3" }),
        at("teams", "UPDATE CHECK", { id: "5", org: "3" }, { oldRow: { id: "1", org: "3" } }),
        at("fragile", "UPDATE USING", { id: "1", v: "5" }, { rows: [other("fragile", { id: "2", v: "x" })] }),
        at("mixed", "UPDATE USING", { id: "1" }, { rows: [other("mixed", { id: "2" })], role: "walks_through" }),
        at("mixed", "SELECT", { id: "1", v: "u", flag: "t" }, { role: "junior" }),
        at("mixed", "SELECT", { id: "1", v: "u", flag: "t" }, { role: "apart" }),
        at("forced", "SELECT", { id: "1" }, { role: "owner_forced" }),
        at("needs_hidden", "SELECT", { id: "1" }),
      ];
      const [there, here] = [await replay(native, catalog, situations), await replay(base, catalog, situations)];
      expect(there).toEqual(here);
      // a second time the variable is known to the connection, and a fresh one is taken
      expect(await replay(native, catalog, situations)).toEqual(here);
      const roles = await native.db.query("select from pg_roles where rolname = 'app_user'");
      expect(roles).toEqual([]);
    } finally {
      await native.close();
    }
  } finally {
    await server.stop();
  }
});
