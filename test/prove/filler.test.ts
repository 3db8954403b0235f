import { expect, test } from "vitest";
import { inspect } from "../../src/inspect/inspect.ts";
import { enumSorts } from "../../src/prove/encode/types.ts";
import { conversionsWith } from "../../src/prove/logic/functions.ts";
import { newSide } from "../../src/prove/side.ts";
import { filler } from "../../src/prove/witness/filler.ts";
import { withFork } from "../support/fork.ts";

const TYPES = `
  create schema app;
  create type app.mood as enum ('calm', 'cross');
  create type app.pair as (a int, b text);
  create type app.one as (a int);
  create domain app.version as app.pair check ((value).a > 0 or (value).a is null);
  create type app.span as range (subtype = int);
  create domain app.short as varchar(2);
  create domain app.shorter as app.short;
`;

/** Every type that a column may have: no pseudo-types, no rows of relations. */
const COLUMN_TYPES = `
  select format_type(t.oid, null) as type
  from pg_type t
  join pg_namespace n on n.oid = t.typnamespace
  where t.typtype <> 'p'
    and n.nspname in ('pg_catalog', 'app')
    and (t.typrelid = 0 or n.nspname = 'app')
    -- without an input function for users, or not for columns
    and t.typname !~ '^(pg_node_tree|pg_ndistinct|pg_dependencies|pg_mcv_list|pg_brin|reg|_reg|aclitem|_aclitem|gtsvector|_gtsvector|_pg_node|xml|_xml)'
  order by 1`;

test("a filler is input of its type, for every type that a column may have", async () => {
  const refused = await withFork(TYPES, async (db) => {
    const side = newSide(await inspect(db));
    const conversions = conversionsWith(enumSorts(side.catalog.types));
    const rows = await db.query<{ type: string }>(COLUMN_TYPES);
    expect(rows.length).toBeGreaterThan(100);
    const found: string[] = [];
    for (const { type } of rows) {
      const value = filler({ side, conversions }, { type }, 3);
      await db.query(`select '${value}'::${type}`).catch((error: Error) => found.push(`${type}: ${error.message}`));
    }
    return found;
  });
  expect(refused).toEqual([]);
});
