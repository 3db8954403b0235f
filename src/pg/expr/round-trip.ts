import { equal } from "./equal.ts";
import { as } from "./node.ts";
import { parseExpr, scanTokens } from "./parse.ts";
import { applyEdits, type Edit } from "./print.ts";
import { typeText } from "./shape.ts";
import { walk } from "./walk.ts";

/**
 * An expression that Postgres, after parsing it, prints as `text`, where `text` is the output of pg_get_expr. One form
 * does not survive this round trip: for `v in ('a', 'b')` with a varchar column `v`, Postgres makes an array of varchar
 * and casts the array. It prints `(ARRAY['a'::character varying, …])::text[]`, but parses that as an array of text in
 * which each element is cast, and prints it so from then on. A cast to the type of the elements in between keeps the
 * array. Of some hundred forms no other differs (measured on 15 and 18, test/pg/round-trip.test.ts). Elements of mixed
 * types, or of a type that the text does not show, are left unchanged.
 */
export function roundTripping(text: string): string {
  if (!CAST_ARRAY.test(text)) return text;
  const tokens = scanTokens(text);
  const edits: Edit[] = [];
  walk(parseExpr(text), (node) => {
    const cast = as("TypeCast", node);
    const [type, ...others] = (as("A_ArrayExpr", cast?.arg)?.elements ?? []).map(
      (element) => as("TypeCast", element)?.typeName,
    );
    if (!cast || !type || type.arrayBounds || type.typmods || !others.every((other) => equal(other, type))) return;
    const own = `${typeText(type)}[]`;
    if (own === typeText(cast.typeName)) return;
    const at = tokens.findIndex(({ start }) => start === cast.location);
    const [bracket, closing] = [tokens[at - 2], tokens[at - 1]];
    if (bracket?.text !== "]" || closing?.text !== ")") return;
    edits.push({ start: bracket.end, end: bracket.end, text: `::${own}` });
  });
  return applyEdits(
    text,
    edits.toSorted((a, b) => b.start - a.start),
  );
}

// The only way in which the form is printed; an expression without it need not be parsed.
const CAST_ARRAY = /\]\)::/;
