import type { Catalog, Relation } from "../src/pg/catalog.ts";
import type { Policy, PolicyCommand } from "../src/pg/policy.ts";

const SETTING =
  "COALESCE((NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid, (((auth.jwt() -> 'app_metadata'::text) ->> 'tenant_id'::text))::uuid)";
const ROLE =
  "COALESCE(NULLIF(current_setting('app.role'::text, true), ''::text), ((auth.jwt() -> 'app_metadata'::text) ->> 'role_name'::text))";

/** Five kinds of hybrid expressions, in turn. */
function expressionOf(n: number, relation: string): string {
  const tenant = `((auth.uid() IS NOT NULL) AND (tenant_id = ${SETTING}))`;
  switch (n % 5) {
    case 0:
      return tenant;
    case 1:
      return `(${tenant} AND (${ROLE} = ANY (ARRAY['manager'::text, 'admin'::text])))`;
    case 2:
      return "(tenant_id = public.current_tenant_id())";
    case 3:
      return `(${tenant} AND (EXISTS ( SELECT 1\n   FROM public.members m\n  WHERE ((m.row_id = ${relation}.id) AND (m.user_id = auth.uid())))))`;
    default:
      return "(tenant_id = (((auth.jwt() -> 'app_metadata'::text) ->> 'tenant_id'::text))::uuid)";
  }
}

const COMMANDS: readonly PolicyCommand[] = ["SELECT", "INSERT", "UPDATE", "DELETE", "SELECT"];

/**
 * A catalog as `inspect` would read it, without any database: `relations` tables with five policies each. `distinct`:
 * no policy equals one of another table, so that no result can be used again.
 */
export function generatedCatalog(relations: number, distinct = false): Catalog {
  const tables = Array.from({ length: relations }, (_, n) => relationOf(n));
  const policies = tables.flatMap((table, n) =>
    COMMANDS.map((command, index): Policy => {
      const base = expressionOf(n + index, table.name);
      const expression = distinct ? `(${base} AND (title <> 'withheld ${n}.${index}'::text))` : base;
      return {
        schema: table.schema,
        relation: table.name,
        name: `${table.name}_${command.toLowerCase()}_${index}`,
        permissive: true,
        command,
        roles: ["authenticated"],
        using: command === "INSERT" ? null : expression,
        check: command === "INSERT" || command === "UPDATE" ? expression : null,
        comment: null,
      };
    }),
  );
  return {
    format: "rlsmith-catalog",
    formatVersion: 1,
    serverVersion: 180000,
    relations: [...tables, members()],
    policies,
    functions: [
      {
        schema: "public",
        name: "current_tenant_id",
        identityArguments: "",
        arguments: "",
        argumentNames: [],
        argumentTypes: [],
        result: "uuid",
        kind: "function",
        language: "sql",
        volatility: "stable",
        securityDefiner: false,
        strict: false,
        owner: "postgres",
        settings: [],
        body: ` select ${SETTING} `,
        sqlStandardBody: false,
        definition: `CREATE OR REPLACE FUNCTION public.current_tenant_id()\n RETURNS uuid\n LANGUAGE sql\n STABLE\nAS $function$ select ${SETTING} $function$\n`,
        grants: [],
        comment: null,
      },
    ],
    policyFunctions: [],
    triggers: [],
    types: [],
    roles: [{ name: "authenticated", superuser: false, bypassRls: false, login: false, inherit: true, memberOf: [] }],
  };
}

/** The memberships that the policies' sub-queries read. */
const members = (): Relation => ({
  ...relationOf(0),
  schema: "public",
  name: "members",
  rowSecurity: false,
  columns: ["row_id", "user_id"].map((name) => ({
    name,
    type: "uuid",
    notNull: true,
    expression: null,
    generated: "no",
  })),
  uniqueKeys: [["row_id", "user_id"]],
});

function relationOf(n: number): Relation {
  const column = (name: string, type: string, notNull: boolean): Relation["columns"][number] => ({
    name,
    type,
    notNull,
    expression: null,
    generated: "no",
  });
  return {
    schema: `area_${n % 7}`,
    name: `t_${n}`,
    kind: "table",
    owner: "postgres",
    rowSecurity: true,
    forceRowSecurity: false,
    partitionOf: null,
    securityInvoker: null,
    columns: [column("id", "uuid", true), column("tenant_id", "uuid", true), column("title", "text", false)],
    uniqueKeys: [["id"]],
    grants: ["SELECT", "INSERT", "UPDATE", "DELETE"].map((privilege) => ({ grantee: "authenticated", privilege })),
    columnGrants: [],
    comment: null,
  };
}

/**
 * An invented Supabase project: `files` migrations of 11 statements each, one policy in each file, over seven schemas.
 * File name → SQL.
 */
export function generatedProject(files: number): Map<string, string> {
  const project = new Map<string, string>();
  const stamp = (n: number): string => String(20240101000000 + n);
  for (let n = 0; n < files; n += 1) {
    const statements: string[] = [];
    const schema = `area_${Math.floor(n / 5) % 7}`;
    const table = `t_${Math.floor(n / 5)}`;
    if (n === 0)
      statements.push(
        ...Array.from({ length: 7 }, (_, area) => `create schema area_${area}`),
        "create table public.members (row_id uuid not null, user_id uuid not null, primary key (row_id, user_id))",
        "alter table public.members enable row level security",
        `create function public.current_tenant_id() returns uuid language sql stable as $$ select ${SETTING} $$`,
      );
    if (n % 5 === 0)
      statements.push(
        `create table ${schema}.${table} (id uuid primary key default gen_random_uuid(), tenant_id uuid not null, title text)`,
        `alter table ${schema}.${table} enable row level security`,
      );
    const command = COMMANDS[n % 5] ?? "SELECT";
    const name = `${table}_${command.toLowerCase()}_${n % 5}`;
    const expression = expressionOf(n, table);
    const clauses = [
      ...(command === "INSERT" ? [] : [`using (${expression})`]),
      ...(command === "INSERT" || command === "UPDATE" ? [`with check (${expression})`] : []),
    ];
    statements.push(
      `drop policy if exists ${name} on ${schema}.${table}`,
      `create policy ${name} on ${schema}.${table} for ${command.toLowerCase()} to authenticated ${clauses.join(" ")}`,
    );
    for (let extra = 0; statements.length < 11; extra += 1)
      statements.push(
        extra % 3 === 0
          ? `comment on column ${schema}.${table}.title is 'step ${n}.${extra}; still the title'`
          : extra % 3 === 1
            ? `create or replace function ${schema}.f_${n}_${extra}() returns int language plpgsql as $f$ begin return ${extra}; -- done\nend $f$`
            : `alter table ${schema}.${table} add column if not exists extra_${n}_${extra} text`,
      );
    project.set(`${stamp(n)}_step.sql`, `${statements.join(";\n")};\n`);
  }
  return project;
}
