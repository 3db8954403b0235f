import { finding, type Finding } from "../../finding.ts";
import type { PgFunction, Relation } from "../../pg/catalog.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { boolConst } from "../../pg/expr/shape.ts";
import { functionKey, nameKey, type QualifiedName } from "../../pg/name.ts";
import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { reach, rowWrites, type FunctionFacts, type RowWrite } from "../functions/index.ts";
import { applied, rolesUnder } from "./applied.ts";
import { namesKey } from "./body-filters.ts";
import { readsRequest } from "./definer-returns-rows.ts";
import { isBypassedBy, type Evidence } from "./evidence.ts";
import { placeOf } from "./functions.ts";
import { callers, inherits, isUsable } from "./requests.ts";
import { ownersIn, ownershipColumns, type OwnershipColumns } from "./tenant-columns.ts";
import { quoted } from "./words.ts";

/**
 * SECURITY DEFINER functions that requests may execute, that change rows of a relation whose row security their owner
 * bypasses, and that read neither a claim nor a variable. What the function returns does not matter: with `void` it
 * changes the rows of every tenant all the same.
 */
export function definerWritesRowsFindings(evidence: Evidence): Finding[] {
  const { catalog, index, requests } = evidence;
  const owners = ownershipColumns(evidence);
  return evidence.facts.flatMap((fact) => {
    const fn = evidence.definitionOf(fact);
    if (!fn?.securityDefiner || !isCallable(fn)) return [];
    const roles = callers(requests, fn);
    if (roles.length === 0 || !isUsable(catalog, requests, fn.schema)) return [];
    const reached = reach(index, fact).map((one) => one.facts);
    if (reached.some((one) => readsRequest(evidence, one))) return [];
    // a function that sets the context from its arguments has the finding caller-chooses-context
    if (reached.some(({ sets }) => sets.length > 0)) return [];
    const callable = requests.roles.filter((role) =>
      roles.some((grantee) => grantee === "public" || inherits(catalog, role, grantee)),
    );
    const open = reached
      .flatMap((one) => writesOf(evidence, one))
      .flatMap((write) => guardedBehind(evidence, write.target).map((relation) => ({ write, relation })))
      .filter(
        ({ write, relation }) =>
          isBypassedBy(evidence, relation, fn.owner) &&
          (callable.length === 0 || !callable.every((role) => isAllowed(evidence, relation, write.command, role))),
      );
    const commands = [...new Set(open.map(({ write }) => write.command))];
    if (open.length === 0 || evidence.isDeclared(functionKey(fact), "function", commands)) return [];
    const isBounded = open.every(({ write, relation }) => isLimited(write, relation, owners));
    return [
      finding(
        "definer-writes-rows",
        isBounded ? "warning" : "error",
        placeOf(fact),
        `${quoted(roles)} may execute \`${nameKey(fact)}\`, which is SECURITY DEFINER, changes rows of ${quoted(open.map(({ relation }) => nameKey(relation)))} past row security (${commands.join(", ")}), and reads no claim${
          open.every(({ write, relation }) => namesKey(write.where, relation))
            ? ": whoever knows a key changes the row, whichever tenant it is of"
            : ""
        }`,
        "make it SECURITY INVOKER, compare the tenant with the claim in its statements, or revoke EXECUTE",
      ),
    ];
  });
}

/** Trigger functions cannot be called. */
const isCallable = (fn: PgFunction): boolean =>
  (fn.kind === "function" || fn.kind === "procedure") && !/^(event_)?trigger$/.test(fn.result);

function writesOf(evidence: Evidence, fact: FunctionFacts): RowWrite[] {
  const fn = evidence.definitionOf(fact);
  return fn ? rowWrites(fact, evidence.bodyOf(fn), (name) => evidence.relationOf(name) !== undefined) : [];
}

/** The relation with row security that a statement on a name changes: itself, or those behind a view. */
function guardedBehind(evidence: Evidence, name: QualifiedName): Relation[] {
  const found = new Map<string, Relation>();
  const add = (relation: Relation | undefined): void => {
    if (!relation || found.has(nameKey(relation))) return;
    found.set(nameKey(relation), relation);
    for (const inner of relation.reads ?? []) add(evidence.relationOf(inner));
  };
  add(evidence.relationOf(name));
  return [...found.values()].filter(
    (relation) => relation.rowSecurity && !isPlatformRelation(evidence.catalog, relation),
  );
}

/** True if the policies let a role run the command on every row itself. */
function isAllowed(evidence: Evidence, relation: Relation, command: RowWrite["command"], role: string): boolean {
  if (command === "MERGE" || command === "TRUNCATE") return false;
  if (applied(evidence, relation, role, command, false).length > 0) return false;
  return applied(evidence, relation, role, command).some((policy) => {
    const deciding =
      command === "INSERT"
        ? [policy.check ?? policy.using]
        : command === "UPDATE"
          ? [policy.using, policy.check ?? policy.using]
          : [policy.using];
    return (
      deciding.every((text) => text !== null && boolConst(parseExpr(text)) === true) &&
      rolesUnder(evidence, relation, policy, command).includes(role)
    );
  });
}

/** True for one row that the caller has to know, and for a new row that is no tenant's. */
function isLimited({ command, where, gives }: RowWrite, relation: Relation, owners: OwnershipColumns): boolean {
  if (command !== "INSERT") return namesKey(where, relation);
  return ownersIn(relation, owners).every(({ name }) => gives !== null && !gives.includes(name));
}
