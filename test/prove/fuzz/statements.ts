import { quoteIdent } from "../../../src/pg/identifier.ts";
import type { PolicyCommand } from "../../../src/pg/policy.ts";
import { commandOf, type Component } from "../../../src/prove/component.ts";
import { CLAIMS, TABLE_NAMES, type SqlType, type TableName } from "./schema.ts";

export interface TextPolicy {
  table: TableName;
  name: string;
  permissive: boolean;
  command: PolicyCommand;
  roles: readonly string[];
  using: string | null;
  check: string | null;
}

export interface TextFunction {
  name: string;
  result: SqlType;
  argument: SqlType | null;
  definer: boolean;
  strict: boolean;
  language: "sql" | "plpgsql";
  body: string;
}

/** A side as text: what Postgres and the prover are given. */
export interface TextSide {
  policies: readonly TextPolicy[];
  functions: readonly TextFunction[];
}

/**
 * Statements that make a side: helpers, row security, policies. An UPDATE's two predicates are told apart by making the other one true.
 */
export function ddlOf(side: TextSide, guarded: ReadonlySet<TableName>, component: Component): string {
  const token = `nullif(current_setting('${CLAIMS}', true), '')::jsonb`;
  return [
    "set local role none",
    `create or replace function auth.jwt() returns jsonb language sql stable as $f$ select ${token} $f$`,
    `create or replace function auth.uid() returns uuid language sql stable as $f$ select (${token} ->> 'sub')::uuid $f$`,
    `create or replace function auth.role() returns text language sql stable as $f$ select ${token} ->> 'role' $f$`,
    "set local role owner",
    ...TABLE_NAMES.filter((table) => guarded.has(table)).map(
      (table) => `alter table ${table} enable row level security`,
    ),
    ...side.functions.map(functionSql),
    ...side.policies.flatMap((policy) => isolated(policy, component)).map(policySql),
    "set local role none",
  ].join(";\n");
}

function isolated(policy: TextPolicy, component: Component): TextPolicy[] {
  const command = commandOf(component);
  if (policy.table !== "docs" || command !== "UPDATE") return [policy];
  if (policy.command !== "ALL" && policy.command !== "UPDATE") return [policy];
  const reads: TextPolicy[] =
    policy.command === "ALL" ? [{ ...policy, name: `${policy.name}_read`, command: "SELECT", check: null }] : [];
  const update: TextPolicy = { ...policy, command: "UPDATE" };
  return [
    ...reads,
    component === "UPDATE USING"
      ? { ...update, check: "true" }
      : { ...update, using: "true", check: policy.check ?? policy.using },
  ];
}

export const policySql = (policy: TextPolicy): string =>
  [
    `create policy ${quoteIdent(policy.name)} on ${policy.table} as ${policy.permissive ? "permissive" : "restrictive"}`,
    `for ${policy.command} to ${policy.roles.join(", ")}`,
    ...(policy.using === null ? [] : [`using (${policy.using})`]),
    ...(policy.check === null ? [] : [`with check (${policy.check})`]),
  ].join(" ");

export const functionSql = (fn: TextFunction): string =>
  `create function ${fn.name}(${fn.argument ?? ""}) returns ${fn.result} language ${fn.language} stable ${fn.strict ? "strict " : ""}${fn.definer ? "security definer " : ""}as $fn$ ${bodyOf(fn)} $fn$`;

export const bodyOf = (fn: TextFunction): string =>
  fn.language === "sql" ? `select ${fn.body}` : `begin return ${fn.body}; end`;
