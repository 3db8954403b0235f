import type { Relation } from "../../pg/catalog.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { nameKey, quoteName } from "../../pg/name.ts";
import type { Attempt } from "../matrix/index.ts";
import { tablesBehind, type Surface } from "../environment/index.ts";
import { returnedSql, rowsSql } from "../matrix/index.ts";
import type { Targets } from "../environment/index.ts";
import { rowSource, spareRow, touch } from "./rows.ts";

/**
 * Views and materialized views: the rows that they show, and for an updatable view the rows that a write through it
 * changes.
 */
export function viewAttempts(view: Relation, surface: Surface, targets: Targets): Attempt[] {
  const name = nameKey(view);
  const sql = quoteName(view);
  const kind = view.kind === "view" ? "view" : "materialized view";
  const behind = [...tablesBehind(surface, name)].filter((table) => targets.has(table));
  const through = (more: Pick<Attempt, "command" | "attack" | "sql"> & Partial<Attempt>): Attempt => ({
    relation: behind[0] ?? name,
    through: { kind, name },
    behind,
    answer: "changes",
    probe: { kind: "all" },
    judge: { kind: "foreign" },
    form: { kind: "other" },
    ...more,
  });
  const attempts = [
    through({
      command: "SELECT",
      attack: `read through a ${kind}`,
      sql: rowsSql(`select * from ${sql} limit 500`),
      answer: "output",
      probe: null,
    }),
  ];
  const [only] = behind;
  const table = behind.length === 1 && only !== undefined ? targets.get(only) : undefined;
  if (kind === "materialized view" || !table) return attempts;
  const columns = new Set(view.columns.map((column) => column.name));
  const row = touch(
    { ...table, columns: table.columns.filter((column) => columns.has(column.name)) },
    table.foreignRows[0] ?? null,
  );
  if (row !== null)
    attempts.push(through({ command: "UPDATE", attack: "update through a view", sql: `update ${sql} set ${row}` }));
  attempts.push(through({ command: "DELETE", attack: "delete through a view", sql: `delete from ${sql}` }));
  // an INSTEAD OF trigger may look a row up by its key alone
  const own = spareRow(table, "own");
  const taken = table.foreignRows[0];
  const keyed = table.columns.filter(
    ({ name: column }) => columns.has(column) && own?.[column] !== null && own?.[column] !== undefined,
  );
  if (own && taken && keyed.length > 0) {
    const values = { ...own, ...Object.fromEntries(table.primaryKey.map((column) => [column, taken[column]])) };
    const names = keyed.map((column) => quoteIdent(column.name)).join(", ");
    attempts.push(
      through({
        command: "INSERT",
        attack: "insert own row with another tenant's key through a view",
        sql: `insert into ${sql} (${names}) ${rowSource(table, keyed, values)}`,
      }),
    );
  }
  // a trigger may fill the row that comes back
  const mine = table.columns.filter(
    ({ name: column }) => columns.has(column) && own?.[column] !== null && own?.[column] !== undefined,
  );
  if (own && mine.length > 0) {
    const names = mine.map((column) => quoteIdent(column.name)).join(", ");
    const insert = `insert into ${sql} (${names}) ${rowSource(table, mine, own)}`;
    attempts.push(
      through({ command: "INSERT", attack: "insert own row through a view", sql: insert }),
      through({
        command: "INSERT",
        attack: "insert own row through a view, returning",
        sql: returnedSql(`${insert} returning *`),
        answer: "output",
        probe: null,
      }),
    );
  }
  if (row !== null)
    attempts.push(
      through({
        command: "UPDATE",
        attack: "update through a view, returning",
        sql: returnedSql(`update ${sql} set ${row} returning *`),
        answer: "output",
        probe: null,
      }),
    );
  const spare = spareRow(table, "foreign");
  const given = table.columns.filter(
    (column) => columns.has(column.name) && spare?.[column.name] !== null && spare?.[column.name] !== undefined,
  );
  if (spare && given.length > 0) {
    const names = given.map((column) => quoteIdent(column.name)).join(", ");
    attempts.push(
      through({
        command: "INSERT",
        attack: "insert into another tenant through a view",
        sql: `insert into ${sql} (${names}) ${rowSource(table, given, spare)}`,
      }),
    );
  }
  return attempts;
}
