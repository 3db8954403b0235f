import type { Db } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";
import type { FilledTable, Fixtures, Row } from "../../fixtures/index.ts";
import type { Catalog, Column, Relation } from "../../pg/catalog.ts";
import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, quoteName, relationKey, relationOf, type NameKey } from "../../pg/name.ts";
import { isPlatformRelation } from "../../pg/platform-objects.ts";
import type { Probe } from "../../request/index.ts";
import { rowKey, rowKeySql, wholeRowKeySql, type RowKey } from "../../pg/row-key.ts";
import type { Subject } from "../matrix/index.ts";
import { ATTACKER, VICTIM } from "../personas/index.ts";
import { keysInto, tablesReferencedBy, type Surface } from "./surface.ts";

/** A query for the state of rows, see `Target.probe`. */
type RowsProbe = Extract<Probe, { kind: "query" }>;

/** The columns that a role may name. */
export interface ColumnAccess {
  read: ReadonlySet<string>;
  insert: ReadonlySet<string>;
  update: ReadonlySet<string>;
}

/** A table that is attacked, with the rows of both tenants. */
export interface Target {
  schema: string;
  relation: string;
  name: NameKey;
  kind: "table" | "partition";
  /** quoted */
  sql: string;
  rowSecurity: boolean;
  owner: string;
  /** it has triggers or rules: a write of it can change rows elsewhere */
  triggers: boolean;
  /** columns that accept a value */
  columns: Column[];
  /** the columns that the role may name; null: all, or none at all */
  may: ColumnAccess | null;
  primaryKey: string[];
  /** columns of its unique keys */
  unique: ReadonlySet<string>;
  /** its own foreign keys */
  references: Surface["foreignKeys"];
  /** rows besides the fixtures' may be deleted before a statement: the database holds no rows of others */
  throwaway: boolean;
  /** tables that reference it, directly or through others, in the order in which they can be emptied; quoted */
  referencedBy: string[];
  /** true: such a reference prevents a delete */
  blocked: boolean;
  filled: FilledTable;
  /** variables that identify a person inside the tenant */
  personal: ReadonlySet<string>;
  /** conditions over a row `t`; null if the owner of a row is unknown */
  own: string | null;
  foreign: string | null;
  ownKeys: Set<RowKey>;
  foreignKeys: Set<RowKey>;
  ownRows: Row[];
  foreignRows: Row[];
  /** rows that were there before, and belong to a tenant other than these two */
  otherKeys: ReadonlySet<RowKey>;
  otherRows: Row[];
  /** SQL of the key of a row `t`, as jsonb */
  key: string;
  /** the state of its rows, a JSON array with one `[whose, relation, key, version, contents]` for each; the contents of own rows only */
  probe: RowsProbe;
  /**
   * the same for rows without a tenant, if the table has a tenant column; null if there can be no such rows, or they
   * are not observed
   */
  tenantless: RowsProbe | null;
  /** the condition of such rows; null likewise */
  withoutTenant: string | null;
}

/** Tables that are attacked, by the key of their name. */
export type Targets = ReadonlyMap<Subject, Target>;

export const targetsByName = (targets: readonly Target[]): Map<Subject, Target> =>
  new Map(targets.map((target) => [target.name, target]));

/**
 * Tables with rows, including partitions and inheritance children. `sampled`: only the rows of the fixtures are read,
 * by their keys, since a live database may hold millions. `throwaway`: whole tables may be emptied. Reads as the login.
 */
export async function targetsOf(
  db: Db,
  catalog: Catalog,
  surface: Surface,
  fixtures: Fixtures,
  sampled: boolean,
  throwaway = false,
): Promise<Target[]> {
  const targets: Promise<Target>[] = [];
  const fired = new Set([...catalog.triggers, ...surface.rules].map(relationKey));
  const byName = new Map(fixtures.filled.map((table) => [relationKey(table), table]));
  for (const relation of catalog.relations) {
    if (relation.kind !== "table" && relation.kind !== "partitioned table") continue;
    const name = nameKey(relation);
    const filled = byName.get(name) ?? byName.get(rootOf(name, surface));
    if (!filled || !isAttacked(relation, catalog)) continue;
    targets.push(
      targetOf(
        db,
        relation,
        filled,
        sampled,
        surface,
        fired.has(name) || fired.has(rootOf(name, surface)),
        fixtures,
        throwaway,
      ),
    );
  }
  return sentTogether(targets);
}

/** All relations of the user; of the platform's schemas, those that have policies. */
const isAttacked = (relation: Relation, catalog: Catalog): boolean =>
  !isPlatformRelation(catalog, relation) ||
  catalog.policies.some((policy) => policy.schema === relation.schema && policy.relation === relation.name);

function rootOf(name: NameKey, surface: Surface): NameKey {
  const parent = surface.children.find((child) => nameKey(child) === name)?.parent;
  return parent ? rootOf(nameKey(parent), surface) : name;
}

