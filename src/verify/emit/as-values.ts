import { valueSql } from "../../fixtures/index.ts";
import type { Column } from "../../pg/catalog.ts";

const INSERT =
  /^(insert into .*? as t \((.*?)\)(?: overriding system value)?) select \2 from jsonb_populate_record\(null::.*?, '((?:[^']|'')*)'\)(.*)$/s;

/** An INSERT of one row, which the attack makes from JSON, with VALUES; unchanged if a value has no literal of its own. */
export function asValues(sql: string, columns: readonly Column[]): string {
  const [, into, , literal, tail] = INSERT.exec(sql) ?? [];
  if (into === undefined || literal === undefined || literal.includes("\\")) return sql;
  const json = literal.replaceAll("''", "'");
  const row = JSON.parse(json) as Record<string, unknown>;
  // a number of more digits than JavaScript keeps
  if (JSON.stringify(row) !== json) return sql;
  const values = Object.entries(row).map(([name, value]) => {
    const column = columns.find((one) => one.name === name);
    return column ? valueSql(value, column.type) : null;
  });
  return values.includes(null) ? sql : `${into} values (${values.join(", ")})${tail ?? ""}`;
}
