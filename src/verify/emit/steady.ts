import type { Fixtures, Row } from "../../fixtures/index.ts";
import { steadyRow } from "../../fixtures/index.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { rowKey, type RowKey } from "../../pg/row-key.ts";
import type { TestEnvironment, Target } from "../environment/index.ts";
import { ATTACKER, VICTIM } from "../personas/index.ts";

// The parts that are the same in every run, so that the emitted text is the same too.

/** The fixtures that are the same in every run: a row with a random key would differ each time, and is left out. */
export function steadyFixtures({ fixtures, catalog }: TestEnvironment): Fixtures {
  return {
    ...fixtures,
    filled: fixtures.filled.map((table) => {
      const relation = catalog.relations.find(({ schema, name }) => schema === table.schema && name === table.relation);
      if (!relation) return table;
      const steady = (rows: readonly Row[]): Row[] =>
        rows.map((row) => steadyRow(row, relation)).filter((row) => table.primaryKey.every((name) => name in row));
      const rows = Object.entries(table.rows).map(([tenant, made]) => [tenant, steady(made)] as const);
      const spare = Object.entries(table.spare).map(([tenant, row]) => [tenant, steadyRow(row, relation)] as const);
      return { ...table, rows: Object.fromEntries(rows), spare: Object.fromEntries(spare) };
    }),
  };
}

/** Columns of the platform's accounts that no policy reads. */
const SECRET = /_token|_change|password/;

/** Types of columns that say nothing to a person and that no policy needs, if they may be null. */
const DULL = /^(timestamp|boolean|smallint|integer|uuid)/;

/** The same, of the platform's own tables only the columns that are needed or hold a text: `auth.users` has many. */
export function fixturesToPrint(fixtures: Fixtures, catalog: Catalog): Fixtures {
  const filled = fixtures.filled.map((table) => {
    const relation = catalog.relations.find(({ schema, name }) => schema === table.schema && name === table.relation);
    if (!relation || !isPlatformRelation(catalog, table)) return table;
    const dull = new Set(
      relation.columns
        .filter(
          ({ name, type, notNull }) =>
            !notNull && (DULL.test(type) || SECRET.test(name)) && !table.primaryKey.includes(name),
        )
        .map(({ name }) => name),
    );
    const kept = (row: Row): Row =>
      Object.fromEntries(Object.entries(row).filter(([name, value]) => !dull.has(name) && value !== ""));
    return {
      ...table,
      rows: Object.fromEntries(Object.entries(table.rows).map(([tenant, rows]) => [tenant, rows.map(kept)])),
    };
  });
  return { ...fixtures, filled };
}

/** Only rows of the fixtures: rows that triggers insert have another key every time. */
export function steadyTarget(target: Target, fixtures: Fixtures): Target {
  const filled =
    fixtures.filled.find(
      ({ schema, relation }) => schema === target.filled.schema && relation === target.filled.relation,
    ) ?? target.filled;
  const known = (tenant: string, rows: readonly Row[]): Row[] =>
    (filled.rows[tenant] ?? []).filter((row) =>
      rows.some((one) => target.primaryKey.every((name) => JSON.stringify(one[name]) === JSON.stringify(row[name]))),
    );
  return {
    ...target,
    filled,
    ownRows: known(ATTACKER, target.ownRows),
    foreignRows: known(VICTIM, target.foreignRows),
  };
}

/**
 * Without a primary key, a row is identified by all of its columns. A column filled by the clock or at random differs
 * in every run, so the row is identified by the other columns.
 */
export async function steadyKey(environment: TestEnvironment, target: Target): Promise<Target> {
  if (target.primaryKey.length > 0) return target;
  const rows = [...target.ownRows, ...target.foreignRows];
  const names = target.columns.filter(({ name, expression }) =>
    rows.length === 0 ? expression === null : rows.every((row) => name in row),
  );
  if (names.length === target.columns.length || names.length === 0) return target;
  // as an array, since a function takes at most a hundred arguments
  const texts = names.map(({ name }) => `t.${quoteIdent(name)}::text`).join(", ");
  const key = `jsonb_build_array(md5(array[${texts}]::text))`;
  const keys = async (condition: string | null): Promise<Set<RowKey>> => {
    if (condition === null) return new Set();
    const found = await environment.db.query<{ key: string[] }>(
      `select ${key} as key from ${target.sql} t where ${condition} limit 200`,
    );
    return new Set(found.map((row) => rowKey(row.key)));
  };
  const [ownKeys, foreignKeys] = await environment.transaction(
    async () => [await keys(target.own), await keys(target.foreign)] as const,
  );
  return {
    ...target,
    key,
    probe: { ...target.probe, sql: target.probe.sql.replaceAll(target.key, () => key) },
    ownKeys,
    foreignKeys,
  };
}
