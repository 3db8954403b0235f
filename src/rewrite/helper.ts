import { equal } from "../pg/expr/equal.ts";
import { parseExpr, parsePlpgsql, parseStatements } from "../pg/expr/parse.ts";
import { applyEdits, editsBetween, spliceChanges } from "../pg/expr/print.ts";
import { transform } from "../pg/expr/transform.ts";
import type { PgFunction } from "../pg/catalog.ts";
import type { ExpressionRule, RuleContext } from "./rule.ts";
import { bypassFlag } from "./rules/bypass-flag.ts";
import { claimPath } from "./rules/claim-path.ts";
import { contextToClaim } from "./rules/context-to-claim.ts";

/** What the docs say of this rule; it works on a function, not on a policy. */
export const helper = {
  id: "helper",
  title: "let the helper read the claim",
  why: "Where policies reach the variable through a function, one CREATE OR REPLACE moves them all; signature, owner, grants, comment and every caller stay.",
  obligation: "equivalent with context",
  examples: [
    {
      before:
        "create function public.current_org_id() returns uuid language sql stable as $$ select nullif(current_setting('app.org_id', true), '')::uuid $$",
      after:
        "create function public.current_org_id() returns uuid language sql stable as $$ select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid $$",
    },
  ],
} as const;

export type RewrittenFunction =
  | { kind: "changed"; definition: string; body: string; rules: string[] }
  | { kind: "unchanged" }
  /** its body reads a variable in a way that cannot be rewritten in place */
  | { kind: "not-understood"; reason: string };

// No InitPlan inside a function: a bare call lets Postgres inline the body into the query.
const RULES: readonly ExpressionRule[] = [bypassFlag, contextToClaim];

/**
 * A function's definition with every mapped variable read as its claim; comments and layout of the body stay.
 * The result is the text of pg_get_functiondef with another body, to be run as CREATE OR REPLACE.
 */
export function rewriteFunction(fn: PgFunction, context: RuleContext, withClaimPath = false): RewrittenFunction {
  const rules = withClaimPath ? [...RULES, claimPath] : RULES;
  try {
    if (fn.sqlStandardBody)
      return rewriteStatements(fn.definition, rules, context, (definition) => ({
        definition,
        body: bodyIn(definition),
      }));
    if (fn.language === "sql")
      return rewriteStatements(fn.body, rules, context, (body) => ({ definition: withBody(fn, body), body }));
    if (fn.language === "plpgsql") return rewritePlpgsql(fn, rules, context);
  } catch (error) {
    return { kind: "not-understood", reason: error instanceof Error ? error.message : String(error) };
  }
  return { kind: "not-understood", reason: `its language is ${fn.language}` };
}

function rewriteStatements(
  text: string,
  rules: readonly ExpressionRule[],
  context: RuleContext,
  made: (text: string) => { definition: string; body: string },
): RewrittenFunction {
  const before = parseStatements(text);
  const applied: string[] = [];
  let after = before;
  for (const rule of rules) {
    const next = transform(after, (node) => rule.rewrite(node, context));
    if (next === after || equal(next, after)) continue;
    applied.push(rule.id);
    after = next;
  }
  if (applied.length === 0) return { kind: "unchanged" };
  const spliced = spliceChanges(text, before, after);
  if (spliced === null || !equal(parseStatements(spliced), after))
    return { kind: "not-understood", reason: "the place of the change in its text cannot be told" };
  return { kind: "changed", ...made(spliced), rules: applied };
}

