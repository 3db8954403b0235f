import type { Column, PgFunction } from "../pg/catalog.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import { quoteName, relationKey, relationOf, shownName } from "../pg/name.ts";
import { alterPolicy, commentPolicy, createPolicy, dropPolicy, samePolicy } from "../pg/policy-sql.ts";
import type { Policy } from "../pg/policy.ts";
import type { PrivateHelper } from "../rewrite/rules/break-recursion.ts";
import type { Hazard, Step } from "./plan.ts";

type NewStep = Omit<Step, "id">;

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

/** The step that turns one policy into what became of it; null when nothing did. */
export function policyStep(before: Policy, after: readonly Policy[]): NewStep | null {
  const [only] = after;
  const base = { object: objectOf(before), lock: "ACCESS EXCLUSIVE" as const, hazards: [exclusive(before)] };
  if (after.length === 1 && only?.name === before.name) {
    if (samePolicy(before, only) && before.comment === only.comment) return null;
    const up = alterPolicy(before, only);
    const down = alterPolicy(only, before);
    const comment = (policy: Policy): string[] => (before.comment === only.comment ? [] : [commentPolicy(policy)]);
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
    up: [dropPolicy(before), ...after.flatMap(recreate)],
    down: [...after.map(dropPolicy), ...recreate(before)],
  };
}

const recreate = (policy: Policy): string[] => [
  dropPolicy(policy),
  createPolicy(policy),
  ...(policy.comment === null ? [] : [commentPolicy(policy)]),
];

/** CREATE OR REPLACE with another body, and back. */
export function functionStep(fn: PgFunction, definition: string, callers: readonly string[]): NewStep {
  return {
    title: `let ${fn.name} read the claim`,
    object: { kind: "function", schema: fn.schema, name: fn.name, identityArguments: fn.identityArguments },
    up: [definition.trimEnd()],
    down: [fn.definition.trimEnd()],
    lock: "none",
    hazards:
      callers.length === 0
        ? []
        : [{ code: "function-callers", message: `also used by ${callers.join(", ")}: they see the claim from now on` }],
  };
}

/** The private schema and the SECURITY DEFINER functions in it. */
export function privateHelperSteps(
  schema: string,
  helpers: readonly PrivateHelper[],
  schemaExists: boolean,
): NewStep[] {
  if (helpers.length === 0) return [];
  const makeSchema: NewStep = {
    title: `make schema ${schema}`,
    object: { kind: "schema", schema },
    up: [`create schema if not exists ${quoteIdent(schema)}`],
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
      up: helper.statements,
      down: [`drop function if exists ${quoteName(helper)}(${helper.argumentTypes.join(", ")})`],
      lock: "none",
      hazards: [],
    })),
  ];
}

/** Someone may have put something of their own into it since: that is no reason to stop a rollback. */
const dropEmptySchema = (schema: string): string => `do $rlsmith$
begin
  drop schema if exists ${quoteIdent(schema)};
exception when dependent_objects_still_exist then
  raise notice 'schema % is not empty and stays', ${quoteLiteral(schema)};
end
$rlsmith$`;

/** SET DEFAULT with the claim, and back. */
export function columnDefaultStep(schema: string, relation: string, column: Column, expression: string): NewStep {
  const set = (text: string): string =>
    `alter table ${quoteName(relationOf({ schema, relation }))} alter column ${quoteIdent(column.name)} set default ${text}`;
  return {
    title: `default of ${shownName([relation, column.name])}`,
    object: { kind: "column", schema, relation, column: column.name },
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
