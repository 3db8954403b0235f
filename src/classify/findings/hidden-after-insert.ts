import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import type { Relation } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { conjuncts } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey, type NameKey, type QualifiedName } from "../../pg/name.ts";
import { applied, rolesUnder } from "./applied.ts";
import { ANY_SOURCE, reachedFrom, type Evidence } from "./evidence.ts";
import { triggerEvents } from "./trigger-events.ts";
import { usesIn } from "../expression/index.ts";

/**
 * INSERT policies that let in a row which the SELECT policies show only once a row of another relation refers to it, and
 * an AFTER trigger inserts that row. The SELECT policies are applied to the new row before AFTER triggers run, so an
 * INSERT with RETURNING fails (measured on 15 and 18).
 */
export function hiddenAfterInsertFindings(evidence: Evidence): Finding[] {
  return evidence.classified.flatMap(({ policy }) => {
    const relation = evidence.relationOf({ schema: policy.schema, name: policy.relation });
    const check =
      policy.command === "INSERT" ? policy.check : policy.command === "ALL" ? (policy.check ?? policy.using) : null;
    if (!relation?.rowSecurity || !policy.permissive || isPlatformRelation(evidence.catalog, policy) || check === null)
      return [];
    const asked = needed(evidence, relation, check);
    for (const role of rolesUnder(evidence, relation, policy, "INSERT")) {
      const shown = applied(evidence, relation, role, "SELECT");
      const [first, ...others] = shown.map(({ using }) => needed(evidence, relation, using ?? "true"));
      const common = [...(first?.values() ?? [])].filter(
        (one) => !asked.has(nameKey(one)) && others.every((more) => more.has(nameKey(one))),
      );
      const later = common.find((one) => isFilledAfter(evidence, relation, one));
      if (!later) continue;
      const names = shown.map(({ name }) => `\`${identForReading(name)}\``).join(", ");
      return [
        finding(
          "row-hidden-after-insert",
          "warning",
          { kind: "policy", schema: policy.schema, relation: policy.relation, policy: policy.name },
          `\`${identForReading(policy.name)}\` lets in a row that ${names} ${shown.length === 1 ? "does" : "do"} not show before a row of \`${nameKey(later)}\` refers to it, which an AFTER trigger inserts: an INSERT with RETURNING fails with 42501`,
          "let the SELECT policy show the row to its creator as well, or insert without RETURNING (Prefer: return=minimal)",
        ),
      ];
    }
    return [];
  });
}

/** The relations in which every row that passes the expression has a row. */
function needed(evidence: Evidence, relation: Relation, text: string): Map<NameKey, QualifiedName> {
  const own = (name: string[] | null): string | undefined =>
    name?.length === 1 || (name?.length === 2 && name[0] === relation.name) ? name.at(-1) : undefined;
  const found = new Map<NameKey, QualifiedName>();
  for (const part of conjuncts(parseExpr(text))) {
    if (as("BoolExpr", part)) continue;
    const columns = new Set<string>();
    const tables: QualifiedName[] = [];
    const link = as("SubLink", part);
    const isMember = link?.subLinkType === "ANY_SUBLINK" || link?.subLinkType === "EXISTS_SUBLINK";
    if (isMember) tables.push(...relationsIn(link.subselect));
    for (const call of usesIn(part, ANY_SOURCE).calls)
      if (call.args.some((arg) => own(columnRef(arg)) !== undefined))
        tables.push(...reachedFrom(evidence, callOf(call.schema, call.name)).flatMap(({ facts }) => facts.tables));
    walk(part, (node) => {
      const name = own(columnRef(node));
      if (name !== undefined && relation.columns.some((one) => one.name === name)) columns.add(name);
    });
    // a look-up that does not use the row, such as that of the caller's role, is no condition on it
    if (columns.size === 0) continue;
    for (const table of tables) if (nameKey(table) !== nameKey(relation)) found.set(nameKey(table), table);
  }
  return found;
}

const callOf = (schema: string | null, name: string): Expr => ({
  FuncCall: { funcname: [...(schema === null ? [] : [schema]), name].map((sval) => ({ String: { sval } })) },
});

/** True if an AFTER trigger of the relation inserts into the other one. */
const isFilledAfter = (
  { catalog, index, definitionOf, bodyOf }: Evidence,
  relation: Relation,
  other: QualifiedName,
): boolean =>
  catalog.triggers
    .filter((one) => one.schema === relation.schema && one.relation === relation.name && one.enabled)
    .filter((one) => {
      const events = triggerEvents(one);
      return events?.after && events.insert;
    })
    .flatMap((one) => index.resolve(one.function, []))
    .some((fact) => {
      const fn = definitionOf(fact);
      return (
        fn !== undefined &&
        some(bodyOf(fn).trees, (node) => {
          const into = as("InsertStmt", node)?.relation;
          const schemas = into?.schemaname === undefined ? (fact.searchPath ?? ["public"]) : [into.schemaname];
          return into?.relname === other.name && schemas.includes(other.schema);
        })
      );
    });
