import type { Db } from "../../db/port.ts";
import { eachPassing } from "../../db/savepoint.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { Lack, RequestsReading } from "../sample.ts";
import { lackOf } from "./lack-of.ts";
import { cursorOf } from "./cursor.ts";
import { query } from "./query.ts";
import { inReadOnly } from "./read-only.ts";
import { appliedAt, RECORDER, type Counted } from "./recorder.ts";
import { relationDifferences, type RelationCountersAt } from "./relation-counters.ts";
import type { Marks } from "./tables.ts";

interface Row {
  id: string;
  counts: string | null;
  scans: string;
  usable: boolean;
}

/**
 * Read what the recorder has counted since the reading whose cursor this is. `changed`: ISO 8601, when the change was
 * made, by the journal; null: it is not in force.
 */
export const readRequests = async (db: Db, cursor: unknown, changed: string | null = null): Promise<RequestsReading> =>
  inReadOnly(db, async () => requestsIn(db, cursorOf<RelationCountersAt>(cursor, "counters"), changed));

async function requestsIn(db: Db, before: RelationCountersAt | null, changed: string | null): Promise<RequestsReading> {
  const schema = quoteLiteral(RECORDER);
  const [since, ...came] = await eachPassing(db, [
    query("requests-since", { schema }),
    query("tables-marks"),
    query("requests", { schema }),
  ]);
  const recorded =
    since !== undefined && "rows" in since ? Number(since.rows[0]?.["seconds"] ?? Number.NaN) : Number.NaN;
  const ages = changed !== null && recorded * 1000 >= Date.parse(changed) - 1;
  const lacking = (lacks: Lack[]): RequestsReading => ({ source: "requests", cursor: before, lacks, ages, hours: [] });
  for (const one of came) if ("raised" in one) return lacking([lackOf(one.raised, RECORDER)]);
  const [[marks], rows] = came.map((one) => ("rows" in one ? one.rows : [])) as unknown as [Marks[], Row[]];
  if (!marks) return lacking([{ lack: "not readable", what: RECORDER }]);
  if (rows.length === 0) return { ...lacking([{ lack: "not installed", what: RECORDER }]), cursor: null };
  if (rows.some(({ usable }) => !usable)) return lacking([{ lack: "not readable", what: RECORDER }]);
  const now: RelationCountersAt = {
    database: marks.database,
    marks: marks.marks,
    counters: Object.fromEntries(rows.map(({ id, scans }) => [id, [Number(scans)]])),
  };
  const { deltas, lacks } = relationDifferences(before, now, RECORDER);
  return {
    source: "requests",
    cursor: now,
    lacks: marks.counted ? lacks : [{ lack: "setting", what: "track_counts" }, ...lacks],
    ages,
    hours: hoursOf(rows, deltas, marks.hour),
  };
}

/** One entry for each role that has made a request. */
function hoursOf(rows: readonly Row[], deltas: ReadonlyMap<string, number[]>, hour: string): RequestsReading["hours"] {
  const roles = new Map<string, RequestsReading["hours"][number]>();
  for (const row of rows) {
    const [n] = deltas.get(row.id) ?? [];
    const counted = countedOf(row.counts);
    if (n === undefined || counted === null) continue;
    const { role } = counted;
    const sum = roles.get(role) ?? { hour, role, requests: 0, keys: 0, without: {}, stale: 0 };
    if (counted.counts === "without") sum.without[counted.claim ?? ""] = n;
    else sum[counted.counts] = n;
    roles.set(role, sum);
  }
  return [...roles.values()].filter(({ requests }) => requests > 0);
}

/** What the comment of a counter says; null: it is not one of the recorder's. */
function countedOf(comment: string | null): Counted | null {
  try {
    const { role, counts, claim } = JSON.parse(comment ?? "") as Partial<Counted>;
    if (typeof role !== "string" || !["requests", "keys", "without", "stale"].includes(counts ?? "")) return null;
    return { role, counts: counts as Counted["counts"], claim: claim ?? null };
  } catch {
    return null;
  }
}

/**
 * Record when the plan was applied: a token that was issued before is stale. `at`: ISO 8601, by the server's clock; null:
 * no plan is in force, and no token is stale. The login has to be the owner of the recorder; throws the server's error
 * where it is not.
 */
export async function recordAppliedAt(db: Db, at: string | null): Promise<void> {
  if (at === null) {
    await db.exec(appliedAt(null));
    return;
  }
  const milliseconds = Date.parse(at);
  if (Number.isNaN(milliseconds)) throw new RangeError("not a time in ISO 8601");
  await db.exec(appliedAt(milliseconds / 1000));
}
