import fc from "fast-check";
import { expect, test } from "vitest";
import { as } from "../../src/pg/expr/node.ts";
import { parseExpr } from "../../src/pg/expr/parse.ts";
import { dollarQuote } from "../../src/pg/identifier.ts";

const read = (literal: string): string | undefined => as("A_Const", parseExpr(literal))?.sval?.sval;

test("PostgreSQL's grammar reads a dollar-quoted text as it was, whatever tags it holds", () => {
  const parts = fc.constantFrom(
    "$",
    "$$",
    "$rlsmith$",
    "$rlsmith1$",
    "rlsmith",
    "body1",
    "$body1",
    "1",
    "x",
    " ",
    "'",
    "\n",
  );
  fc.assert(
    fc.property(
      fc.array(parts, { minLength: 1, maxLength: 8 }),
      fc.constantFrom("rlsmith", "job", ""),
      (texts, tag) => {
        expect(read(dollarQuote(texts.join(""), tag))).toBe(texts.join(""));
      },
    ),
  );
});

test("an empty tag is kept where the text allows it", () => {
  expect(dollarQuote(" select 1 ", "")).toBe("$$ select 1 $$");
  expect(dollarQuote("a$b", "")).toBe("$$a$b$$");
  expect(dollarQuote("a$", "")).toBe("$body1$a$$body1$");
});
