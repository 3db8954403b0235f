import type { Db } from "../../db/port.ts";
import { eachPassing } from "../../db/savepoint.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { Lack, TablesReading } from "../sample.ts";
import { lackOf } from "./lack-of.ts";
import { cursorOf } from "./cursor.ts";
import { query } from "./query.ts";
import { inReadOnly } from "./read-only.ts";
import { relationDifferences, type RelationCountersAt } from "./relation-counters.ts";
import { scopeLiteral, type WatchScope } from "./scope.ts";

const WHAT = "pg_stat_user_tables";

/** Read what the server has counted for the relations of the plan since the reading whose cursor this is. */
export const readTables = async (db: Db, scope: WatchScope, cursor: unknown): Promise<TablesReading> =>
  inReadOnly(db, async () => tablesIn(db, scope, cursorOf<RelationCountersAt>(cursor, "counters"), false));

interface Row {
  schema: string;
  name: string;
  id: string;
  counters: string[];
}

export interface Marks {
  database: string;
  marks: string;
  counted: boolean;
  hour: string;
}

/** The same inside an open transaction, by statements in savepoints; `all`: everything that is counted, from zero. */
export async function tablesIn(
  db: Db,
  scope: WatchScope,
  before: RelationCountersAt | null,
  all: boolean,
): Promise<TablesReading> {
  const came = await eachPassing(db, [query("tables-marks"), query("tables", { relations: scopeLiteral(scope) })]);
  const lacking = (lacks: Lack[]): TablesReading => ({ source: "tables", cursor: before, lacks, tables: [] });
  for (const one of came) if ("raised" in one) return lacking([lackOf(one.raised, WHAT)]);
  const [[marks], rows] = came.map((one) => ("rows" in one ? one.rows : [])) as unknown as [Marks[], Row[]];
  if (!marks) return lacking([{ lack: "not readable", what: WHAT }]);
  const now: RelationCountersAt = {
    database: marks.database,
    marks: marks.marks,
    counters: Object.fromEntries(rows.map(({ id, counters }) => [id, counters.map(Number)])),
  };
  const compared = all
    ? { deltas: new Map(Object.entries(now.counters)), lacks: [] }
    : relationDifferences(before, now, WHAT);
  const lacks: Lack[] = marks.counted ? [] : [{ lack: "setting", what: "track_counts" }];
  return {
    source: "tables",
    cursor: now,
    lacks: [...lacks, ...compared.lacks],
    tables: sumsOf(rows, compared.deltas),
  };
}

/** One row for each relation of the plan, with its partitions; none for a relation of which nothing is known. */
function sumsOf(rows: readonly Row[], deltas: ReadonlyMap<string, number[]>): TablesReading["tables"] {
  const sums = new Map<NameKey, number[]>();
  for (const row of rows) {
    const delta = deltas.get(row.id);
    if (!delta) continue;
    const sum = sums.get(nameKey(row));
    sums.set(nameKey(row), sum ? sum.map((value, index) => value + (delta[index] ?? 0)) : delta);
  }
  return [...sums].map(([relation, [scans = 0, indexScans = 0, inserted = 0, updated = 0, deleted = 0]]) => ({
    relation,
    sequentialScans: scans,
    indexScans,
    inserted,
    updated,
    deleted,
  }));
}
