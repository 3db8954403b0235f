import { equal } from "../pg/expr/equal.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import { editsBetween, spliceChanges } from "../pg/expr/print.ts";
import { transform } from "../pg/expr/transform.ts";
import { editBody, editsInBody, type BodyEdit } from "../pg/plpgsql/edit.ts";
import type { PlFunction } from "../pg/plpgsql/node.ts";
import { parsePlFunction } from "../pg/plpgsql/parse.ts";
import { treeOf } from "../pg/plpgsql/tree.ts";
import { embeddedSql } from "../pg/plpgsql/visit.ts";
import type { PgFunction } from "../pg/catalog.ts";
import { standardBodyIn, withBody } from "../pg/function-body.ts";
import type { ExpressionRule, RuleContext } from "./rule.ts";
import { bypassFlag } from "./rules/bypass-flag.ts";
import { claimPath } from "./rules/claim-path.ts";
import { contextToClaim } from "./rules/context-to-claim.ts";

/** The text about this rule in the docs; the rule works on a function, not on a policy. */
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

// There is no InitPlan inside a function: a bare call allows Postgres to inline the body into the query.
const RULES: readonly ExpressionRule[] = [bypassFlag, contextToClaim];

/**
 * The definition of a function with every mapped variable read as its claim; comments and layout of the body stay. The
 * result is the text of pg_get_functiondef with another body, to be run as CREATE OR REPLACE.
 */
export function rewriteFunction(
  fn: PgFunction,
  context: RuleContext,
  { withClaimPath } = { withClaimPath: false },
): RewrittenFunction {
  const rules = withClaimPath ? [...RULES, claimPath] : RULES;
  try {
    if (fn.sqlStandardBody)
      return rewriteStatements(fn.definition, rules, context, (definition) => ({
        definition,
        body: standardBodyIn(definition),
      }));
    if (fn.language === "sql")
      return rewriteStatements(fn.body, rules, context, (body) => ({ definition: definitionWith(fn, body), body }));
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
    return { kind: "not-understood", reason: "the position of the change in its text is ambiguous" };
  return { kind: "changed", ...made(spliced), rules: applied };
}

/** Rewrite each SQL text of the body separately and put it back in its place. */
function rewritePlpgsql(fn: PgFunction, rules: readonly ExpressionRule[], context: RuleContext): RewrittenFunction {
  const read = readBody(fn.definition);
  if (read.body !== fn.body) return { kind: "not-understood", reason: "its body is not found in its definition" };
  const applied = new Set<string>();
  const replaced: BodyEdit[] = [];
  for (const { sql: written } of embeddedSql(read)) {
    const tree = treeOf(written);
    if (tree.kind === "syntax-error") return { kind: "not-understood", reason: tree.message };
    const { sql } = tree;
    const before: unknown = tree.kind === "expression" ? tree.expr : tree.statements;
    let after = before;
    for (const rule of rules) {
      const next = transform(after, (node) => rule.rewrite(node, context));
      if (equal(next, after)) continue;
      applied.add(rule.id);
      after = next;
    }
    if (after === before) continue;
    const edits = editsBetween(sql.text, before, after);
    const moved = edits && editsInBody(sql, edits);
    if (!moved)
      return { kind: "not-understood", reason: `the place of \`${sql.text.trim()}\` in its text is ambiguous` };
    replaced.push(...moved);
  }
  if (applied.size === 0) return { kind: "unchanged" };
  const body = editBody(fn.body, replaced);
  const definition = definitionWith(fn, body);
  // Verify the new body: no rule may change any part of it again.
  const left = rewritePiecesOf(definition, rules, context);
  return left
    ? { kind: "not-understood", reason: `\`${left}\` still reads a variable after the change` }
    : { kind: "changed", definition, body, rules: [...applied] };
}

/** The first SQL text of a definition that some rule would change; null if there is none. */
function rewritePiecesOf(definition: string, rules: readonly ExpressionRule[], context: RuleContext): string | null {
  const left = embeddedSql(readBody(definition)).find(({ sql }) => {
    const tree = treeOf(sql);
    if (tree.kind === "syntax-error") return true;
    const before: unknown = tree.kind === "expression" ? tree.expr : tree.statements;
    return rules.some(
      (rule) =>
        !equal(
          transform(before, (node) => rule.rewrite(node, context)),
          before,
        ),
    );
  });
  return left?.sql.text ?? null;
}

function readBody(definition: string): PlFunction {
  const parsed = parsePlFunction(definition);
  if (parsed.kind === "parsed") return parsed.fn;
  throw new Error(parsed.kind === "syntax-error" ? parsed.message : "its definition is not one of PL/pgSQL");
}

/** The definition with another body. */
function definitionWith(fn: PgFunction, body: string): string {
  const definition = withBody(fn, body);
  if (definition === null) throw new Error("its body is not found in its definition");
  return definition;
}
