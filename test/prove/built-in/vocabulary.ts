import type { Db } from "../../../src/db/port.ts";
import { TYPES } from "./types.ts";

export interface Callable {
  kind: "function" | "operator" | "aggregate";
  name: string;
  takes: readonly string[];
  gives: string;
  /** in a schema of the user's */
  own: boolean;
}

/** What a server has to make expressions of. */
export interface Vocabulary {
  callables: readonly Callable[];
  /** pairs of pg_cast */
  casts: readonly { source: string; target: string }[];
}

/** Functions, operators, aggregates and casts over the types that columns have, as the server's catalogs list them. */
export async function vocabularyOf(db: Db): Promise<Vocabulary> {
  const types = Object.keys(TYPES);
  await db.exec("set search_path = ''");
  const callables = await db.query<Callable>(
    `select case p.prokind when 'a' then 'aggregate' else 'function' end as kind, p.proname as name,
       format_type(p.prorettype, null) as gives, p.pronamespace <> 'pg_catalog'::regnamespace as own, (
       select coalesce(json_agg(format_type(a, null) order by o), '[]')
       from unnest(p.proargtypes::oid[]) with ordinality x(a, o)
     ) as takes
     from pg_proc p left join pg_aggregate a on a.aggfnoid = p.oid
     where not p.proretset and p.provolatile <> 'v' and p.pronamespace::regnamespace::text in ('pg_catalog', 'app')
       and (p.prokind = 'f' or a.aggkind = 'n' and p.pronargs = 1)
       and format_type(p.prorettype, null) = any ($1)
       and not exists (select from unnest(p.proargtypes::oid[]) a where format_type(a, null) <> all ($1))
       and p.proname !~ '^(pg_|has_|txid|current_|ts_|to_reg|row_sec|version|query|table_|schema_|database_|set_|age$|binary_upg)|(sel|recv|send)$'
     union all
     select 'operator', oprname, format_type(oprresult, null), false,
       json_build_array(format_type(oprleft, null), format_type(oprright, null))
     from pg_operator
     where format_type(oprleft, null) = any ($1) and format_type(oprright, null) = any ($1)
       and format_type(oprresult, null) = any ($1)`,
    [types],
  );
  const casts = await db.query<{ source: string; target: string }>(
    `select format_type(castsource, null) as source, format_type(casttarget, null) as target from pg_cast
     where format_type(castsource, null) = any ($1) and format_type(casttarget, null) = any ($1)`,
    [types],
  );
  // of equal chance on every server: the order in which a catalog returns its rows is not fixed
  const byName = (one: Callable): string => [one.kind, one.name, ...one.takes, one.gives].join(" ");
  return {
    callables: callables.toSorted((a, b) => (byName(a) < byName(b) ? -1 : 1)),
    casts: casts.toSorted((a, b) => (a.source + a.target < b.source + b.target ? -1 : 1)),
  };
}
