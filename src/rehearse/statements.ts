import type { Db } from "../db/port.ts";
import type { Catalog, Column, Relation } from "../pg/catalog.ts";
import { isPlatformRelation } from "../pg/platform-objects.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import { nameKey, quoteName, relationKey, relationOf, type NameKey, type QualifiedName } from "../pg/name.ts";
import type { PolicyCommand } from "../pg/policy.ts";
import { readRowKeys, rowKeySql, rowKeysSql, wholeRowKeySql, type RowKey } from "../pg/row-key.ts";
import type { FilledTable, Fixtures, Row } from "../fixtures/index.ts";

/** One statement that a persona tries on one relation. */
export interface Attempt {
  schema: string;
  relation: string;
  /** its name in reports: `UPDATE foreign row` */
  name: string;
  /** commands whose policies Postgres applies to it (a WHERE adds SELECT) */
  commands: PolicyCommand[];
  sql: string;
  /** the answer is the keys of the rows that it saw; otherwise the number of rows that it changed */
  reads: boolean;
  /** its relation has rows of tenants */
  tenanted: boolean;
  /** it crosses tenants if it succeeds */
  crosses: boolean;
  /** rows of the persona's tenant: a statement without WHERE that changes more crosses tenants; null: of no tenant */
  own: number | null;
}

/**
 * The statements that a persona of `tenant` tries on every relation with rows: reads, inserts, updates in place and to
 * another tenant, deletes, with and without WHERE.
 */
export function attemptsFor(catalog: Catalog, fixtures: Fixtures, tenant: string): Attempt[] {
  const foreign = fixtures.tenants.find((candidate) => candidate.name !== tenant)?.name ?? tenant;
  const withPolicies = new Set(catalog.policies.map(relationKey));
  const tables = fixtures.filled
    .filter((table) => !isPlatformRelation(catalog, table) || withPolicies.has(relationKey(table)))
    .flatMap((table) => attemptsOn(table, fixtures, catalog, tenant, foreign));
  const views = catalog.relations
    .filter((relation) => relation.kind === "view" && !isPlatformRelation(catalog, relation))
    .map((view): Attempt => ({
      schema: view.schema,
      relation: view.name,
      name: "SELECT",
      commands: ["SELECT"],
      sql: rowKeysSql(viewKey(view), `${quoteName(view)} v`),
      reads: true,
      tenanted: false,
      crosses: false,
      own: null,
    }));
  return [...tables, ...views];
}

function attemptsOn(
  table: FilledTable,
  fixtures: Fixtures,
  catalog: Catalog,
  tenant: string,
  foreign: string,
): Attempt[] {
  const target = quoteName(relationOf(table));
  const columns = columnsOf(catalog, relationOf(table)).filter((column) => column.generated === "no");
  const attempts: Attempt[] = [];
  const add = (
    name: string,
    commands: PolicyCommand[],
    sql: string,
    more: { reads?: boolean; crosses?: boolean; blind?: boolean } = {},
  ): void =>
    void attempts.push({
      schema: table.schema,
      relation: table.relation,
      name,
      commands,
      sql,
      reads: more.reads ?? false,
      tenanted: table.tenanted,
      crosses: (more.crosses ?? false) && table.tenanted,
      own: more.blind && table.tenanted ? (table.rows[tenant]?.length ?? 0) : null,
    });
  const [ownRow] = table.rows[tenant] ?? [];
  const [foreignRow] = table.rows[foreign] ?? [];
  // of all columns: the key may be an identity column
  const types = typesOf(catalog, relationOf(table));
  const where = (row: Row): string => `where ${conditions(table, row, types)}`;

  add("SELECT", ["SELECT"], rowKeysSql(keyOf(table), `${target} t`), { reads: true, crosses: true });

  for (const [name, row, crosses] of [
    ["INSERT own tenant", spare(table, tenant, fixtures), false],
    ["INSERT other tenant", spare(table, foreign, fixtures), true],
  ] as const) {
    if (!row) continue;
    const names = columns
      .filter((column) => row[column.name] !== null && row[column.name] !== undefined)
      .map((column) => quoteIdent(column.name));
    add(
      name,
      ["INSERT"],
      `insert into ${target} (${names.join(", ")}) select ${names.join(", ")} from jsonb_populate_record(null::${target}, ${quoteLiteral(JSON.stringify(row))})`,
      { crosses },
    );
  }

  const tenantColumn = Object.entries(table.context).find(
    ([, setting]) => fixtures.tenants[0]?.values[setting] !== undefined,
  )?.[0];
  const plain =
    columns.find((column) => !table.primaryKey.includes(column.name) && !(column.name in table.context)) ?? columns[0];
  const inPlace = plain ? `${quoteIdent(plain.name)} = ${quoteIdent(plain.name)}` : null;
  if (inPlace !== null) {
    if (ownRow) add("UPDATE own row", ["UPDATE", "SELECT"], `update ${target} t set ${inPlace} ${where(ownRow)}`);
    if (foreignRow)
      add("UPDATE foreign row", ["UPDATE", "SELECT"], `update ${target} t set ${inPlace} ${where(foreignRow)}`, {
        crosses: true,
      });
    // a column named in SET … = needs SELECT on it; a constant keeps the statement blind
    add(
      "UPDATE blind",
      ["UPDATE"],
      `update ${target} set ${quoteIdent(plain?.name ?? "")} = ${constantOf(ownRow ?? foreignRow, plain)}`,
      { blind: true },
    );
  }
  const otherTenant = fixtures.tenants.find((candidate) => candidate.name === foreign);
  const ownTenant = fixtures.tenants.find((candidate) => candidate.name === tenant);
  if (tenantColumn !== undefined && otherTenant && ownTenant) {
    const setting = table.context[tenantColumn] ?? "";
    const type = types.get(tenantColumn) ?? "text";
    const set = (value: string | undefined): string =>
      `${quoteIdent(tenantColumn)} = ${quoteLiteral(value ?? "")}::${type}`;
    if (ownRow)
      add(
        "UPDATE own row to other tenant",
        ["UPDATE", "SELECT"],
        `update ${target} t set ${set(otherTenant.values[setting])} ${where(ownRow)}`,
        { crosses: true },
      );
    add("UPDATE to other tenant, blind", ["UPDATE"], `update ${target} set ${set(otherTenant.values[setting])}`, {
      blind: true,
    });
    if (foreignRow)
      add(
        "UPDATE foreign row to own tenant",
        ["UPDATE", "SELECT"],
        `update ${target} t set ${set(ownTenant.values[setting])} ${where(foreignRow)}`,
        { crosses: true },
      );
  }
  if (ownRow) add("DELETE own row", ["DELETE", "SELECT"], `delete from ${target} t ${where(ownRow)}`);
  if (foreignRow)
    add("DELETE foreign row", ["DELETE", "SELECT"], `delete from ${target} t ${where(foreignRow)}`, { crosses: true });
  add("DELETE blind", ["DELETE"], `delete from ${target}`, { blind: true });
  return attempts;
}

