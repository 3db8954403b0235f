import { z } from "zod";
import type { TypeName } from "libpg-query";
import { routineAccess } from "../../pg/function-sql.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { columnKey, functionKey, nameKey, quoteName, type QualifiedName } from "../../pg/name.ts";
import { commentPolicy, createPolicy } from "../../pg/policy-sql.ts";
import { policyId, type Policy } from "../../pg/policy.ts";
import type { FunctionAccess, FunctionState, RelationState, State } from "../state/index.ts";

const named = { schema: z.string(), name: z.string() };

const POLICY: z.ZodType<Policy> = z.strictObject({
  ...named,
  relation: z.string(),
  permissive: z.boolean(),
  command: z.enum(["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]),
  roles: z.array(z.string()).min(1),
  using: z.string().nullable(),
  check: z.string().nullable(),
  comment: z.string().nullable(),
});

const STATE: z.ZodType<State> = z.strictObject({
  relations: z.array(
    z.strictObject({
      ...named,
      exists: z.boolean(),
      rowSecurity: z.boolean(),
      forceRowSecurity: z.boolean(),
      policies: z.array(POLICY),
      defaults: z.array(z.strictObject({ column: z.string(), expression: z.string().nullable() })),
    }),
  ),
  functions: z.array(
    z.strictObject({
      ...named,
      arguments: z.string(),
      definition: z.string().nullable(),
      access: z
        .strictObject({
          kind: z.enum(["function", "procedure"]),
          types: z.string(),
          owner: z.string(),
          grantees: z.array(z.string()),
          comment: z.string().nullable(),
        })
        .nullable()
        .exactOptional(),
    }),
  ),
  schemas: z.array(z.strictObject({ name: z.string(), exists: z.boolean() })),
});

/**
 * The texts of two recorded states that are not what a rollback would execute them as, a sentence each. Each text is
 * parsed by PostgreSQL's grammar in the statement that it becomes part of: this has to be one statement, of the kind and
 * on the object of the field that the text is in. The grammar is that of version 18; a form that only a later version
 * prints is a fault too.
 */
export function faultsOf(states: { before: unknown; after: unknown }): string[] {
  return (["before", "after"] as const).flatMap((side) => {
    if (states[side] === null) return [];
    const state = STATE.safeParse(states[side]);
    return (state.success ? faultsOfState(state.data) : [`it is no state: ${where(state.error)}`]).map(
      (fault) => `\`${side}\`: ${fault}`,
    );
  });
}

const where = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");

const faultsOfState = ({ relations, functions }: State): string[] => [
  ...relations.flatMap(relationFaults),
  ...functions.flatMap(functionFaults),
];

function relationFaults(relation: RelationState): string[] {
  const policies = relation.policies.flatMap((policy) => {
    const isItsOwn = policy.schema === relation.schema && policy.relation === relation.name;
    return isItsOwn && isPolicy(policy) && isComment(policy)
      ? []
      : [`${policyId(policy)} is not one policy of ${nameKey(relation)}`];
  });
  const defaults = relation.defaults.flatMap(({ column, expression }) =>
    expression === null || isDefault(relation, column, expression)
      ? []
      : [`the default of ${columnKey(relation, column)} is not one expression`],
  );
  return [...policies, ...defaults];
}

function isPolicy(policy: Policy): boolean {
  const made = as(
    "CreatePolicyStmt",
    only(() => createPolicy(policy)),
  );
  return (
    made !== null &&
    isRelation(made.table, { schema: policy.schema, name: policy.relation }) &&
    made.policy_name === policy.name &&
    made.cmd_name === policy.command.toLowerCase() &&
    (made.permissive ?? false) === policy.permissive &&
    (made.roles ?? []).length === policy.roles.length &&
    (made.qual !== undefined) === (policy.using !== null) &&
    (made.with_check !== undefined) === (policy.check !== null)
  );
}

function isComment(policy: Policy): boolean {
  const made = as(
    "CommentStmt",
    only(() => commentPolicy(policy)),
  );
  return (
    made?.objtype === "OBJECT_POLICY" && (made.comment ?? null) === (policy.comment === "" ? null : policy.comment)
  );
}

function isDefault(relation: RelationState, column: string, expression: string): boolean {
  const made = as(
    "AlterTableStmt",
    only(() => `alter table ${quoteName(relation)} alter column ${quoteIdent(column)} set default ${expression}`),
  );
  const [command, ...others] = (made?.cmds ?? []).map((one) => as("AlterTableCmd", one));
  return (
    isRelation(made?.relation, relation) &&
    others.length === 0 &&
    command?.subtype === "AT_ColumnDefault" &&
    command.name === column &&
    command.def !== undefined
  );
}

function functionFaults(fn: FunctionState): string[] {
  const name = functionKey({ ...fn, identityArguments: fn.arguments });
  const dropped = as(
    "DropStmt",
    only(() => `drop function ${quoteName(fn)}(${fn.arguments})`),
  );
  const [object, ...others] = (dropped?.objects ?? []).map((one) => as("ObjectWithArgs", one));
  if (!object || others.length > 0 || dropped?.behavior !== "DROP_RESTRICT" || !isNamed(object.objname, fn))
    return [`the arguments of function ${name} are not a list of arguments`];
  const typesOf = (list: Expr[] | undefined): (TypeName | null)[] => (list ?? []).map((one) => as("TypeName", one));
  if (fn.access && !isAccess(fn, fn.access, typesOf(object.objargs)))
    return [`the owner, privileges and comment of function ${name} are not those of one function`];
  if (fn.definition === null) return [];
  const made = as(
    "CreateFunctionStmt",
    only(() => fn.definition ?? ""),
  );
  const inputs = (made?.parameters ?? []).flatMap((one) => {
    const parameter = as("FunctionParameter", one);
    const isInput = parameter?.mode !== "FUNC_PARAM_OUT" && parameter?.mode !== "FUNC_PARAM_TABLE";
    return isInput && parameter?.argType ? [parameter.argType] : [];
  });
  const isIt =
    made?.replace === true &&
    isNamed(made.funcname, fn) &&
    equal(
      inputs,
      (object.objargs ?? []).map((one) => as("TypeName", one)),
    );
  return isIt ? [] : [`the definition of function ${name} is not one CREATE OR REPLACE of it`];
}

/**
 * True if each statement that restores the access is one statement of its kind, on a function with the same argument
 * types.
 */
function isAccess(fn: FunctionState, access: FunctionAccess, types: readonly (TypeName | null)[]): boolean {
  const routine = { ...fn, kind: access.kind, arguments: access.types };
  const statements = routineAccess(routine, access).map((sql) => only(() => sql));
  const kinds = new Set(["AlterOwnerStmt", "DoStmt", "GrantStmt", "CommentStmt"]);
  const owner = as("AlterOwnerStmt", statements[0] ?? null);
  const object = as("ObjectWithArgs", owner?.object ?? null);
  return (
    statements.every((statement) => statement !== null && kinds.has(Object.keys(statement)[0] ?? "")) &&
    isNamed(object?.objname, fn) &&
    equal(
      (object?.objargs ?? []).map((one) => as("TypeName", one)),
      types,
    )
  );
}

/** The statement that a text is parsed to; null where it is not exactly one, or cannot be parsed. */
function only(text: () => string): Expr | null {
  try {
    const [first, ...others] = parseStatements(text());
    return others.length === 0 ? (first?.stmt ?? null) : null;
  } catch {
    return null;
  }
}

const isRelation = (
  found: { catalogname?: string; schemaname?: string; relname?: string } | undefined,
  { schema, name }: QualifiedName,
): boolean => found?.catalogname === undefined && found?.schemaname === schema && found.relname === name;

const isNamed = (names: Expr[] | undefined, { schema, name }: QualifiedName): boolean => {
  const parts = nameParts(names);
  return parts.length === 2 && parts[0] === schema && parts[1] === name;
};