async function targetOf(
  db: Db,
  relation: Relation,
  filled: FilledTable,
  sampled: boolean,
  surface: Surface,
  triggers: boolean,
  { personal, tenantSetting }: Fixtures,
  throwaway: boolean,
): Promise<Target> {
  const name = nameKey(relation);
  const sql = quoteName(relation);
  const primaryKey = filled.primaryKey.length > 0 ? filled.primaryKey : [];
  const key = primaryKey.length === 0 ? wholeRowKeySql("t") : rowKeySql(primaryKey, "t");
  const types = new Map(relation.columns.map((column) => [column.name, column.type]));
  const limited = (tenant: string): string | null => {
    const condition = filled.belongs?.[tenant] ?? null;
    if (condition === null || !sampled || primaryKey.length === 0) return condition;
    const rows = filled.rows[tenant] ?? [];
    return rows.length === 0
      ? "false"
      : `(${condition}) and (${rows.map((row) => `(${byKey(row, primaryKey, types)})`).join(" or ")})`;
  };
  const [own, foreign] = [limited(ATTACKER), limited(VICTIM)];
  // rows without a tenant belong to all; with a user they may belong to that user
  const nullable = relation.columns.find(
    (column) => !column.notNull && tenantSetting !== null && filled.context[column.name] === tenantSetting,
  );
  const tenantless =
    throwaway && nullable && filled.users.length === 0 ? `t.${quoteIdent(nullable.name)} is null` : null;
  const others = throwaway && own !== null && foreign !== null ? (filled.others ?? null) : null;
  const whose =
    own === null || foreign === null
      ? "'x'"
      : `case when ${foreign} then 'f' when ${own} then 'o'${others === null ? "" : ` when ${others} then 'e'`} end`;
  const where =
    own === null || foreign === null ? "" : ` where (${own}) or (${foreign})${others === null ? "" : ` or ${others}`}`;
  const found = await db.query<{ whose: string; key: (string | null)[]; row: Row }>(
    `select ${whose} as whose, ${key} as key, to_jsonb(t.*) as row from ${sql} t${where} order by ${key}::text collate "C" limit 500`,
  );
  const keys = (one: string): Set<RowKey> =>
    new Set(found.filter(({ whose: is }) => is === one).map((row) => rowKey(row.key)));
  const rows = (tenant: string, one: string): Row[] =>
    own === null ? (filled.rows[tenant] ?? []) : found.filter(({ whose: is }) => is === one).map(({ row }) => row);
  const root = rootOf(name, surface);
  const into = keysInto(surface, root);
  const isHere = (one: { schema: string; relation: string }): boolean => relationKey(one) === root;
  // the owner of a row is determined by rows that it references at most
  const read = [name, root].flatMap((key) => tablesReferencedBy(surface, key));
  const tables = [...new Set([sql, ...read.map(quoteName)])];
  const probeOf = (of: string, rows: string): RowsProbe => ({
    kind: "query",
    tables,
    sql: `select coalesce(jsonb_agg(jsonb_build_array(${of}, ${quoteLiteral(name)}, ${key}, t.tableoid::text || t.ctid::text || md5((t.*)::text)${own === null ? "" : `, case when ${of} = 'o' then to_jsonb(t.*) end`}) order by ${key}), '[]')::text from ${sql} t${rows}`,
  });
  return {
    schema: relation.schema,
    relation: relation.name,
    name,
    kind: surface.children.some((child) => nameKey(child) === name) ? "partition" : "table",
    sql,
    rowSecurity: relation.rowSecurity,
    owner: relation.owner,
    triggers,
    columns: relation.columns.filter(({ generated }) => generated === "no" || generated === "identity"),
    may: null,
    primaryKey,
    unique: new Set(surface.uniques.filter(isHere).flatMap(({ columns }) => columns)),
    references: surface.foreignKeys.filter(isHere),
    throwaway,
    referencedBy: into.map((key) => quoteName(relationOf(key))),
    blocked: into.some(({ blocks }) => blocks),
    filled,
    personal: new Set(personal),
    own,
    foreign,
    ownKeys: keys("o"),
    foreignKeys: keys("f"),
    ownRows: rows(ATTACKER, "o"),
    foreignRows: rows(VICTIM, "f"),
    otherKeys: keys("e"),
    otherRows: found.filter(({ whose: is }) => is === "e").map(({ row }) => row),
    key,
    probe: probeOf(whose, where),
    tenantless: tenantless === null ? null : probeOf("'n'", ` where ${tenantless}`),
    withoutTenant: tenantless,
  };
}

/** Supabase's table of files. */
export const isFiles = ({ filled }: Target): boolean => filled.files === true;

/** True for a view of relations that all have rows, and of whose rows nothing tells the owner. */
export const ofUnknown = (
  { through, behind = [] }: { through: { kind: string }; behind?: readonly NameKey[] },
  targets: Targets,
): boolean =>
  through.kind.endsWith("view") && behind.length > 0 && behind.every((name) => targets.get(name)?.own === null);

/** A condition that only this row satisfies. */
export const byKey = (row: Row, columns: readonly string[], types: ReadonlyMap<string, string>): string =>
  columns.map((name) => `t.${quoteIdent(name)} = ${literal(row[name])}::${types.get(name) ?? "text"}`).join(" and ");

/**
 * The condition for a row of a target by its key; without a key, or where the role may not read it, by all columns that
 * it may read and that can be compared.
 */
export function rowCondition(target: Target, row: Row): string {
  const types = new Map(target.columns.map((column) => [column.name, column.type]));
  const { primaryKey, may } = target;
  const isReadable = (name: string): boolean => may === null || may.read.size === 0 || may.read.has(name);
  const names =
    primaryKey.length > 0 && primaryKey.every(isReadable)
      ? primaryKey
      : [...types.keys()].filter(
          (name) => isReadable(name) && row[name] !== null && row[name] !== undefined && typeof row[name] !== "object",
        );
  return names.length === 0 ? "true" : byKey(row, names, types);
}

/** A value of a row as a literal without a type. */
export const literal = (value: unknown): string =>
  value === null || value === undefined
    ? "null"
    : quoteLiteral(typeof value === "string" ? value : JSON.stringify(value));
