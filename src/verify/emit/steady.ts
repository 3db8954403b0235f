import type { Fixtures, Row } from "../../fixtures/index.ts";
import { steadyRow } from "../../fixtures/index.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { rowKey, type RowKey } from "../../pg/row-key.ts";
import type { Example } from "../run/index.ts";
import { neededRows } from "./needed-rows.ts";
import type { TestEnvironment, Target } from "../environment/index.ts";
import { ATTACKER, VICTIM } from "../personas/index.ts";

// The parts that are the same in every run, so that the emitted text is the same too.

/** Columns of the platform's tables that policies and functions read. */
const KEPT = /^(id|email|role|raw_.*|name|bucket_id|owner|owner_id|topic|extension)$/;

/** The fixtures that are the same in every run: a row with a random key would differ each time, and is left out. */
export function steadyFixtures(environment: TestEnvironment, examples: readonly Example[]): Fixtures {
  const { catalog } = environment;
  const fixtures = neededRows(environment, examples);
  return {
    ...fixtures,
    filled: fixtures.filled.map((table) => {
      const relation = catalog.relations.find(({ schema, name }) => schema === table.schema && name === table.relation);
      if (!relation) return table;
      // of the platform's tables only what requests are told by: the rest has defaults, or may be NULL
      const needed = (row: Row): Row =>
        !isPlatformSchema(catalog, table.schema)
          ? row
          : Object.fromEntries(
              Object.entries(row).filter(([name]) => {
                const column = relation.columns.find((one) => one.name === name);
                return column === undefined || (column.notNull && column.expression === null) || KEPT.test(name);
              }),
            );
      const steady = (rows: readonly Row[]): Row[] =>
        rows
          .map((row) => needed(steadyRow(row, relation)))
          .filter((row) => table.primaryKey.every((name) => name in row));
      const rows = Object.entries(table.rows).map(([tenant, made]) => [tenant, steady(made)] as const);
      const spare = Object.entries(table.spare).map(([tenant, row]) => [tenant, steadyRow(row, relation)] as const);
      return { ...table, rows: Object.fromEntries(rows), spare: Object.fromEntries(spare) };
    }),
  };
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
  return { ...target, key, probe: target.probe.replaceAll(target.key, () => key), ownKeys, foreignKeys };
}
