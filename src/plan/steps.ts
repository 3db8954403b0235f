import type { Column, PgFunction } from "../pg/catalog.ts";
import { dropRoutine, routineAccess } from "../pg/function-sql.ts";
import { dollarQuote, identForReading, quoteLiteral } from "../pg/identifier.ts";
import { nameKey, relationKey, shownName } from "../pg/name.ts";
import { alterPolicy, commentPolicy, createPolicy, dropPolicy, forReading, samePolicy } from "../pg/policy-sql.ts";
import type { Policy } from "../pg/policy.ts";
import type { PrivateHelper } from "../rewrite/index.ts";
import type { Hazard, Step } from "./plan.ts";

/** A step before its position in the plan is known. */
export type NewStep = Omit<Step, "id" | "context">;

const exclusive = (policy: Policy): Hazard => ({
  code: "access-exclusive-lock",
  message: `waits for, and then blocks, every statement on ${relationKey(policy)} until the transaction ends`,
});

const objectOf = (policy: Policy): Step["object"] => ({
  kind: "policy",
  schema: policy.schema,
  relation: policy.relation,
  policy: policy.name,
});

/** The step that replaces one policy by the policies after it; null if nothing changes. */
export function policyStep(before: Policy, after: readonly Policy[]): NewStep | null {
  const [only] = after;
  const base = {
    object: objectOf(before),
    change: { kind: "policy" as const },
    lock: "ACCESS EXCLUSIVE" as const,
    hazards: [exclusive(before)],
  };
  if (after.length === 1 && only?.name === before.name) {
    if (samePolicy(before, only) && before.comment === only.comment) return null;
    const up = alterPolicy(before, only, forReading);
    const down = alterPolicy(only, before, forReading);
    const comment = (policy: Policy): string[] =>
      before.comment === only.comment ? [] : [commentPolicy(policy, forReading)];
    if (up !== null && down !== null)
      return {
        ...base,
        title: `alter policy ${before.name}`,
        up: [up, ...comment(only)],
        down: [down, ...comment(before)],
      };
  }
  return {
    ...base,
    title: after.length === 0 ? `drop policy ${before.name}` : `replace policy ${before.name}`,
    up: replacePolicies([before], after),
    down: replacePolicies(after, [before]),
  };
}

/** Each policy is dropped before it is created, so that the statements can be run twice. */
function replacePolicies(from: readonly Policy[], to: readonly Policy[]): string[] {
  const names = new Map([...from, ...to].map((policy) => [policy.name, policy]));
  return [
    ...[...names.values()].map((policy) => dropPolicy(policy, forReading)),
    ...to.flatMap((policy) => [
      createPolicy(policy, forReading),
      ...(policy.comment === null ? [] : [commentPolicy(policy, forReading)]),
    ]),
  ];
}

/** CREATE OR REPLACE with the new body, and with the old one for the reverse. */
export function functionStep(
  fn: PgFunction,
  { definition, body }: { definition: string; body: string },
  callers: readonly string[],
  title = `let ${fn.name} read the claim`,
): NewStep {
  return {
    title,
    object: { kind: "function", schema: fn.schema, name: fn.name, identityArguments: fn.identityArguments },
    change: { kind: "function", before: fn, after: { ...fn, definition, body } },
    up: [definition.trimEnd()],
    down: [fn.definition.trimEnd()],
    lock: "none",
    hazards:
      callers.length === 0
        ? []
        : [{ code: "function-callers", message: `also used by ${callers.join(", ")}: they see the claim from now on` }],
  };
}

/** DROP FUNCTION, and for the reverse the function with its owner, privileges and comment. */
export function dropFunctionStep(fn: PgFunction): NewStep {
  const routine = {
    schema: fn.schema,
    name: fn.name,
    kind: fn.kind === "procedure" ? ("procedure" as const) : ("function" as const),
    arguments: fn.argumentTypes.join(", "),
  };
  const grantees = fn.grants.filter(({ privilege }) => privilege === "EXECUTE").map(({ grantee }) => grantee);
  return {
    title: `drop ${fn.name}`,
    object: { kind: "function", schema: fn.schema, name: fn.name, identityArguments: fn.identityArguments },
    change: { kind: "dropped-function", before: fn },
    up: [dropRoutine(routine, { ifExists: true })],
    down: [fn.definition.trimEnd(), ...routineAccess(routine, { owner: fn.owner, grantees, comment: fn.comment })],
    lock: "none",
    hazards: [],
  };
}

/**
 * The private schema and the SECURITY DEFINER functions in it. The role that applies the plan owns them: `owner`, as
 * far as it can be determined.
 */
export function privateHelperSteps(
  { schema, schemaExists, owner }: { schema: string; schemaExists: boolean; owner: string },
  helpers: readonly PrivateHelper[],
): NewStep[] {
  if (helpers.length === 0) return [];
  const makeSchema: NewStep = {
    title: `make schema ${schema}`,
    object: { kind: "schema", schema },
    change: { kind: "schema", isNew: !schemaExists },
    up: [`create schema if not exists ${identForReading(schema)}`],
    down: schemaExists ? [] : [dropEmptySchema(schema)],
    lock: "none",
    hazards: [],
  };
  return [
    makeSchema,
    ...helpers.map((helper): NewStep => ({
      title: `make function ${helper.name}`,
      object: {
        kind: "function",
        schema: helper.schema,
        name: helper.name,
        identityArguments: helper.argumentTypes.join(", "),
      },
      change: { kind: "function", before: null, after: functionOf(helper, owner) },
      up: helper.statements,
      down: [`drop function if exists ${nameKey(helper)}(${helper.argumentTypes.join(", ")})`],
      lock: "none",
      hazards: [],
    })),
  ];
}

const functionOf = (helper: PrivateHelper, owner: string): PgFunction => ({
  schema: helper.schema,
  name: helper.name,
  identityArguments: helper.argumentTypes.join(", "),
  arguments: helper.argumentNames
    .map((name, n) => `${identForReading(name)} ${helper.argumentTypes[n] ?? ""}`)
    .join(", "),
  argumentNames: helper.argumentNames,
  argumentTypes: helper.argumentTypes,
  result: helper.result,
  kind: "function",
  language: "sql",
  volatility: "stable",
  securityDefiner: true,
  strict: false,
  owner,
  settings: ['search_path=""'],
  body: helper.body,
  sqlStandardBody: false,
  definition: helper.statements[0] ?? "",
  grants: [],
  comment: null,
});

/** Drop the schema if it is empty. Objects that others created in it since then must not stop a rollback. */
const dropEmptySchema = (schema: string): string =>
  `do ${dollarQuote(`
begin
  drop schema if exists ${identForReading(schema)};
exception when dependent_objects_still_exist then
  raise notice 'schema % is not empty and stays', ${quoteLiteral(schema)};
end
`)}`;

/** SET DEFAULT with the claim, and with the old expression for the reverse. */
export function columnDefaultStep(schema: string, relation: string, column: Column, expression: string): NewStep {
  const set = (text: string): string =>
    `alter table ${relationKey({ schema, relation })}\n  alter column ${identForReading(column.name)} set default ${text}`;
  return {
    title: `default of ${shownName([relation, column.name])}`,
    object: { kind: "column", schema, relation, column: column.name },
    change: { kind: "default", before: column.expression, after: expression },
    up: [set(expression)],
    down: [set(column.expression ?? "null")],
    lock: "ACCESS EXCLUSIVE",
    hazards: [
      {
        code: "access-exclusive-lock",
        message: `waits for, and then blocks, every statement on ${relationKey({ schema, relation })} until the transaction ends`,
      },
    ],
  };
}
