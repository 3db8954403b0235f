import type { PgFunction, Relation } from "../pg/catalog.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { some, walk } from "../pg/expr/walk.ts";
import { nameKey } from "../pg/name.ts";
import type { Policy } from "../pg/policy.ts";
import { commandOf, type Component } from "./component.ts";
import { parseOnce } from "./encode/parse-once.ts";
import { qualOf } from "./encode/policies.ts";
import type { Access } from "./predicate.ts";
import type { Side } from "./side.ts";
import type { UnknownReason } from "./verdict.ts";

/** Built-in calls without columns that the planner does not fold: STABLE, and common in policies (pg_proc of 18). */
const NOT_FOLDED = new Set(["current_setting", "now", "transaction_timestamp", "statement_timestamp"]);

/**
 * Privileges for want of which every statement of the role on the relation fails: PostgreSQL checks SELECT on each
 * relation of a plan, and EXECUTE on each function, when a statement starts, also where no row comes to that part
 * (measured on 15 and 18: a DELETE of no row, the second part of an OR, a branch of CASE). A part that the planner may
 * fold away before is left out. Empty: none that is sure.
 */
export function missingPrivileges(side: Side, { relation, component, role }: Access): UnknownReason[] {
  if (!side.hasPrivilege(relation, commandOf(component), role)) return [];
  const found = new Map<string, UnknownReason>();
  const seen = new Set<string>();
  const read = (of: Relation, asked: Component): void => {
    if (seen.has(nameKey(of)) || side.bypasses(of, role)) return;
    seen.add(nameKey(of));
    for (const policy of planned(side, of, asked, role))
      for (const missing of missingIn(side, qualTree(policy, asked), role, (inner) => read(inner, "SELECT"))) {
        const at = `policy ${policy.name} of ${nameKey(of)}`;
        found.set(missing, { kind: "privilege", message: missing, expression: null, at });
      }
  };
  read(relation, component);
  return [...found.values()];
}

const qualTree = (policy: Policy, component: Component): Expr | null => {
  const text = qualOf(policy, component);
  return text === null ? null : parseOnce(text).tree;
};

/** Policies whose conditions are part of the plan: permissive ones are one OR, which a constant may decide. */
function planned(side: Side, relation: Relation, component: Component, role: string): Policy[] {
  const policies = side.policies(relation, commandOf(component), role);
  const permissive = policies.filter((policy) => policy.permissive);
  if (permissive.length === 0) return [];
  const decided = permissive.some((policy) => {
    const tree = qualTree(policy, component);
    return tree !== null && mayFold(side, tree);
  });
  return [...(decided ? [] : permissive), ...policies.filter((policy) => !policy.permissive)];
}

/** What the role may not do in an expression, in words. `onRead` hears of each relation that it may read. */
function missingIn(side: Side, tree: Expr | null, role: string, onRead: (relation: Relation) => void): string[] {
  const missing: string[] = [];
  const own = new Set<string>();
  walk(tree, (node) => {
    const cte = as("CommonTableExpr", node)?.ctename;
    if (cte !== undefined) own.add(cte);
  });
  walk(tree, (node) => {
    const bool = as("BoolExpr", node);
    if (bool && bool.boolop !== "NOT_EXPR" && (bool.args ?? []).some((arg) => mayFold(side, arg))) return false;
    const guards = (as("CaseExpr", node)?.args ?? []).map((arg) => as("CaseWhen", arg)?.expr);
    if ([...guards, ...(as("CoalesceExpr", node)?.args ?? [])].some((arg) => arg && mayFold(side, arg))) return false;
    const range = as("RangeVar", node);
    if (range?.relname !== undefined && !(range.schemaname === undefined && own.has(range.relname))) {
      const relation = side.relation({ schema: range.schemaname ?? "public", name: range.relname });
      if (relation && !side.hasPrivilege(relation, "SELECT", role))
        missing.push(`${role} may not read ${nameKey(relation)}: every statement fails (42501)`);
      else if (relation && relation.kind !== "view") onRead(relation);
    }
    const [name = "", schema] = nameParts(as("FuncCall", node)?.funcname).toReversed();
    const called = schema === undefined ? side.functionsNamed(name) : side.functions({ schema, name });
    if (called.length > 0 && !called.some((fn) => side.mayExecute(fn, role)) && !side.sharesName(name))
      missing.push(`${role} may not execute ${called.map(nameKey)[0]}: every statement fails (42501)`);
    return true;
  });
  return missing;
}

/** The planner may know the value: no column, no sub-query, and no call of which it is known that it is not folded. */
const mayFold = (side: Side, tree: Expr): boolean =>
  !some(tree, (node) => {
    if (as("ColumnRef", node) || as("SubLink", node) || as("SQLValueFunction", node)) return true;
    const [name = "", schema] = nameParts(as("FuncCall", node)?.funcname).toReversed();
    if (as("FuncCall", node) === null) return false;
    const own = schema === undefined ? side.functionsNamed(name) : side.functions({ schema, name });
    return own.length > 0 ? own.every(isNotFolded) : NOT_FOLDED.has(name);
  });

/** A body in SQL may take the place of its call; one that reads a setting or a relation is not folded then. */
const isNotFolded = (fn: PgFunction): boolean =>
  fn.volatility !== "immutable" && (fn.language !== "sql" || /\bcurrent_setting\b|\bfrom\b/i.test(fn.body));
