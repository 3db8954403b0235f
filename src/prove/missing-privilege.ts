import type { PgFunction, Relation } from "../pg/catalog.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { walk } from "../pg/expr/walk.ts";
import { nameKey } from "../pg/name.ts";
import type { Policy } from "../pg/policy.ts";
import { commandOf, type Component } from "./component.ts";
import { bodyOf, returnsSet } from "./encode/body.ts";
import { parseOnce } from "./encode/parse-once.ts";
import { qualOf } from "./encode/policies.ts";
import { isNeverConstant, ownFunctions, planned } from "./planned.ts";
import type { Access } from "./predicate.ts";
import type { Side } from "./side.ts";
import type { UnknownReason } from "./verdict.ts";

/**
 * Privileges for want of which every statement of the role on the relation fails: PostgreSQL checks SELECT on each
 * relation of a plan, and EXECUTE on each function, when a statement starts, also where no row comes to that part
 * (measured on 15 and 18: a DELETE of no row, the second part of an OR, a branch of CASE); USAGE on a schema when it reads
 * a body that names it. A part that the planner may
 * fold away before is left out. Empty: none that is sure.
 */
export function missingPrivileges(side: Side, { relation, component, role }: Access): UnknownReason[] {
  if (!side.hasPrivilege(relation, commandOf(component), role)) return [];
  const found = new Map<string, UnknownReason>();
  const seen = new Set<string>();
  const read = (of: Relation, asked: Component): void => {
    if (seen.has(nameKey(of)) || side.bypasses(of, role)) return;
    seen.add(nameKey(of));
    for (const policy of plannedPolicies(side, of, asked, role))
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

/** Policies whose conditions are part of the plan: permissive ones are one OR, which another one of them may decide. */
function plannedPolicies(side: Side, relation: Relation, component: Component, role: string): Policy[] {
  const policies = side.policies(relation, commandOf(component), role);
  const mayDecide = policies.filter((policy) => {
    const tree = qualTree(policy, component);
    return policy.permissive && (tree === null || !isNeverConstant(side, tree));
  });
  // without a permissive policy nothing is allowed, and no condition is evaluated
  if (!policies.some((policy) => policy.permissive)) return [];
  return policies.filter((policy) => !policy.permissive || mayDecide.every((other) => other === policy));
}

/** What the role may not do in an expression, in words. `onRead` hears of each relation that it may read. */
function missingIn(side: Side, tree: Expr | null, role: string, onRead: (relation: Relation) => void): string[] {
  const missing: string[] = [];
  for (const node of planned(side, tree)) {
    const range = as("RangeVar", node);
    const relation = range?.relname
      ? side.relation({ schema: range.schemaname ?? "public", name: range.relname })
      : null;
    if (relation && !side.hasPrivilege(relation, "SELECT", role))
      missing.push(`${role} may not read ${nameKey(relation)}: every statement fails (42501)`);
    else if (relation && relation.kind !== "view") onRead(relation);
    const called = as("FuncCall", node) ? ownFunctions(side, node) : [];
    if (called.length > 0 && !called.some((fn) => side.mayExecute(fn, role)))
      missing.push(`${role} may not execute ${called.map(nameKey)[0]}: every statement fails (42501)`);
    const [fn] = called;
    const hidden = fn && called.length === 1 ? hiddenSchema(side, fn, as("FuncCall", node)?.args ?? [], role) : null;
    if (fn && hidden !== null)
      missing.push(`${role} may not use ${hidden}, which ${nameKey(fn)} names: every statement fails (42501)`);
  }
  return missing;
}

/**
 * A schema without USAGE that the body of a function in SQL names. To put the body in the place of its call, the
 * planner reads it, with the rights of the role, before it finds out that the body cannot stand there (inline_function
 * of clauses.c). Null for functions that it does not try, and for bodies whose names were looked up when they were made.
 */
function hiddenSchema(side: Side, fn: PgFunction, args: readonly Expr[], role: string): string | null {
  const isTried =
    fn.language === "sql" && !fn.securityDefiner && fn.settings.length === 0 && !fn.sqlStandardBody && !returnsSet(fn);
  const isCalled = args.length === fn.argumentTypes.length && side.mayExecute(fn, role);
  const body = isTried && isCalled ? bodyOf(fn) : null;
  if (body?.kind !== "sql") return null;
  let hidden: string | null = null;
  walk(body.select, (node) => {
    const schema = as("RangeVar", node)?.schemaname;
    if (schema !== undefined && !side.mayUse(schema, role)) hidden ??= schema;
    return true;
  });
  return hidden;
}