/** plpgsql keeps each SQL piece as written, so each piece is rewritten on its own and put back where it stood. */
function rewritePlpgsql(fn: PgFunction, rules: readonly ExpressionRule[], context: RuleContext): RewrittenFunction {
  const applied = new Set<string>();
  const replaced: { start: number; end: number; text: string }[] = [];
  // longest first: a short piece may stand inside a longer one, which then has changed it already
  const pieces = [...new Set(sqlPieces(parsePlpgsql(fn.definition)))].toSorted((a, b) => b.length - a.length);
  for (const piece of pieces) {
    const text = piece.slice(assignmentTarget(piece).length);
    const before = parsePiece(text);
    if (before === null) continue;
    let after = before;
    for (const rule of rules) {
      const next = transform(after, (node) => rule.rewrite(node, context));
      if (equal(next, after)) continue;
      applied.add(rule.id);
      after = next;
    }
    if (after === before) continue;
    const edits = editsBetween(text, before, after);
    const places = [...fn.body.matchAll(placeOf(text))];
    if (edits === null || places.length === 0)
      return { kind: "not-understood", reason: `the place of \`${text.trim()}\` in its text cannot be told` };
    for (const place of places) {
      const [start, end] = [place.index, place.index + place[0].length];
      if (replaced.some((other) => start < other.end && other.start < end)) continue;
      const offset = place[0].length - text.length;
      const moved = edits.map((edit) => ({ ...edit, start: edit.start + offset, end: edit.end + offset }));
      replaced.push({ start, end, text: applyEdits(place[0], moved) });
    }
  }
  if (applied.size === 0) return { kind: "unchanged" };
  let body = fn.body;
  for (const { start, end, text } of replaced.toSorted((a, b) => b.start - a.start))
    body = body.slice(0, start) + text + body.slice(end);
  const definition = withBody(fn, body);
  // what was put back has to be what was meant: no piece may change any more
  const left = rewritePiecesOf(definition, rules, context);
  return left
    ? { kind: "not-understood", reason: `\`${left}\` still reads a variable after the change` }
    : { kind: "changed", definition, body, rules: [...applied] };
}

/** The first piece of a definition that some rule would change; null when none. */
function rewritePiecesOf(definition: string, rules: readonly ExpressionRule[], context: RuleContext): string | null {
  return (
    sqlPieces(parsePlpgsql(definition)).find((piece) => {
      const tree = parsePiece(piece.slice(assignmentTarget(piece).length));
      return (
        tree !== null &&
        rules.some(
          (rule) =>
            !equal(
              transform(tree, (node) => rule.rewrite(node, context)),
              tree,
            ),
        )
      );
    }) ?? null
  );
}

/** `name := ` at the start of an assignment piece. */
const assignmentTarget = (piece: string): string =>
  /^\s*(?:"[^"]+"|[\w$]+)(?:\.(?:"[^"]+"|[\w$]+))*(?:\[[^\]]*\])?\s*:?=(?!=)\s*/.exec(piece)?.[0] ?? "";

/**
 * Where a piece stands in the body. plpgsql (pl_gram.y, PostgreSQL 15 to 18) blanks out INTO and its targets to the same length, and writes
 * SELECT for PERFORM.
 */
function placeOf(piece: string): RegExp {
  const literal = piece.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = literal
    .replaceAll(/\s+/g, (blank) => `[\\s\\S]{${blank.length}}`)
    .replace(/^SELECT/, "(?:SELECT|PERFORM)");
  return new RegExp(pattern, "gi");
}

function parsePiece(text: string): unknown {
  for (const parse of [parseExpr, parseStatements]) {
    try {
      return parse(text);
    } catch {
      // an expression, a statement, or nothing that holds SQL
    }
  }
  return null;
}

function sqlPieces(tree: unknown): string[] {
  if (Array.isArray(tree)) return tree.flatMap(sqlPieces);
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) =>
    key === "PLpgSQL_expr" && typeof value === "object" && value !== null && "query" in value
      ? [String(value.query)]
      : sqlPieces(value),
  );
}

/** The SQL-standard body in a definition as pg_get_functiondef prints it: it is all that follows. */
const bodyIn = (definition: string): string => /\b(?:RETURN\b|BEGIN ATOMIC\b)[^]*$/i.exec(definition)?.[0] ?? "";

/** The definition with another body between its dollar quotes. */
function withBody(fn: PgFunction, body: string): string {
  const at = fn.definition.lastIndexOf(fn.body);
  if (at < 0) throw new Error("its body is not found in its definition");
  return fn.definition.slice(0, at) + body + fn.definition.slice(at + fn.body.length);
}
