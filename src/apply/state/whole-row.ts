import type { Db } from "../../db/port.ts";
import { as } from "../../pg/expr/node.ts";
import { parseExpr, scanTokens } from "../../pg/expr/parse.ts";
import { applyEdits, type Edit } from "../../pg/expr/print.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { quoteName } from "../../pg/name.ts";

/**
 * Policies that look at their row as a whole (`may_see(staff.*)`) on a copy of the relation, whose row has another type: the row is cast to the
 * relation's own type on the way in, which Postgres takes for any row by way of text, and the cast is taken out of what it prints.
 */
export interface WholeRow {
  /** the expression with the cast; itself where it does not look at the whole row */
  cast(text: string): string;
  /** what was printed of `cast(text)`, as it would be printed without */
  uncast(printed: string): string;
}

/** For the policies of one relation; their texts say whether the server has to be asked how it writes the relation's name. */
export async function wholeRowOf(db: Db, schema: string, name: string, texts: readonly string[]): Promise<WholeRow> {
  if (!texts.some((text) => text.includes(".*"))) return { cast: (text) => text, uncast: (text) => text };
  // names as Postgres prints them: quoted only where it has to
  const [printed] = await db.query<{ type: string; row: string }>(
    "select format('%I.%I', $1::text, $2::text) as type, format('%I.*', $2::text) as row",
    [schema, name],
  );
  const { type = "", row = "" } = printed ?? {};
  return {
    cast: (text) => castRows(text, name, quoteName({ schema, name })),
    uncast: (text) => text.replaceAll(`((${row})::text)::${type}`, () => row),
  };
}

function castRows(text: string, name: string, type: string): string {
  const tokens = scanTokens(text);
  const edits: Edit[] = [];
  walk(parseExpr(text), (node) => {
    const reference = as("ColumnRef", node);
    const [of, star, ...more] = nameParts(reference?.fields);
    if (!reference || of !== name || star !== "*" || more.length > 0) return;
    const at = tokens.findIndex(({ start }) => start === reference.location);
    const [first, last] = [tokens[at], tokens[at + 2]];
    if (!first || last?.text !== "*") return;
    edits.push(
      { start: first.start, end: first.start, text: "((" },
      { start: last.end, end: last.end, text: `)::text)::${type}` },
    );
  });
  return applyEdits(
    text,
    edits.toSorted((a, b) => b.start - a.start),
  );
}
