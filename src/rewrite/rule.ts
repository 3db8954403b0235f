import type { PgFunction, Relation } from "../pg/catalog.ts";
import type { ClaimsSource, ContextVariable } from "../pg/context.ts";
import type { Expr } from "../pg/expr/node.ts";
import type { NameKey } from "../pg/name.ts";

/** The obligation of a rule about the access that results from it (DESIGN §4). */
export type Obligation = "equivalent" | "equivalent with context" | "tighter" | "changes meaning, with consent";

/** The context that a rule on expressions may use. */
export interface RuleContext {
  claims: ClaimsSource;
  /** mapped variables by name */
  variables: ReadonlyMap<string, ContextVariable>;
  /** decided bypass flags by name: a role, or null if the flag is removed */
  flags: ReadonlyMap<string, { role: string | null }>;
  /** functions by name (all overloads) */
  functions: ReadonlyMap<NameKey, readonly PgFunction[]>;
  /** the claim that holds the role, and the call by which the live-role rule replaces it */
  liveRole: { path: readonly string[]; call: string } | null;
  /** the bodies of one-expression helpers that are written into the policies, by name */
  inline: ReadonlyMap<NameKey, Expr>;
}

/** A rule that changes one expression of a policy or of a function body. */
export interface ExpressionRule {
  id: string;
  title: string;
  why: string;
  obligation: Obligation;
  /**
   * one driver tests every example, and the docs are made from them; the context is in test/rewrite/example-context.ts
   */
  examples: readonly { before: string; after: string; note?: string }[];
  /** returns the same tree if the rule does not apply */
  rewrite(node: Expr, context: RuleContext): Expr;
}

/** Relations by name, for rules that need columns and types. */
export type Relations = ReadonlyMap<NameKey, Relation>;

/** A helper for rules and tests: a context that contains only the given parts. */
export const ruleContext = (given: Partial<RuleContext>): RuleContext => ({
  claims: { kind: "function", schema: "auth", name: "jwt" },
  variables: new Map(),
  flags: new Map(),
  functions: new Map(),
  liveRole: null,
  inline: new Map(),
  ...given,
});
