import { readFileSync } from "node:fs";
import type { Catalog, PgFunction, Relation, UserType } from "../../../src/pg/catalog.ts";
import type { Policy, PolicyCommand } from "../../../src/pg/policy.ts";
import type { Component } from "../../../src/prove/component.ts";
import type { Decision, ErrorChange } from "../../../src/prove/verdict.ts";

/** Verdict that a case expects. */
export interface Expected {
  decision: Decision;
  errors: ErrorChange[] | null;
}

/** One comparison out of a case file: two catalogs and what is expected of one access predicate. */
export interface ProveCase {
  id: string;
  title: string;
  before: Catalog;
  after: Catalog;
  relation: string;
  component: Component;
  role: string;
  assumption: string[];
  expected: Expected;
}

interface FilePolicy {
  cmd: PolicyCommand;
  using: string | null;
  check?: string | null;
  permissive: boolean;
  to: string[];
}

interface FileFunction {
  definer?: boolean;
  body: string;
  returns?: string;
  args?: string[];
  volatility?: PgFunction["volatility"];
  strict?: boolean;
  language?: string;
}

/** What the tables of a file look like; stands under `meta` or beside the cases. */
interface FileSchema {
  schema: Record<string, Record<string, string>>;
  enums?: Record<string, string[]>;
  unique?: Record<string, string[][]>;
}

interface CaseFile extends Partial<FileSchema> {
  meta?: Partial<FileSchema>;
  expression_cases?: {
    id: number | string;
    title: string;
    table: string;
    component: string;
    old: string;
    new: string;
    assumption: string[];
    inner_rls?: Record<string, { old: string; new: string }>;
    functions?: Record<string, FileFunction>;
    expected: { decision: Decision; errors: ErrorChange[] };
  }[];
  policyset_cases?: {
    id: string;
    title: string;
    table?: string;
    oldP: FilePolicy[];
    newP: FilePolicy[];
    oldRls?: boolean;
    newRls?: boolean;
    role?: string;
    force?: boolean | { old: boolean; new: boolean };
    owner?: string;
    roles?: Record<string, { inherit?: boolean; bypassrls?: boolean; memberOf?: string[] }>;
    inner?: Record<string, { old: FilePolicy[]; new: FilePolicy[] }>;
    functions?: Record<string, FileFunction>;
    grants?: { old?: string[]; new?: string[] };
    assumption?: string[];
    expect: Record<string, Decision | { decision: Decision; errors?: ErrorChange[] }>;
  }[];
}

const TYPES: Record<string, string> = { bool: "boolean", int: "integer", timestamptz: "timestamp with time zone" };
const COMPONENT: Record<string, Component> = {
  "SELECT USING": "SELECT",
  "INSERT CHECK": "INSERT",
  "DELETE USING": "DELETE",
  UPDATE_USING: "UPDATE USING",
  UPDATE_CHECK: "UPDATE CHECK",
};

/** Read a file in the format of `equivalence.json`. */
export function readCases(file: string): ProveCase[] {
  const read = JSON.parse(readFileSync(file, "utf8")) as CaseFile;
  const content = { ...read.meta, ...read, schema: read.schema ?? read.meta?.schema ?? {} };
  const cases: ProveCase[] = [];
  for (const given of content.expression_cases ?? []) {
    const component = COMPONENT[given.component] ?? (given.component as Component);
    const policiesOf = (side: "old" | "new"): Policy[] => [
      ...Object.entries(given.inner_rls ?? {})
        .filter(([table]) => table !== given.table)
        .map(([table, qual]) => policyOf(table, "inner", { cmd: "SELECT", using: qual[side], permissive: true, to: ["public"] })),
      policyOf(given.table, "subject", {
        cmd: component.startsWith("UPDATE") ? "UPDATE" : (component as PolicyCommand),
        using: component === "INSERT" ? null : component === "UPDATE CHECK" ? "true" : given[side],
        check: component === "INSERT" || component === "UPDATE CHECK" ? given[side] : null,
        permissive: true,
        to: ["public"],
      }),
    ];
    const guarded = new Set([given.table, ...Object.keys(given.inner_rls ?? {})]);
    const catalog = (side: "old" | "new"): Catalog =>
      catalogOf(content, guarded, policiesOf(side), given.functions ?? {}, {});
    cases.push({
      id: String(given.id),
      title: given.title,
      before: catalog("old"),
      after: catalog("new"),
      relation: `public.${given.table}`,
      component,
      role: "authenticated",
      assumption: given.assumption,
      expected: given.expected,
    });
  }
  for (const given of content.policyset_cases ?? []) {
    const table = given.table ?? "docs";
    const role = given.role ?? "authenticated";
    const catalog = (side: "old" | "new"): Catalog => {
      const own = side === "old" ? given.oldP : given.newP;
      const guarded = new Set(Object.keys(given.inner ?? {}));
      if ((side === "old" ? given.oldRls : given.newRls) !== false) guarded.add(table);
      const policies = [
        ...own.map((policy, index) => policyOf(table, `p${index + 1}`, policy)),
        ...Object.entries(given.inner ?? {}).flatMap(([inner, sides]) =>
          sides[side].map((policy, index) => policyOf(inner, `i${index + 1}`, policy)),
        ),
      ];
      const made = catalogOf(content, guarded, policies, given.functions ?? {}, given.roles ?? {});
      const subject = made.relations.find((relation) => relation.name === table);
      const grants = side === "old" ? given.grants?.old : given.grants?.new;
      if (subject && grants) subject.grants = grants.map((privilege) => ({ grantee: "public", privilege }));
      if (subject && given.owner !== undefined) subject.owner = given.owner;
      const force = typeof given.force === "object" ? given.force[side] : given.force;
      if (subject && force !== undefined) subject.forceRowSecurity = force;
      return made;
    };
    for (const [name, expected] of Object.entries(given.expect))
      cases.push({
        id: `${given.id} ${name}`,
        title: given.title,
        before: catalog("old"),
        after: catalog("new"),
        relation: `public.${table}`,
        component: COMPONENT[name] ?? (name as Component),
        role,
        assumption: given.assumption ?? [],
        expected: typeof expected === "string" ? { decision: expected, errors: null } : { decision: expected.decision, errors: expected.errors ?? null },
      });
  }
  return cases;
}

