import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import type { DeleteStmt, InsertStmt, UpdateStmt } from "libpg-query";
import type { Relation, Rule } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { binary, conjuncts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey, relationOf as nameOf } from "../../pg/name.ts";
import { isBypassedBy, type Evidence } from "./evidence.ts";
import { holders } from "./requests.ts";
import { isOfRequest, ownersIn, ownershipColumns } from "./tenant-columns.ts";
import { quoted } from "./words.ts";

/**
 * Rules whose actions write to a relation with row security. The actions run with the rights of the owner of the
 * rule's relation (manual, 41.5 Rules and Privileges), so policies that do not bind that owner do not apply.
 */
export function ruleFindings(evidence: Evidence): Finding[] {
  const owners = ownershipColumns(evidence);
  return (evidence.catalog.rules ?? []).flatMap((rule) => {
    const relation = evidence.relationOf(nameOf(rule));
    if (!relation || !rule.enabled || isPlatformRelation(evidence.catalog, rule)) return [];
    const { event, actions } = readRule(rule);
    const { requests } = evidence;
    const roles = event === null ? [] : requests.hasGrants ? holders(requests, relation, [event]) : requests.roles;
    if (roles.length === 0) return [];
    const loose = actions.flatMap((action) => {
      const target = evidence.relationOf({
        schema: action.statement.relation?.schemaname ?? "public",
        name: action.statement.relation?.relname ?? "",
      });
      if (!target?.rowSecurity || !isBypassedBy(evidence, target, relation.owner)) return [];
      const columns = ownersIn(target, owners).map(({ name }) => name);
      return columns.length > 0 && !isTied(evidence, action, columns, relation) ? [target] : [];
    });
    if (loose.length === 0) return [];
    return [
      finding(
        "rule-writes-as-owner",
        "error",
        { kind: "relation", schema: rule.schema, relation: rule.relation },
        `the rule ${identForReading(rule.name)} writes to ${quoted(loose.map(nameKey))} with the rights of \`${identForReading(relation.owner)}\`, past its row security, and does not compare the tenant: ${quoted(roles)} may change rows of every tenant by it`,
        "add the tenant's column to the condition of the rule's action, or use a trigger",
      ),
    ];
  });
}

type Action =
  | { kind: "insert"; statement: InsertStmt }
  | { kind: "update"; statement: UpdateStmt }
  | { kind: "delete"; statement: DeleteStmt };

const EVENTS: Record<string, string> = { CMD_INSERT: "INSERT", CMD_UPDATE: "UPDATE", CMD_DELETE: "DELETE" };

function readRule({ definition }: Rule): { event: string | null; actions: Action[] } {
  const made = as("RuleStmt", parseStatements(definition)[0]?.stmt);
  const actions: Action[] = [];
  walk(made?.actions, (node) => {
    const [insert, update, remove] = [as("InsertStmt", node), as("UpdateStmt", node), as("DeleteStmt", node)];
    if (insert) actions.push({ kind: "insert", statement: insert });
    if (update) actions.push({ kind: "update", statement: update });
    if (remove) actions.push({ kind: "delete", statement: remove });
  });
  return { event: EVENTS[made?.event ?? ""] ?? null, actions };
}

/** True if an action takes the tenant from the row that the request writes, or from the request itself. */
function isTied(evidence: Evidence, action: Action, columns: readonly string[], relation: Relation): boolean {
  const isOwn = (node: Expr | undefined): boolean => {
    const name = columnRef(node);
    const row = name?.length === 2 && /^(new|old)$/i.test(name[0] ?? "");
    return (
      (row && relation.columns.some((one) => one.name === name[1]) && columns.includes(name[1] ?? "")) ||
      isOfRequest(evidence, node)
    );
  };
  if (action.kind === "insert") {
    const { cols, selectStmt } = action.statement;
    const at = (cols ?? []).findIndex((node) => columns.includes(as("ResTarget", node)?.name ?? ""));
    const select = as("SelectStmt", selectStmt);
    const lists = select?.valuesLists?.map((list) => as("List", list)?.items ?? []) ?? [
      (select?.targetList ?? []).map((node) => as("ResTarget", node)?.val).filter((value) => value !== undefined),
    ];
    // a column that is left out has its default
    return at < 0 || lists.every((values) => isOwn(values[at]));
  }
  return (action.statement.whereClause ? conjuncts(action.statement.whereClause) : []).some((part) => {
    const equality = binary(part, "=");
    return [
      [equality?.left, equality?.right],
      [equality?.right, equality?.left],
    ].some(([column, value]) => columns.includes(columnRef(column)?.at(-1) ?? "") && isOwn(value));
  });
}
