import { equal } from "./equal.ts";
import { as } from "./node.ts";
import { parseExpr, scanTokens } from "./parse.ts";
import { applyEdits, type Edit } from "./print.ts";
import { typeText } from "./shape.ts";
import { walk } from "./walk.ts";

/**
 * Text of an expression such that Postgres, when it has read it, prints it as `text`, which is what it printed (pg_get_expr). There is one form that it
 * prints and does not read as what it was: of `v in ('a', 'b')` with a varchar `v` it makes an array of varchar and casts that; the printed
 * `(ARRAY['a'::character varying, …])::text[]` is read as an array of text, each element cast by itself, and then printed so. A cast to the elements'
 * own type in between keeps the array what it was. Of some hundred forms no other differs (measured on 15 and 18, test/pg/round-trip.test.ts).
 * Elements whose type the text does not say, and those of several types, are left alone.
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

// the only way in which it is printed; nothing else needs to be parsed
const CAST_ARRAY = /\]\)::/;
