import { as } from "../../pg/expr/node.ts";
import { parseExpr, scanTokens } from "../../pg/expr/parse.ts";
import { applyEdits, type Edit } from "../../pg/expr/print.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { sameName, type QualifiedName } from "../../pg/name.ts";

/** A relation under its former and its present name. */
export interface Renamed {
  from: QualifiedName;
  to: QualifiedName;
}

/**
 * An expression as pg_get_expr printed it under an empty search_path, with the present names of relations that were
 * renamed. A column is printed with its relation's name where there is no alias. If a name could mean something else as
 * well (an alias, another schema's relation), the text is returned unchanged: the server then refuses it, or prints
 * something else than what is there.
 */
export function withPresentNames(text: string, renamed: readonly Renamed[]): string {
  if (!renamed.some(({ from }) => text.includes(from.name))) return text;
  const tree = parseExpr(text);
  const others = new Set<string>();
  walk(tree, (node) => {
    const range = as("RangeVar", node);
    const alias = range?.alias?.aliasname ?? as("RangeSubselect", node)?.alias?.aliasname;
    const name = alias ?? as("CommonTableExpr", node)?.ctename ?? as("RangeFunction", node)?.alias?.aliasname;
    if (name !== undefined) others.add(name);
    else if (range?.relname !== undefined && !renamed.some(({ from }) => sameName(from, nameOf(range))))
      others.add(range.relname);
  });
  if (renamed.some(({ from, to }) => others.has(from.name) || others.has(to.name))) return text;
  const tokens = scanTokens(text);
  const edits: Edit[] = [];
  const replace = (location: number | undefined, place: number, by: string): void => {
    const token = tokens[tokens.findIndex(({ start }) => start === (location ?? 0)) + place];
    if (token) edits.push({ start: token.start, end: token.end, text: quoteIdent(by) });
  };
  walk(tree, (node) => {
    const range = as("RangeVar", node);
    const relation = range && renamed.find(({ from }) => sameName(from, nameOf(range)));
    if (relation) {
      replace(range.location, 0, relation.to.schema);
      replace(range.location, 2, relation.to.name);
    }
    const column = as("ColumnRef", node);
    const [of, ...rest] = nameParts(column?.fields);
    const qualified = rest.length > 0 && renamed.find(({ from }) => from.name === of);
    if (column && qualified) replace(column.location, 0, qualified.to.name);
  });
  return applyEdits(
    text,
    edits.toSorted((a, b) => b.start - a.start),
  );
}

const nameOf = ({ schemaname, relname }: { schemaname?: string; relname?: string }): QualifiedName => ({
  schema: schemaname ?? "",
  name: relname ?? "",
});
