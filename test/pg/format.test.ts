import { describe, expect, test } from "vitest";
import { formatExpr } from "../../src/pg/expr/format.ts";
import { equal } from "../../src/pg/expr/equal.ts";
import { asWritten } from "../../src/pg/expr/normal.ts";
import { parseExpr } from "../../src/pg/expr/parse.ts";

// as pg_get_expr prints it, and as a person writes it
const examples: [title: string, printed: string, written: string][] = [
  ["one condition", "(id = 3)", "id = 3"],
  [
    "one condition a line, without the casts of constants that are text anyway",
    "((auth.uid() IS NOT NULL) AND (tenant = COALESCE((NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid, (((auth.jwt() -> 'app_metadata'::text) ->> 'tenant'::text))::uuid)))",
    `auth.uid() is not null
and tenant = coalesce(
  nullif(current_setting('app.tenant', true), '')::uuid,
  (auth.jwt() -> 'app_metadata' ->> 'tenant')::uuid
)`,
  ],
  ["a cast beside a column decides which operator is meant", "(name = 'x'::text)", "name = 'x'::text"],
  [
    "OR and AND",
    "((a = 1) AND ((b = 2) OR ((c = 3) AND (NOT d))))",
    `a = 1
and (
  b = 2
  or (
    c = 3
    and not d
  )
)`,
  ],
  [
    "AND that the grammar nests stays nested",
    "((a = 1) AND ((b = 2) AND (c = 3)))",
    `a = 1
and (
  b = 2
  and c = 3
)`,
  ],
  ["NOT of several", "(NOT ((a = 1) OR b))", "not (\n  a = 1\n  or b\n)"],
  ["the name of a target that it has anyway", "(id = ( SELECT auth.uid() AS uid))", "id = (select auth.uid())"],
  ["another name stays", "(id = ( SELECT auth.uid() AS who))", "id = (select auth.uid() as who)"],
  [
    "a sub-query",
    '(EXISTS ( SELECT 1\n   FROM (public.staff s\n     JOIN public."Order" o ON ((o.id = s."user")))\n  WHERE ((s.id = docs.owner) AND (s.active = true))\n LIMIT 1))',
    `exists (
  select 1
  from public.staff s
    join public."Order" o on o.id = s."user"
  where s.id = docs.owner
    and s.active = true
  limit 1
)`,
  ],
  [
    "IN over a sub-query",
    "(owner IN ( SELECT s.id\n   FROM public.staff s))",
    "owner in (\n  select s.id\n  from public.staff s\n)",
  ],
  ["arithmetic keeps what it needs", "((a - (b - c)) * (- d))", "(a - (b - c)) * (- d)"],
  ["comparison of comparisons", "((a = b) = (c = d))", "(a = b) = (c = d)"],
  ["IS NULL of a comparison", "((a = b) IS NULL)", "(a = b) is null"],
  ["arrays", "(role = ANY (ARRAY['a'::public.r, 'b'::public.r]))", "role = any (array['a'::public.r, 'b'::public.r])"],
  [
    "text in an array",
    "((auth.jwt() ->> 'role'::text) = ANY (ARRAY['a'::text, 'b'::text]))",
    "auth.jwt() ->> 'role' = any (array['a', 'b'])",
  ],
  ["CASE", "CASE\n    WHEN (a = 1) THEN true\n    ELSE false\nEND", "case when a = 1 then true else false end"],
  ["types with other names", "((a)::timestamp with time zone > now())", "a::timestamp with time zone > now()"],
  ["arrays of a type", "(tags = '{a}'::text[])", "tags = '{a}'::text[]"],
  ["a form that the printer leaves to the deparser", "((a)::numeric(10,2) > b)", "(cast(a as numeric(10, 2))) > b"],
];

describe("as a person writes it", () => {
  test.each(examples)("%s", (_, printed, written) => {
    expect(formatExpr(printed).join("\n")).toBe(written);
    // and nothing of it changes the tree but what `asWritten` takes away
    expect(equal(parseExpr(written), asWritten(parseExpr(printed)))).toBe(true);
    expect(formatExpr(written).join("\n")).toBe(written);
  });

  test("lines inside a literal are not indented", () => {
    const text = "((a = 'one\n two'::text) AND (b = E'back\\\\slash'))";
    const lines = formatExpr(text).map((line) => `    ${line}`);
    expect(equal(parseExpr(lines.join("\n")), asWritten(parseExpr(text)))).toBe(true);
  });
});
