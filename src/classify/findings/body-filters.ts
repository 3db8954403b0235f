import type { SelectStmt } from "libpg-query";
import type { PgFunction, Relation } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { binary, conjuncts } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { constantTests, type ConstantTest } from "./constant-test.ts";
import type { Evidence } from "./evidence.ts";

/** How the queries of a body choose rows of a relation. */
export interface BodyFilters {
  /** true if every query of it names the value of a unique key */
  isByKey(relation: Relation): boolean;
  /** true if every query of it asks for a condition that a SELECT policy lets everybody read by */
  isAsPublic(relation: Relation): boolean;
}

export function filtersOf(evidence: Evidence, fn: PgFunction): BodyFilters {
  const queries: SelectStmt[] = [];
  walk(evidence.bodyOf(fn).trees, (node) => {
    const select = as("SelectStmt", node);
    if (select?.fromClause) queries.push(select);
  });
  const of = (relation: Relation): SelectStmt[] =>
    queries.filter(({ fromClause }) => some(fromClause, (node) => as("RangeVar", node)?.relname === relation.name));
  return {
    isByKey: (relation) => {
      const found = of(relation);
      return found.length > 0 && found.every(({ whereClause }) => namesKey(whereClause, relation));
    },
    isAsPublic: (relation) => {
      const found = of(relation);
      const shown = publicTests(evidence, relation);
      const asks = ({ whereClause }: SelectStmt): boolean =>
        whereClause !== undefined &&
        constantTests(whereClause).some((test) => shown.some((other) => isSameTest(test, other)));
      return found.length > 0 && found.every(asks);
    },
  };
}

/** True if the WHERE of a statement names the value of a unique key. */
export function namesKey(whereClause: Expr | undefined, relation: Relation): boolean {
  if (!whereClause) return false;
  const named = new Set<string>();
  for (const part of conjuncts(whereClause)) {
    const equality = binary(part, "=");
    for (const [side, other] of equality
      ? [[equality.left, equality.right] as const, [equality.right, equality.left] as const]
      : []) {
      const column = columnRef(side)?.at(-1);
      if (column !== undefined && columnRef(other)?.at(-2) === undefined) named.add(column);
    }
  }
  return relation.uniqueKeys.some((key) => key.length > 0 && key.every((column) => named.has(column)));
}

/** The conditions on constants that are enough for a SELECT policy: `is_public OR org_id = …`. */
function publicTests({ catalog }: Evidence, relation: Relation): ConstantTest[] {
  return catalog.policies
    .filter((one) => one.schema === relation.schema && one.relation === relation.name && one.permissive)
    .filter(({ command }) => command === "SELECT" || command === "ALL")
    .flatMap(({ using }) => (using === null ? [] : alternatives(parseExpr(using))))
    .flatMap((part) => {
      const tests = constantTests(part);
      return tests.length === conjuncts(part).length ? tests : [];
    });
}

const alternatives = (node: Expr): Expr[] => {
  const bool = as("BoolExpr", node);
  return bool?.boolop === "OR_EXPR" ? (bool.args ?? []).flatMap(alternatives) : [node];
};

const isSameTest = (a: ConstantTest, b: ConstantTest): boolean =>
  a.column === b.column &&
  a.wants.kind === b.wants.kind &&
  a.wants.kind !== "other" &&
  a.wants.kind !== "not" &&
  JSON.stringify(a.wants) === JSON.stringify(b.wants);
