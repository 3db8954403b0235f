import { finding, type Finding } from "../../finding.ts";
import { byFunction } from "../../pg/by-function.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { conjuncts, nameParts } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import { walk } from "../../pg/expr/walk.ts";
import { functionKey, nameKey, relationOf, type FunctionKey, type NameKey, type QualifiedName } from "../../pg/name.ts";
import { policyId } from "../../pg/policy.ts";
import { bypassesRowSecurity, heldRoles } from "../../pg/role.ts";
import { usesIn } from "../expression/index.ts";
import { bodyOf, type FunctionFacts } from "../functions/index.ts";
import { placeOf } from "./functions.ts";
import { disjuncts, withoutInitPlan, type ReadPolicy, type Reading } from "./reading.ts";
import { subjects } from "./subjects.ts";

const TOKEN = { kind: "function", schema: "auth", name: "jwt" } as const;

/** A step from a policy into the function that it calls and the relation that the function reads. */
interface Step {
  policy: ReadPolicy;
  fact: FunctionFacts;
  relation: QualifiedName;
  /** the role under which the function reads */
  role: string;
  /** true if no branch without a call can let a row through before the call */
  certain: boolean;
}

/**
 * Functions that read a relation whose policies call them again. A SECURITY DEFINER function reads as its owner, so it
 * ends the path only if the owner bypasses row security there: with FORCE the policies apply to the owner of the table
 * as well, unless it has BYPASSRLS (PostgreSQL manual, 5.9). PostgreSQL does not see such a cycle when it plans; the
 * statement fails with 54001 as soon as a row is tested (measured on PostgreSQL 15).
 */
