import { dropRoutine, routineAccess } from "../../pg/function-sql.ts";
import { identForReading, quoteIdent } from "../../pg/identifier.ts";
import { columnKey, functionKey, nameKey, quoteName } from "../../pg/name.ts";
import { alterPolicy, commentPolicy, createPolicy, dropPolicy, samePolicy, sameRoles } from "../../pg/policy-sql.ts";
import { policyId, type Policy } from "../../pg/policy.ts";
import type { FunctionState, RelationState, State } from "./state.ts";

/** Statements that turn one state into another, in this order. */
export interface Restoring {
  /**
   * schemas and functions, before the policies that call them: function bodies may name objects by the login's
   * search_path
   */
  shared: string[];
  /** changes to relations, then the drops; every name is schema-qualified */
  statements: string[];
}

/** The statements that turn one state into another of the same scope. */
export function restore(from: State, to: State): Restoring {
  const made: string[] = [];
  const removed: string[] = [];
  for (const schema of to.schemas) {
    const exists = from.schemas.find(({ name }) => name === schema.name)?.exists ?? false;
    if (schema.exists && !exists) made.push(`create schema ${quoteIdent(schema.name)}`);
    if (!schema.exists && exists) removed.push(`drop schema ${quoteIdent(schema.name)}`);
  }
  for (const fn of to.functions) {
    const now = from.functions.find((other) => sameFunction(other, fn))?.definition ?? null;
    if (fn.definition !== null && fn.definition !== now) made.push(fn.definition.trimEnd());
    if (fn.definition !== null && now === null && fn.access)
      made.push(...routineAccess({ ...fn, kind: fn.access.kind, arguments: fn.access.types }, fn.access));
    if (fn.definition === null && now !== null) removed.unshift(dropFunction(fn));
  }
  const relations = to.relations.flatMap((relation) => {
    const now = from.relations.find(({ schema, name }) => schema === relation.schema && name === relation.name);
    return now ? restoreRelation(now, relation) : [];
  });
  return { shared: made, statements: [...relations, ...removed] };
}

const sameFunction = (a: FunctionState, b: FunctionState): boolean =>
  a.schema === b.schema && a.name === b.name && a.arguments === b.arguments;

// DROP FUNCTION accepts the arguments with and without their names
const dropFunction = (fn: FunctionState): string =>
  dropRoutine({ ...fn, kind: fn.access?.kind ?? "function" }, { ifExists: false });

function restoreRelation(from: RelationState, to: RelationState): string[] {
  const table = quoteName(to);
  const statements: string[] = [];
  const alter = (what: string): void => void statements.push(`alter table ${table} ${what}`);
  // row security is switched on first and off last, so that it is never off for a moment inside the transaction
  if (to.rowSecurity && !from.rowSecurity) alter("enable row level security");
  if (to.forceRowSecurity !== from.forceRowSecurity)
    alter(to.forceRowSecurity ? "force row level security" : "no force row level security");
  for (const policy of from.policies)
    if (!to.policies.some(({ name }) => name === policy.name)) statements.push(dropPolicy(policy));
  for (const policy of to.policies)
    statements.push(...restorePolicy(from.policies.find(({ name }) => name === policy.name) ?? null, policy));
  for (const { column, expression } of to.defaults) {
    const now = from.defaults.find((other) => other.column === column);
    if (now && now.expression !== expression)
      alter(`alter column ${quoteIdent(column)} ${expression === null ? "drop default" : `set default ${expression}`}`);
  }
  if (!to.rowSecurity && from.rowSecurity) alter("disable row level security");
  return statements;
}

function restorePolicy(from: Policy | null, to: Policy): string[] {
  const comment = from?.comment === to.comment ? [] : [commentPolicy(to)];
  if (from !== null && samePolicy(from, to)) return comment;
  const altered = from === null ? null : alterPolicy(from, to);
  if (altered !== null) return [altered, ...comment];
  return [
    ...(from === null ? [] : [dropPolicy(from)]),
    createPolicy(to),
    ...(to.comment === null ? [] : [commentPolicy(to)]),
  ];
}

/**
 * The differences between two states of one scope, a line each, for a person: the expected state, and the state that
 * was found.
 */
export function differences(expected: State, found: State): string[] {
  const lines: string[] = [];
  for (const relation of expected.relations) {
    const name = nameKey(relation);
    const now = found.relations.find((other) => other.schema === relation.schema && other.name === relation.name);
    if (!now || (relation.exists && !now.exists)) {
      lines.push(`${name}: is missing`);
      continue;
    }
    for (const flag of ["rowSecurity", "forceRowSecurity"] as const)
      if (relation[flag] !== now[flag])
        lines.push(
          `${name}: ${flag === "rowSecurity" ? "row security" : "FORCE ROW SECURITY"} is ${now[flag] ? "on" : "off"}, and was ${relation[flag] ? "on" : "off"}`,
        );
    const names = new Set([...relation.policies, ...now.policies].map((policy) => policy.name));
    for (const policy of [...names].toSorted())
      lines.push(
        ...policyDifference(
          relation.policies.find((one) => one.name === policy) ?? null,
          now.policies.find((one) => one.name === policy) ?? null,
        ),
      );
    for (const { column, expression } of relation.defaults) {
      const other = now.defaults.find((one) => one.column === column);
      if (!other) lines.push(`${columnKey(relation, column)}: is missing`);
      else if (other.expression !== expression)
        lines.push(...changed(`default of ${columnKey(relation, column)}`, expression, other.expression));
    }
  }
  for (const fn of expected.functions) {
    const now = found.functions.find((other) => sameFunction(other, fn))?.definition ?? null;
    if (now !== fn.definition)
      lines.push(...changed(`function ${functionKey({ ...fn, identityArguments: fn.arguments })}`, fn.definition, now));
  }
  for (const { name, exists } of expected.schemas)
    if ((found.schemas.find((other) => other.name === name)?.exists ?? false) !== exists)
      lines.push(`schema ${identForReading(name)}: ${exists ? "is missing" : "was added"}`);
  return lines;
}

function policyDifference(expected: Policy | null, found: Policy | null): string[] {
  if (expected === null) return found === null ? [] : [`${policyId(found)}: was added`];
  if (found === null) return [`${policyId(expected)}: is missing`];
  const id = policyId(expected);
  const lines: string[] = [];
  if (expected.command !== found.command) lines.push(...changed(`${id} FOR`, expected.command, found.command));
  if (expected.permissive !== found.permissive)
    lines.push(`${id}: is ${found.permissive ? "permissive, and was restrictive" : "restrictive, and was permissive"}`);
  if (!sameRoles(expected, found))
    lines.push(...changed(`${id} TO`, expected.roles.join(", "), found.roles.join(", ")));
  for (const [clause, key] of [
    ["USING", "using"],
    ["WITH CHECK", "check"],
    ["COMMENT", "comment"],
  ] as const)
    if (expected[key] !== found[key]) lines.push(...changed(`${id} ${clause}`, expected[key], found[key]));
  return lines;
}

const changed = (what: string, expected: string | null, found: string | null): string[] => [
  `${what}:`,
  ...(expected ?? "(none)").split("\n").map((line) => `  - ${line}`),
  ...(found ?? "(none)").split("\n").map((line) => `  + ${line}`),
];
