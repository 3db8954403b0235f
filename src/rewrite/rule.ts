import type { PgFunction, Relation } from "../pg/catalog.ts";
import type { ClaimsSource, ContextVariable } from "../pg/context.ts";
import type { Expr } from "../pg/expr/node.ts";
import type { NameKey } from "../pg/name.ts";

/** What a rule promises of the access it leaves behind (DESIGN §4). */
export type Obligation = "equivalent" | "equivalent with context" | "tighter" | "changes meaning, with consent";

/** What a rule on expressions may look at. */
export interface RuleContext {
  claims: ClaimsSource;
  /** mapped variables by name */
  variables: ReadonlyMap<string, ContextVariable>;
  /** decided bypass flags by name: a role, or null when the flag is removed */
  flags: ReadonlyMap<string, { role: string | null }>;
  /** functions by name (all overloads) */
  functions: ReadonlyMap<NameKey, readonly PgFunction[]>;
  /** `schema.function` whose result is what the live-role rule puts in the place of the role claim, by setting */
  liveRole: { path: readonly string[]; call: string } | null;
  /** bodies of one-expression helpers to be written into the policies, by name */
  inline: ReadonlyMap<NameKey, Expr>;
}

/** A rule that changes one expression of a policy or of a function body. */
export interface ExpressionRule {
  id: string;
  title: string;
  why: string;
  obligation: Obligation;
  /** one driver tests every example and the docs are made from them; the context is that of test/rewrite/example-context.ts */
  examples: readonly { before: string; after: string; note?: string }[];
  /** the same tree when the rule does not apply */
  rewrite(node: Expr, context: RuleContext): Expr;
}

/** Relations by name, for rules that need columns and types. */
export type Relations = ReadonlyMap<NameKey, Relation>;

/** Helper for rules and tests: a context with nothing in it but what is given. */
export const ruleContext = (given: Partial<RuleContext>): RuleContext => ({
  claims: { kind: "function", schema: "auth", name: "jwt" },
  variables: new Map(),
  flags: new Map(),
  functions: new Map(),
  liveRole: null,
  inline: new Map(),
  ...given,
});