const policyOf = (table: string, name: string, policy: FilePolicy): Policy => ({
  schema: "public",
  relation: table,
  name,
  permissive: policy.permissive,
  command: policy.cmd,
  roles: policy.to,
  using: policy.using ?? null,
  check: policy.check ?? null,
  comment: null,
});

function catalogOf(
  content: FileSchema,
  guarded: ReadonlySet<string>,
  policies: Policy[],
  functions: Record<string, FileFunction>,
  roles: Record<string, { inherit?: boolean; bypassrls?: boolean; memberOf?: string[] }>,
): Catalog {
  const relations = Object.entries(content.schema).map(([name, columns]): Relation => ({
    schema: "public",
    name,
    kind: "table",
    owner: "owner",
    rowSecurity: guarded.has(name),
    forceRowSecurity: false,
    partitionOf: null,
    securityInvoker: null,
    columns: Object.entries(columns).map(([column, type]) => ({
      name: column,
      type: typeName(type.replace(/!$/, ""), content.enums ?? {}),
      notNull: type.endsWith("!"),
      expression: null,
      generated: "no",
    })),
    uniqueKeys: content.unique?.[name] ?? [],
    grants: ["SELECT", "INSERT", "UPDATE", "DELETE"].map((privilege) => ({ grantee: "public", privilege })),
    columnGrants: [],
    comment: null,
  }));
  return {
    format: "rlsmith-catalog",
    formatVersion: 1,
    serverVersion: 150000,
    relations,
    policies,
    functions: Object.entries(functions).map(([name, fn]) => functionOf(name, fn, content.enums ?? {})),
    policyFunctions: [],
    triggers: [],
    types: Object.entries(content.enums ?? {}).map(([name, labels]): UserType => ({ schema: "public", name, kind: "enum", labels })),
    roles: [...new Set(["anon", "authenticated", "service_role", "owner", ...Object.keys(roles)])].map((name) => ({
      name,
      superuser: false,
      bypassRls: roles[name]?.bypassrls ?? name === "service_role",
      login: false,
      inherit: roles[name]?.inherit ?? true,
      memberOf: roles[name]?.memberOf ?? [],
    })),
  };
}

function typeName(type: string, enums: Record<string, string[]>): string {
  if (type.endsWith("[]")) return `${typeName(type.slice(0, -2), enums)}[]`;
  return type in enums ? `public.${type}` : (TYPES[type] ?? type);
}

function functionOf(name: string, fn: FileFunction, enums: Record<string, string[]>): PgFunction {
  const types = (fn.args ?? (fn.body.includes("$1") ? ["uuid"] : [])).map((type) => typeName(type, enums));
  const result = typeName(fn.returns ?? "boolean", enums);
  const language = fn.language ?? "sql";
  const body = language === "sql" ? `select ${fn.body.replace(/^\s*select\s/i, "")}` : plpgsqlBody(fn.body);
  const definer = fn.definer ?? false;
  return {
    schema: "public",
    name,
    identityArguments: types.join(", "),
    arguments: types.join(", "),
    argumentNames: types.map(() => ""),
    argumentTypes: types,
    result,
    kind: "function",
    language,
    volatility: fn.volatility ?? "stable",
    securityDefiner: definer,
    strict: fn.strict ?? false,
    owner: "owner",
    settings: [],
    body,
    sqlStandardBody: false,
    definition: `CREATE OR REPLACE FUNCTION public.${name}(${types.join(", ")}) RETURNS ${result} LANGUAGE ${language} ${(fn.volatility ?? "stable").toUpperCase()} ${fn.strict ? "STRICT " : ""}${definer ? "SECURITY DEFINER " : ""}AS $fn$ ${body} $fn$`,
    grants: [{ grantee: "public", privilege: "EXECUTE" }],
    comment: null,
  };
}

/** A body as it is, or what it returns. */
const plpgsqlBody = (body: string): string => (/^(declare|begin)\b/.test(body) ? body : `begin return (${body}); end`);
