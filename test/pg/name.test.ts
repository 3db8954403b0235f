import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExpr } from "../../src/pg/expr/parse.ts";
import { as } from "../../src/pg/expr/node.ts";
import {
  canonicalName,
  columnKey,
  functionKey,
  nameKey,
  namedBy,
  nameParts,
  parseName,
  quoteName,
  relationKey,
  sameName,
  shownName,
  type QualifiedName,
} from "../../src/pg/name.ts";
import { policyId } from "../../src/pg/policy.ts";

// Parts that are close to each other as text: of these few characters a run finds two names whose joined texts are the same. PostgreSQL has no
// identifier of zero length and none with a NUL in it; everything else may be in one.
const part = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.string({ unit: fc.constantFrom("a", "b", ".", '"', " ", "(", "\n"), minLength: 1, maxLength: 5 }),
  },
  fc.constantFrom("order", "Order", "select", "public", "a_b$", "1a", "ä"),
  fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !text.includes("\0")),
);
const name: fc.Arbitrary<QualifiedName> = fc.record({ schema: part, name: part });

describe("no two names share one text", () => {
  test("relations", () => {
    fc.assert(
      fc.property(name, name, (a, b) => (nameKey(a) === nameKey(b)) === sameName(a, b)),
      { numRuns: 5000 },
    );
  });

  test("columns", () => {
    const same = (a: readonly unknown[], b: readonly unknown[]): boolean => JSON.stringify(a) === JSON.stringify(b);
    fc.assert(
      fc.property(name, part, name, part, (a, c, b, d) => {
        const equal = same([a.schema, a.name, c], [b.schema, b.name, d]);
        expect(columnKey(a, c) === columnKey(b, d)).toBe(equal);
        expect(
          policyId({ schema: a.schema, relation: a.name, name: c }) ===
            policyId({ schema: b.schema, relation: b.name, name: d }),
        ).toBe(equal);
      }),
      { numRuns: 5000 },
    );
  });

  test("functions, whose arguments tell overloads apart", () => {
    fc.assert(
      fc.property(
        name,
        name,
        fc.constantFrom("", "a uuid", '"a)" text'),
        fc.constantFrom("", "a uuid"),
        (a, b, c, d) => {
          const [one, other] = [
            { ...a, identityArguments: c },
            { ...b, identityArguments: d },
          ];
          expect(functionKey(one) === functionKey(other)).toBe(sameName(a, b) && c === d);
        },
      ),
      { numRuns: 5000 },
    );
  });

  test.each([
    [{ schema: "a", name: "b.c" }, 'a."b.c"'],
    [{ schema: "a.b", name: "c" }, '"a.b".c'],
    [{ schema: "a", name: 'b"c' }, 'a."b""c"'],
    [{ schema: "public", name: "staff" }, "public.staff"],
    // a reserved word, and what PostgreSQL would fold to lower case
    [{ schema: "public", name: "order" }, 'public."order"'],
    [{ schema: "public", name: "Order" }, 'public."Order"'],
    [{ schema: "public", name: "2fa" }, 'public."2fa"'],
  ])("%j is shown as %s", (one, text) => {
    expect(nameKey(one)).toBe(text);
  });
});

describe("a name that is shown can be read", () => {
  test("of a relation, in both ways of quoting", () => {
    fc.assert(
      fc.property(name, (one) => {
        expect(parseName(nameKey(one))).toEqual(one);
        expect(parseName(quoteName(one))).toEqual(one);
      }),
      { numRuns: 2000 },
    );
  });

  test("of any number of parts", () => {
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
        expect(nameParts(shownName(parts))).toEqual(parts);
      }),
      { numRuns: 2000 },
    );
  });

  // the grammar of PostgreSQL 18 reads the text as a reference of two names
  test("by PostgreSQL's own parser", () => {
    fc.assert(
      fc.property(name, (one) => {
        const { fields } = as("ColumnRef", parseExpr(quoteName(one))) ?? {};
        expect(fields?.map((field) => as("String", field)?.sval)).toEqual([one.schema, one.name]);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["public.staff", ["public", "staff"]],
    // bare parts are taken as they stand: who writes a config copies the name
    ["public.Order", ["public", "Order"]],
    ["public.order", ["public", "order"]],
    ['public."Order"', ["public", "Order"]],
    ['a."b.c"', ["a", "b.c"]],
    ['"a.b".c', ["a.b", "c"]],
    ['"a""b".c', ['a"b', "c"]],
    ["public.staff.read own rows", ["public", "staff", "read own rows"]],
    ["public.*", ["public", "*"]],
  ])("%s", (text, parts) => {
    expect(nameParts(text)).toEqual(parts);
  });

  test.each(["", ".", "public.", ".staff", "a..b", '""', 'public.""', 'public."staff', 'public.sta"ff', 'public."a"b'])(
    "`%s` is no name",
    (text) => {
      expect(nameParts(text)).toBeNull();
      expect(parseName(text)).toBeNull();
    },
  );

  test.each(["staff", "a.b.c"])("%s is no name of a schema and a relation", (text) => {
    expect(parseName(text)).toBeNull();
  });

  test("a text and the form in which it is shown", () => {
    expect(canonicalName("public.Order")).toBe('public."Order"');
    expect(canonicalName('"public"."staff"')).toBe("public.staff");
    expect(canonicalName("not a name.")).toBe("not a name.");
  });
});

test("a text names one of several", () => {
  const [dotted, split] = [
    { schema: "a", name: "b.c" },
    { schema: "a.b", name: "c" },
  ];
  expect(namedBy('a."b.c"', [split, dotted])).toBe(dotted);
  expect(namedBy('"a.b".c', [dotted, split])).toBe(split);
  expect(namedBy("a.b.c", [dotted, split])).toBeUndefined();
  expect(namedBy("c", [dotted, split])).toBeUndefined();
});

test("a relation of a policy or trigger has the key of the relation", () => {
  expect(relationKey({ schema: "a", relation: "b.c" })).toBe(nameKey({ schema: "a", name: "b.c" }));
});
