import type { Db } from "../../db/port.ts";
import { as } from "../../pg/expr/node.ts";
import { parseExpr, scanTokens } from "../../pg/expr/parse.ts";
import { applyEdits, type Edit } from "../../pg/expr/print.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { quoteName } from "../../pg/name.ts";

/**
 * Policies that use their row as a whole (`may_see(staff.*)`) cannot be created on a copy of the relation as they are:
 * the rows of the copy have another type. The row is cast to the relation's own type by way of text, which PostgreSQL
 * accepts for any row, and the cast is removed from the printed form.
 */
export interface WholeRow {
  /** the expression with the cast; unchanged if it does not use the whole row */
  cast(text: string): string;
  /** the printed form of `cast(text)`, without the cast */
  uncast(printed: string): string;
}

/**
 * The casts for the policies of one relation. The server is asked how it prints the relation's name only if one of the
 * texts has `.*`.
 */
export async function wholeRowOf(db: Db, schema: string, name: string, texts: readonly string[]): Promise<WholeRow> {
  if (!texts.some((text) => text.includes(".*"))) return { cast: (text) => text, uncast: (text) => text };
  // names as PostgreSQL prints them: quoted only where necessary
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
