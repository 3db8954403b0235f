import { equal } from "../../pg/expr/equal.ts";
import { applyEdits, editsBetween, type Edit } from "../../pg/expr/print.ts";
import { editBody, editsInBody, type BodyEdit } from "../../pg/plpgsql/edit.ts";
import type { Place, PlFunction, Sql, Statement } from "../../pg/plpgsql/node.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";
import { tokensOf } from "../../pg/plpgsql/position.ts";
import { treeOf } from "../../pg/plpgsql/tree.ts";
import { declarationOf } from "./declaration.ts";
import { outlineOf, sameOutline } from "./outline.ts";
import { wholeLines } from "./lines.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { withBody } from "../../pg/function-body.ts";

/** One change to a body: a node of its tree that goes, or an expression that becomes another one. */
export type Cut =
  | { kind: "remove"; statement: Statement }
  /**
   * `before` and `after` are the trees of `sql`, which may be the text with SELECT put before it; `edits` of its text,
   * where they do not follow from the trees
   */
  | { kind: "rewrite"; sql: Sql; written: Sql; before: unknown; after: unknown; edits?: Edit[] }
  /** the declaration of a variable that nothing uses */
  | { kind: "undeclare"; name: string };

/** A body with its tree, as the shapes see it. */
export interface CutBody {
  fn: PgFunction;
  tree: PlFunction;
}

export type CutResult = { kind: "cut"; body: CutBody } | { kind: "refused"; reason: RefusedCut };

/** Why a body stays as it is. */
export type RefusedCut =
  /** PostgreSQL's parser rejects it, or it is in another language */
  | { tag: "does-not-parse"; message: string }
  /** the tree and the text do not match, so that no part has a certain place */
  | { tag: "not-placed" }
  /** the tree of the new text is not the old one less what was cut */
  | { tag: "not-as-cut" };

/** The tree of a PL/pgSQL function; refused where any part of it has no certain place in the text. */
export function readForCut(fn: PgFunction): CutResult {
  const parsed = parsePlFunction(fn.definition);
  if (parsed.kind !== "parsed")
    return {
      kind: "refused",
      reason: { tag: "does-not-parse", message: parsed.kind === "syntax-error" ? parsed.message : fn.language },
    };
  if (parsed.fn.body !== fn.body || !parsed.fn.placed) return { kind: "refused", reason: { tag: "not-placed" } };
  return { kind: "cut", body: { fn, tree: parsed.fn } };
}

/**
 * Make cuts in a body. Bytes outside the cuts stay as they are; a removed statement takes its line with it if it stands
 * alone there. The result is parsed again, and its tree must be the old one less what was cut.
 */
export function cutBody(body: CutBody, cuts: readonly Cut[]): CutResult {
  const edits = editsOf(body, cuts);
  if (edits === null) return { kind: "refused", reason: { tag: "not-placed" } };
  const text = editBody(body.fn.body, edits);
  const definition = withBody(body.fn, text);
  if (definition === null) return { kind: "refused", reason: { tag: "not-placed" } };
  const after = readForCut({ ...body.fn, body: text, definition });
  if (after.kind === "refused") return after;
  const expected = outlineOf(body.tree, {
    removed: new Set(cuts.flatMap((cut) => (cut.kind === "remove" ? [cut.statement] : []))),
    rewritten: new Map(cuts.flatMap((cut) => (cut.kind === "rewrite" ? [[cut.written, cut.after] as const] : []))),
    undeclared: new Set(cuts.flatMap((cut) => (cut.kind === "undeclare" ? [cut.name] : []))),
  });
  return sameOutline(expected, outlineOf(after.body.tree)) ? after : { kind: "refused", reason: { tag: "not-as-cut" } };
}

/** The edits of a rewritten text, last first, without the parentheses that it does not need there. */
function editsOfRewrite({ sql, before, after, edits }: Extract<Cut, { kind: "rewrite" }>): Edit[] | null {
  const between = edits ?? editsBetween(sql.text, before, after);
  if (between === null) return null;
  return between.reduce<Edit[]>((made, edit) => {
    const bare = made.map((one) => (one === edit ? { ...one, text: withoutParentheses(one.text) } : one));
    return means({ ...sql, text: applyEdits(sql.text, bare) }, after) ? bare : made;
  }, between);
}

/** True for a text whose tree is this one. */
function means(sql: Sql, tree: unknown): boolean {
  const parsed = treeOf(sql);
  if (parsed.kind === "syntax-error") return false;
  return equal(parsed.kind === "expression" ? parsed.expr : parsed.statements, tree);
}

/** A text without the parentheses around all of it. */
function withoutParentheses(text: string): string {
  if (!text.startsWith("(")) return text;
  const tokens = tokensOf(text);
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth === 0) return token === tokens.at(-1) ? text.slice(1, -1) : text;
  }
  return text;
}

function editsOf({ fn, tree }: CutBody, cuts: readonly Cut[]): BodyEdit[] | null {
  const edits: BodyEdit[] = [];
  const places: Place[] = [];
  for (const cut of cuts) {
    if (cut.kind === "rewrite") {
      const between = editsOfRewrite(cut);
      const moved = between && editsInBody(cut.sql, between);
      if (!moved) return null;
      edits.push(...moved);
      continue;
    }
    const place = cut.kind === "remove" ? cut.statement.place : declarationOf(fn.body, tree, cut.name);
    if (place === null) return null;
    places.push(place);
  }
  edits.push(...joined(fn.body, places).map((place) => ({ ...wholeLines(fn.body, place), text: "" })));
  // A cut inside another one goes with it.
  return edits.filter(
    (edit) =>
      !edits.some(
        (other) =>
          other !== edit &&
          other.start <= edit.start &&
          edit.end <= other.end &&
          (other.start < edit.start || edit.end < other.end),
      ),
  );
}

/** Places with nothing but white space between them become one. */
function joined(text: string, places: readonly Place[]): Place[] {
  const found: Place[] = [];
  for (const place of places.toSorted((a, b) => a.start - b.start)) {
    const last = found.at(-1);
    if (last && (place.start < last.end || text.slice(last.end, place.start).trim() === ""))
      last.end = Math.max(last.end, place.end);
    else found.push({ ...place });
  }
  return found;
}
