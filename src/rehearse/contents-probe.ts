import type { Catalog } from "../pg/catalog.ts";
import type { Fixtures } from "../fixtures/index.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import { nameKey, quoteName, relationOf } from "../pg/name.ts";
import type { Probe } from "../request/index.ts";

/**
 * The query that shows which rows a call changed: of each table the number of rows and a digest of those columns whose
 * values two runs share. Columns that are filled by the clock or at random are left out, and so are identifiers that may
 * point to a generated row, other than those of the tenant and the user.
 */
export function contentsProbe(catalog: Catalog, fixtures: Fixtures): Probe {
  const tables = fixtures.filled.map((table) => relationOf(table));
  const parts = fixtures.filled.map((filled) => {
    const table = relationOf(filled);
    const columns = catalog.relations
      .find((one) => one.schema === table.schema && one.name === table.name)
      ?.columns.filter(
        ({ name, type, expression, generated }) =>
          generated === "no" &&
          (type !== "uuid" || name in filled.context) &&
          !/^(timestamp|time|date)/.test(type) &&
          !/\(/.test(expression ?? ""),
      );
    const row = (columns ?? []).map(({ name }) => `t.${quoteIdent(name)}`).join(", ");
    const digest =
      row === "" ? "''" : `coalesce(md5(string_agg(md5(row(${row})::text), '' order by md5(row(${row})::text))), '')`;
    return `(select ${quoteLiteral(`${nameKey(table)} `)} || count(*) || ' ' || ${digest} from ${quoteName(table)} t)`;
  });
  return {
    kind: "query",
    sql: `select concat_ws(e'\\n', ${parts.join(", ") || "''"})`,
    tables: tables.map(quoteName),
  };
}
