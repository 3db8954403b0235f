import type { Catalog } from "../../../src/pg/catalog.ts";
import { bodyOf, functionSql, type TextSide } from "./statements.ts";
import { ROLE_LABELS, catalogRoles, relationsOf, type SqlType, type TableName } from "./schema.ts";
import type { FuzzSide } from "./sides.ts";
import { print } from "./tree.ts";

export const textOf = (side: FuzzSide): TextSide => ({
  policies: side.policies.map((policy) => ({
    ...policy,
    using: policy.using && print(policy.using),
    check: policy.check && print(policy.check),
  })),
  functions: side.functions.map(({ name, result, argument, definer, strict, language, body }) => ({
    name,
    result,
    argument,
    definer,
    strict,
    language,
    body: print(body),
  })),
});

/** The catalog that inspecting such a database would give. */
export function catalogOf(side: TextSide, guarded: ReadonlySet<TableName>): Catalog {
  const typeName = (type: SqlType): string => (type === "app_role" ? "public.app_role" : type);
  return {
    format: "rlsmith-catalog",
    formatVersion: 1,
    serverVersion: 180000,
    relations: relationsOf(guarded),
    policies: side.policies.map((policy) => ({
      schema: "public",
      relation: policy.table,
      name: policy.name,
      permissive: policy.permissive,
      command: policy.command,
      roles: [...policy.roles],
      using: policy.using,
      check: policy.check,
      comment: null,
    })),
    functions: side.functions.map((fn) => ({
      schema: "public",
      name: fn.name,
      identityArguments: fn.argument ?? "",
      arguments: fn.argument ?? "",
      argumentNames: fn.argument === null ? [] : [""],
      argumentTypes: fn.argument === null ? [] : [typeName(fn.argument)],
      result: typeName(fn.result),
      kind: "function",
      language: fn.language,
      volatility: "stable",
      securityDefiner: fn.definer,
      strict: fn.strict,
      owner: "owner",
      settings: [],
      body: bodyOf(fn),
      sqlStandardBody: false,
      definition: functionSql(fn),
      grants: [{ grantee: "public", privilege: "EXECUTE" }],
      comment: null,
    })),
    policyFunctions: [],
    triggers: [],
    types: [{ schema: "public", name: "app_role", kind: "enum", labels: [...ROLE_LABELS] }],
    roles: catalogRoles(),
  };
}
