import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";
import { parseName, quoteName } from "../../pg/name.ts";
import type { Attempt } from "../matrix/index.ts";

/** A materialized view holds the rows of the file once it is refreshed. After a correction it may be gone, or a view. */
export function refreshed({ through }: Attempt): string[] {
  const name = through.kind === "materialized view" ? parseName(through.name) : null;
  if (name === null) return [];
  const view = quoteName(name);
  const found = `exists (select from pg_class where oid = to_regclass(${quoteLiteral(view)}) and relkind = 'm')`;
  return [
    `do ${dollarQuote(`begin if ${found} then execute ${quoteLiteral(`refresh materialized view ${view}`)}; end if; end`)}`,
  ];
}