export function helperRecursionFindings(reading: Reading): Finding[] {
  const steps = new Map<string, Step[]>();
  const stepsOf = (relation: QualifiedName, role: string): Step[] => {
    const key = JSON.stringify([nameKey(relation), role]);
    const known = steps.get(key) ?? stepsFrom(reading, relation, role);
    steps.set(key, known);
    return known;
  };
  const found = new Map<FunctionKey, { step: Step; cycle: Step[] }>();
  for (const one of reading.policies) {
    const named = one.policy.roles.filter((role) => role !== "public");
    for (const role of new Set([...named, ...subjects(reading, one.policy)]))
      for (const step of stepsOf(relationOf(one.policy), role)) {
        const cycle = cycleFrom(step, stepsOf);
        if (cycle && !found.has(functionKey(step.fact))) found.set(functionKey(step.fact), { step, cycle });
      }
  }
  const functionOf = byFunction(reading.catalog.functions);
  return [...found.values()].map(({ step, cycle }) => {
    const fn = functionOf(step.fact);
    const policies = cycle.map(({ policy }) => `\`${policyId(policy.policy)}\``);
    const reads = cycle.map(({ fact, relation }) => `\`${nameKey(fact)}\` reads \`${nameKey(relation)}\``);
    const certain = cycle.every((one) => one.certain);
    const rows = certain ? "" : " for rows that no branch without a call lets through";
    return finding(
      "helper-recursion",
      certain ? "error" : "warning",
      placeOf(step.fact),
      `${fn?.securityDefiner ? `it runs as \`${fn.owner}\`, to whom row security applies` : "it runs as its caller"}: ${reads.join(", ")}, and ${policies.join(", ")} ${policies.length === 1 ? "calls" : "call"} it again without end: statements fail with 54001${rows}`,
      fn?.securityDefiner
        ? "let a role own it that has BYPASSRLS, or owns the table without FORCE"
        : "make it SECURITY DEFINER with an owner that bypasses the row security of that relation",
    );
  });
}

/** Follow the steps from one step; the way back to its own function, if there is one. */
function cycleFrom(start: Step, stepsOf: (relation: QualifiedName, role: string) => Step[]): Step[] | null {
  const queue: Step[][] = [[start]];
  const seen = new Set<string>();
  for (const way of queue) {
    const last = way.at(-1);
    if (!last) continue;
    for (const next of stepsOf(last.relation, last.role)) {
      if (functionKey(next.fact) === functionKey(start.fact)) return [...way.slice(1), { ...next }];
      const key = JSON.stringify([functionKey(next.fact), nameKey(next.relation), next.role]);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push([...way, next]);
    }
  }
  return null;
}

/**
 * The functions that the policies of a relation call when a role reads it, and the relations that these read. The
 * sub-queries of the policies read under the policies of their own relations.
 */
function stepsFrom(reading: Reading, relation: QualifiedName, role: string, seen = new Set<NameKey>()): Step[] {
  const { roles } = reading.catalog;
  const known = reading.relationOf(relation);
  if (!known?.rowSecurity || bypassesRowSecurity(known, role, roles)) return [];
  const held = heldRoles(role, roles);
  const applied = reading
    .policiesOf(relation)
    .filter(
      ({ policy, using }) =>
        using !== null &&
        (policy.command === "ALL" || policy.command === "SELECT") &&
        policy.roles.some((one) => held.has(one)),
    );
  // A row that another branch lets through is let through before the call.
  const free = applied.flatMap((one) =>
    one.policy.permissive && one.using
      ? disjuncts(withoutInitPlan(one.using)).filter((part) => usesIn(part, TOKEN).calls.every(isPlatforms(reading)))
      : [],
  );
  seen.add(nameKey(relation));
  return applied.flatMap((policy) => {
    if (policy.using === null) return [];
    const inner = relationsIn(policy.using).filter((name) => !seen.has(nameKey(name)));
    return [
      ...called(reading, policy, withoutInitPlan(policy.using), { role, free, own: relation }),
      ...inner.flatMap((name) => (seen.has(nameKey(name)) ? [] : stepsFrom(reading, name, role, seen))),
    ];
  });
}

const isPlatforms =
  ({ catalog }: Reading) =>
  ({ schema }: { schema: string | null }): boolean =>
    schema === null || isPlatformSchema(catalog, schema);

function called(
  reading: Reading,
  policy: ReadPolicy,
  tree: Expr,
  { role, free, own }: { role: string; free: readonly Expr[]; own: QualifiedName },
): Step[] {
  const functionOf = byFunction(reading.catalog.functions);
  const steps: Step[] = [];
  const seen = new Set<string>();
  const enter = (fact: FunctionFacts, as_: string, top: FunctionFacts): void => {
    const fn = functionOf(fact);
    if (!fn || isPlatformFunction(reading.catalog, fact)) return;
    const runsAs = fn.securityDefiner ? fn.owner : as_;
    const key = JSON.stringify([functionKey(fact), runsAs, functionKey(top)]);
    if (seen.has(key)) return;
    seen.add(key);
    for (const name of fact.tables) {
      const relation = resolved(reading, name, fact);
      if (relation && !excused(fn, relation, own, free))
        steps.push({ policy, fact: top, relation, role: runsAs, certain: free.length === 0 });
    }
    for (const made of fact.calls)
      for (const callee of reading.index.resolve(made, fact.searchPath)) enter(callee, runsAs, top);
  };
  for (const made of usesIn(tree, TOKEN).calls)
    for (const fact of reading.index.resolve(made, [])) enter(fact, role, fact);
  return steps;
}

/** A name in a body may lack its schema, for which relationsIn puts `public`. */
function resolved(reading: Reading, name: QualifiedName, fact: FunctionFacts): QualifiedName | null {
  const known = reading.relationOf(name);
  if (known) return known;
  for (const schema of fact.searchPath ?? []) {
    const found = reading.relationOf({ schema, name: name.name });
    if (found) return found;
  }
  return null;
}

/**
 * True if every query of the function on the relation selects rows that some branch without a call lets through: the
 * call is not reached then.
 */
function excused(fn: PgFunction, relation: QualifiedName, own: QualifiedName, free: readonly Expr[]): boolean {
  if (free.length === 0 || nameKey(relation) !== nameKey(own)) return false;
  const wheres: Expr[][] = [];
  walk(bodyOf(fn).trees, (node) => {
    const select = as("SelectStmt", node);
    const names = (select?.fromClause ?? []).map((one) => as("RangeVar", one)?.relname);
    if (select && names.includes(relation.name))
      wheres.push(select.whereClause ? conjuncts(withoutInitPlan(select.whereClause)).map(unqualified) : []);
  });
  return (
    wheres.length > 0 &&
    wheres.every((parts) =>
      free.some((branch) =>
        conjuncts(branch).every((wanted) => parts.some((part) => equal(part, unqualified(wanted)))),
      ),
    )
  );
}

/** A tree whose columns have no relation in front, and whose comparisons are in one order. */
const unqualified = (tree: Expr): Expr =>
  transform(tree, (node, descend) => {
    const column = as("ColumnRef", node);
    if (column) return { ColumnRef: { fields: column.fields?.slice(-1) ?? [] } };
    const inner = descend();
    const compared = as("A_Expr", inner);
    const isEqual = compared?.kind === "AEXPR_OP" && nameParts(compared.name).at(-1) === "=";
    return isEqual &&
      compared.lexpr &&
      as("ColumnRef", compared.lexpr) === null &&
      compared.rexpr &&
      as("ColumnRef", compared.rexpr)
      ? { A_Expr: { ...compared, lexpr: compared.rexpr, rexpr: compared.lexpr } }
      : inner;
  });
