import { parseStatements } from "../../pg/expr/parse.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import type { Edit } from "../../pg/expr/print.ts";
import { tokensOf } from "../../pg/plpgsql/position.ts";
import type { Place } from "../../pg/plpgsql/node.ts";

/** The edits, last first, that take items out of the list of `SELECT a, b, c`; null where the list is not that plain. */
export function withoutItems(text: string, isRemoved: readonly boolean[]): Edit[] | null {
  const places = placesOf(text);
  if (places === null || places.length !== isRemoved.length) return null;
  const edits = places.flatMap((place, n): Edit[] => {
    if (isRemoved[n] !== true) return [];
    const next = places[n + 1];
    // The last items go with the comma before them, every other one with the comma after it.
    const isLast = isRemoved.slice(n).every(Boolean);
    const before = places[isRemoved.lastIndexOf(false)];
    if (isLast)
      return before && n === isRemoved.lastIndexOf(false) + 1 ? [edit(text, before.end, lastEnd(places))] : [];
    return next ? [edit(text, place.start, next.start)] : [];
  });
  return edits.toReversed();
}

/** The statements without these items of the list of the one SELECT; null for any other tree. */
export function treeWithoutItems(tree: unknown, isRemoved: readonly boolean[]): unknown {
  const statements = Array.isArray(tree) ? (tree as { stmt?: Expr }[]) : [];
  const [only] = statements;
  const select = as("SelectStmt", only?.stmt);
  if (!select || statements.length !== 1) return null;
  const targetList = (select.targetList ?? []).filter((_, n) => isRemoved[n] !== true);
  return [{ ...only, stmt: { SelectStmt: { ...select, targetList } } }];
}

/** The places of the items between SELECT and the end of a text that is nothing else. */
function placesOf(text: string): Place[] | null {
  const [statement, ...more] = parseStatements(text);
  const select = as("SelectStmt", statement?.stmt);
  if (!select || more.length > 0 || Object.keys(select).some((key) => !PLAIN.has(key))) return null;
  const tokens = tokensOf(text);
  if (tokens.at(-1)?.text === ";") tokens.pop();
  const [first, ...list] = tokens;
  if (first?.text.toLowerCase() !== "select" || list[0]?.text.toLowerCase() === "all") return null;
  const places: Place[] = [];
  let depth = 0;
  let start: Place | null = null;
  for (const token of list) {
    if (depth === 0 && token.text === ",") start = null;
    else if (start === null) places.push((start = { start: token.start, end: token.end }));
    else start.end = token.end;
    if (token.text === "(" || token.text === "[") depth += 1;
    if (token.text === ")" || token.text === "]") depth -= 1;
  }
  return places;
}

const PLAIN: ReadonlySet<string> = new Set(["targetList", "limitOption", "op"]);

const lastEnd = (places: readonly Place[]): number => places.at(-1)?.end ?? 0;

/** An edit that removes a range of a text, in bytes. */
const edit = (text: string, start: number, end: number): Edit => ({
  start: Buffer.byteLength(text.slice(0, start)),
  end: Buffer.byteLength(text.slice(0, end)),
  text: "",
});
