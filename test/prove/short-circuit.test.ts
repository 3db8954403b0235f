import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { prove, type AssumedVerdict } from "../../src/prove/prove.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";

// PostgreSQL leaves out the part of OR, or of AND, that it does not need. So a part that always raises does not make the
// whole raise, however the whole is used. It leaves out the operands of a strict operator or function of which one is
// NULL for certain, too, and an argument that the body of a function in SQL, which takes the place of its call, does not
// come to.
const FUNCTIONS = `
  create function fails() returns boolean language plpgsql volatile as $$ begin return ''::integer = 1; end $$;
  create function same(given boolean) returns boolean language sql stable as $$ select given $$;
  create function branch(given boolean) returns boolean language plpgsql volatile as $$
  begin if given then return true; end if; return false; end $$;
  create function kept(given boolean) returns boolean language plpgsql volatile as $$
  declare found boolean; begin found := given; return found; end $$;
  create function strictly(given boolean) returns boolean language sql volatile strict as $$ select given $$;
  create function first_of(given boolean, other boolean) returns boolean language sql volatile strict as $$ select given $$;
  create function ignores(given boolean) returns boolean language sql volatile as $$ select true $$;
  create function either(given boolean, other boolean) returns boolean language sql volatile as $$
  select case when given then true else other end $$;
  create function sometimes(given boolean, other boolean) returns boolean language sql volatile as $$
  select given or other $$;`;

/** True where the part that is given is true. */
const USES: readonly string[] = [
  "X",
  "(X) is not null",
  "(X) is true",
  "(X) is not false",
  "(X) is not unknown",
  "(X) = true",
  "(X) = flag",
  "(X) <> false",
  "(X) is not distinct from true",
  "(X) is distinct from false",
  "(X) in (true)",
  "(X) = any (array[true, null])",
  "(X)::text = 'true'",
  "(X)::integer = 1",
  "coalesce(X, false)",
  "coalesce(null::boolean, X)",
  "nullif(X, false)",
  "greatest(X, false)",
  "case when X then true else false end",
  "case when flag then X else false end",
  "case X when true then true else false end",
  "not (not (X))",
  "(X) and flag",
  "(select X)",
  "exists (select 1 where X)",
  "exists (select 1 from (select (X) as found) s where s.found)",
  "(select bool_or((X) = t.v) from (values (true)) t(v))",
  "same(X)",
  "branch(X)",
  "kept(X)",
  "strictly(X)",
  "(array[X])[1]",
  "row(X, 1) = row(true, 1)",
  "to_jsonb(X)::boolean",
  "(jsonb_build_object('found', X) ->> 'found')::boolean",
];

const PARTS = ["flag or fails()", "not (not flag and fails())", "note is not null or fails()"];

/** True, though they have a part that always raises. */
const LEAVE_OUT: readonly string[] = [
  "(fails() = null::boolean) is null",
  "coalesce(fails() = null::boolean, true)",
  "coalesce(null::boolean <> fails(), true)",
  "coalesce(fails()::text = null, true)",
  "coalesce(fails()::integer + null::integer = 1, true)",
  "coalesce((fails()::text || null) = 'a', true)",
  "coalesce(fails() > null::boolean, true)",
  "coalesce(lower(null::text) = fails()::text, true)",
  "coalesce(first_of(fails(), null), true)",
  "coalesce(first_of(null, fails()), true)",
  "case fails() when null then false else true end",
  "coalesce(jsonb_build_object('a', 1) -> null::text = to_jsonb(fails()), true)",
  "ignores(fails())",
  "not not ignores(fails())",
  "either(flag, fails())",
  "sometimes(flag, fails())",
  "coalesce(sometimes(flag, fails()), false)",
];

const CASES = [
  ...PARTS.flatMap((part) => USES.map((use) => ({ part, use, condition: use.replace("X", part) }))),
  ...LEAVE_OUT.map((use) => ({ part: "fails()", use, condition: use })),
].map((one, n) => ({ ...one, table: `docs_${n}` }));

const policies = (conditionOf: (one: (typeof CASES)[number]) => string): string =>
  CASES.map(
    (one) => `drop policy if exists p on ${one.table}; create policy p on ${one.table} using (${conditionOf(one)});`,
  ).join("\n");

/** What a read of the row ends with, by table. */
async function outcomes(db: Db): Promise<Map<string, "allow" | "deny" | "error">> {
  const found = new Map<string, "allow" | "deny" | "error">();
  await db.exec("set role authenticated");
  for (const { table } of CASES)
    found.set(
      table,
      await db.query(`select from ${table}`).then(
        (rows) => (rows.length > 0 ? "allow" : "deny"),
        () => "error",
      ),
    );
  await db.exec("reset role");
  return found;
}

let scratch: Scratch;
let before: Map<string, string>;
let after: Map<string, string>;
let changed: Map<string, AssumedVerdict>;
let reversed: Map<string, AssumedVerdict>;

beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  const { db } = scratch;
  const tables = CASES.map(
    ({ table }) => `
    create table ${table} (id int primary key, flag boolean not null, note text);
    insert into ${table} values (1, true, 'a');
    alter table ${table} enable row level security;
    grant select on ${table} to authenticated;`,
  ).join("");
  await db.exec(`${FUNCTIONS} ${tables} ${policies(() => "fails()")}`);
  const from = await inspect(db);
  before = await outcomes(db);
  await db.exec(policies(({ condition }) => condition));
  const to = await inspect(db);
  after = await outcomes(db);
  const verdicts = (one: typeof from, other: typeof from): Map<string, AssumedVerdict> =>
    new Map(
      prove(one, other, { roles: ["authenticated"] })
        .filter(({ component, role }) => component === "SELECT" && role === "authenticated")
        .map((verdict) => [verdict.relation.name, verdict]),
    );
  changed = verdicts(from, to);
  reversed = verdicts(to, from);
}, 120_000);
afterAll(async () => scratch.close());

describe.each([...PARTS, "fails()"])("%s", (part) => {
  test.each(CASES.filter((one) => one.part === part))("$use opens what always raised", ({ table }) => {
    expect([before.get(table), after.get(table)]).toEqual(["error", "allow"]);
    const [opened, closed] = [changed.get(table), reversed.get(table)];
    const opens = opened?.decision === "equivalent" && opened.errors.includes("error->allow");
    expect(opens || ["unknown", "looser", "incomparable"].includes(opened?.decision ?? "")).toBe(true);
    const closes = closed?.decision === "equivalent" && closed.errors.includes("allow->error");
    expect(closes || ["unknown", "tighter", "always-errors"].includes(closed?.decision ?? "")).toBe(true);
  });
});