/** A new row for a tenant: its first row with another key. RLS is checked before unique and foreign keys. */
function spare(table: FilledTable, tenant: string, fixtures: Fixtures): Row | null {
  const [row] = table.rows[tenant] ?? [];
  if (!row) return null;
  const shared = new Set(fixtures.tenants.flatMap((candidate) => Object.values(candidate.values)));
  const fresh: Row = { ...row };
  for (const column of table.primaryKey) {
    const value = row[column];
    if (typeof value === "string" && /^[0-9a-f]{8}-/.test(value) && !shared.has(value) && !(column in table.context))
      fresh[column] = value.replace(/^.{8}/, "00009999");
    if (typeof value === "number") fresh[column] = value + 100_000;
  }
  return fresh;
}

const keyOf = (table: FilledTable): string =>
  table.primaryKey.length === 0 ? wholeRowKeySql("t") : rowKeySql(table.primaryKey, "t");

/** The key of a view's rows: columns that identify them, without those that may be computed from the clock. */
function viewKey(view: Relation): string {
  const ids = view.columns.filter((column) => column.type === "uuid");
  const steady = view.columns.filter((column) =>
    /^(text|integer|bigint|smallint|boolean|character varying.*)$/.test(column.type),
  );
  const chosen = ids.length > 0 ? ids : steady;
  return rowKeySql(
    chosen.map(({ name }) => name),
    "v",
  );
}

/**
 * The keys of rows of other tenants, by relation, to see whose rows a SELECT returned. PostgreSQL makes them, as it
 * does for the SELECT. A table without a primary key is left out. Reads as the login.
 */
export async function foreignKeysOf(
  db: Db,
  catalog: Catalog,
  fixtures: Fixtures,
  tenant: string,
): Promise<Map<NameKey, ReadonlySet<RowKey>>> {
  const found = new Map<NameKey, ReadonlySet<RowKey>>();
  for (const table of fixtures.filled) {
    const relation = relationOf(table);
    const rows = Object.entries(table.rows).flatMap(([name, some]) => (name === tenant ? [] : some));
    if (table.primaryKey.length === 0 || rows.length === 0) continue;
    const types = typesOf(catalog, relation);
    const where = rows.map((row) => `(${conditions(table, row, types)})`).join(" or ");
    const [row] = await db.query<{ keys: string }>(
      `select (${rowKeysSql(keyOf(table), `${quoteName(relation)} t where ${where}`)}) as keys`,
    );
    found.set(nameKey(relation), new Set(readRowKeys(row?.keys ?? "[]")));
  }
  return found;
}

const columnsOf = (catalog: Catalog, { schema, name }: QualifiedName): Column[] =>
  catalog.relations.find((one) => one.schema === schema && one.name === name)?.columns ?? [];

const typesOf = (catalog: Catalog, relation: QualifiedName): Map<string, string> =>
  new Map(columnsOf(catalog, relation).map(({ name, type }) => [name, type]));

function conditions(table: FilledTable, row: Row, types: ReadonlyMap<string, string>): string {
  const names =
    table.primaryKey.length > 0
      ? table.primaryKey
      : [...types.keys()].filter((name) => row[name] !== null && typeof row[name] !== "object");
  return names
    .map((name) => `t.${quoteIdent(name)} = ${literal(row[name])}::${types.get(name) ?? "text"}`)
    .join(" and ");
}

const literal = (value: unknown): string =>
  value === null || value === undefined
    ? "null"
    : quoteLiteral(typeof value === "string" ? value : JSON.stringify(value));

const constantOf = (row: Row | undefined, column: { name: string; type: string } | undefined): string => {
  const value = column ? row?.[column.name] : null;
  return typeof value === "object" ? "null" : `${literal(value)}::${column?.type ?? "text"}`;
};
