import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEmbedded, type EmbeddedDb } from "../../src/db/pglite.ts";
import { quoteLiteral } from "../../src/pg/identifier.ts";
import { EXPRESSION_RULES, rewriteExpression } from "../../src/rewrite/expression.ts";
import { exampleContext } from "../support/rule-context.ts";

/**
 * The obligation of the rules, tried on a real Postgres: with context (each variable set and equal to its claim) the rewritten expression lets
 * the same rows through as the old one; without context (variables unset or empty) a hybrid with NULLIF does too.
 */
let db: EmbeddedDb;

const A = "10000000-0000-4000-8000-00000000000a";
const B = "10000000-0000-4000-8000-00000000000b";

beforeAll(async () => {
  db = await openEmbedded();
  await db.exec(`
    create schema auth;
    create function auth.jwt() returns jsonb language sql stable as
      $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
    create function auth.uid() returns uuid language sql stable as $$ select (auth.jwt() ->> 'sub')::uuid $$;
    create table docs (id int, casino_id uuid, owner uuid, role text, level int);
    insert into docs select row_number() over (), c, o, r, l from
      unnest(array['${A}', '${B}', null]::uuid[]) c, unnest(array['${A}', '${B}']::uuid[]) o,
      unnest(array['admin', 'dealer', null]) r, unnest(array[1, 3]) l;`);
});
afterAll(async () => db.close());

const setting = (name: string): string => `current_setting('app.${name}'::text, true)`;
const claim = (name: string): string => `((auth.jwt() -> 'app_metadata'::text) ->> '${name}'::text)`;

/** A hybrid or, where `bare` is asked for, session-only read. */
const read = (name: string, cast: string | null, hybrid: boolean): fc.Arbitrary<string> => {
  const typed = (text: string): string => (cast === null ? text : `(${text})::${cast}`);
  const guarded = `NULLIF(${setting(name)}, ''::text)`;
  const hybrids = [
    `COALESCE(${typed(guarded)}, ${typed(claim(name))})`,
    typed(`COALESCE(${guarded}, ${claim(name)})`),
    `COALESCE(${typed(`NULLIF(COALESCE(${setting(name)}, ''::text), ''::text)`)}, ${typed(claim(name))})`,
    `(SELECT COALESCE(${typed(guarded)}, ${typed(claim(name))}))`,
  ];
  return fc.constantFrom(...(hybrid ? hybrids : [...hybrids, typed(setting(name)), typed(guarded)]));
};

function predicate(hybrid: boolean): fc.Arbitrary<string> {
  const tenant = read("casino_id", "uuid", hybrid);
  const role = read("staff_role", null, hybrid);
  const level = read("level", "integer", hybrid);
  const leaf = fc.oneof(
    tenant.map((value) => `(casino_id = ${value})`),
    tenant.map((value) => `(casino_id <> ${value})`),
    tenant.map((value) => `(casino_id IS NOT DISTINCT FROM ${value})`),
    tenant.map((value) => `(${value} IS NULL)`),
    role.map((value) => `(${value} = ANY (ARRAY['admin'::text, 'pit_boss'::text]))`),
    role.map((value) => `(role = ${value})`),
    role.map((value) => `(COALESCE(${value}, ''::text) <> role)`),
    level.map((value) => `(level <= ${value})`),
    tenant.map((value) => `(EXISTS ( SELECT 1 FROM docs d WHERE ((d.casino_id = ${value}) AND (d.id = docs.id))))`),
    fc.constantFrom("(auth.uid() IS NOT NULL)", "(owner = auth.uid())", "(role IS NULL)", "false", "true"),
  );
  const { node } = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(${a} AND ${b})`),
      fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(${a} OR ${b})`),
      tie("node").map((a) => `(NOT ${a})`),
      fc.tuple(tie("node"), tie("node")).map(([a, b]) => `CASE WHEN ${a} THEN ${b} ELSE (NOT ${b}) END`),
    ),
  }));
  return node;
}

const tokens = fc.record(
  {
    casino_id: fc.constantFrom(A, B),
    staff_role: fc.constantFrom("admin", "dealer"),
    level: fc.constantFrom(1, 2, 3),
  },
  { requiredKeys: [] },
);

/** Rows that pass, under the token, with the variables set as said. */
async function passing(expression: string, claims: object, variables: Record<string, string>): Promise<string> {
  const set = Object.entries({ ...variables, "request.jwt.claims": JSON.stringify({ sub: A, app_metadata: claims }) });
  await db.exec(
    set.map(([name, value]) => `select set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`).join(";"),
  );
  const [row] = await db.query<{ ids: string }>(
    `select coalesce(string_agg(id::text, ',' order by id), '') as ids from docs where ${expression}`,
  );
  return row?.ids ?? "";
}

const names = ["casino_id", "staff_role", "level"] as const;

test("with context: every expression lets the same rows through", async () => {
  await fc.assert(
    fc.asyncProperty(predicate(false), tokens, async (before, claims) => {
      // "set, and equal to the claim": a claim that is missing is covered by the other regime
      const full = { casino_id: A, staff_role: "dealer", level: 2, ...claims };
      const after = rewriteExpression(before, EXPRESSION_RULES, exampleContext).text;
      const variables = Object.fromEntries(names.map((name) => [`app.${name}`, String(full[name])]));
      expect(after).not.toContain("app.");
      expect(await passing(after, full, variables), after).toBe(await passing(before, full, variables));
    }),
    { numRuns: 400 },
  );
});

test("without context: a hybrid with NULLIF lets the same rows through", async () => {
  await fc.assert(
    fc.asyncProperty(predicate(true), tokens, async (before, claims) => {
      const after = rewriteExpression(before, EXPRESSION_RULES, exampleContext).text;
      const variables = Object.fromEntries(names.map((name) => [`app.${name}`, ""]));
      expect(await passing(after, claims, variables), after).toBe(await passing(before, claims, variables));
    }),
    { numRuns: 400 },
  );
});
