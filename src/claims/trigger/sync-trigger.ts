import type { Db } from "../../db/port.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { samePath } from "../../pg/context.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { SyncTriggerOf } from "./find-triggers.ts";
import { isNoted, type SyncSource, query } from "../source/index.ts";

/** A sync trigger on the relation of the source, and the events that fire it. */
export interface SyncTrigger {
  name: string;
  function: NameKey;
  /** false also for a trigger that fires only on replicas */
  enabled: boolean;
  /** `pg_trigger.tgenabled`: origin and local, always, replica, disabled */
  firing: "O" | "A" | "R" | "D";
  eachRow: boolean;
  onInsert: boolean;
  onUpdate: boolean;
  onDelete: boolean;
  /** the columns of UPDATE OF; empty if every UPDATE fires it */
  updateOf: string[];
  /** true if it has a WHEN condition */
  conditional: boolean;
  /** true if the body removes claims somewhere */
  clears: boolean;
  /** true if its function does nothing that a sync of this source would not do */
  onlySyncs: boolean;
  /** the SQL in its updates of claims that could not be read: it may write claims that are not known here */
  unread: string[];
  definition: string;
  /** the definition of its function, so that it can be created again */
  made: Pick<PgFunction, "schema" | "name" | "definition" | "comment">;
}

type TriggerRow = Pick<
  SyncTrigger,
  "name" | "enabled" | "firing" | "eachRow" | "onInsert" | "onUpdate" | "onDelete" | "updateOf" | "conditional"
>;

/** The sync triggers on the relation of the source. */
export async function readTriggers(
  db: Db,
  source: SyncSource,
  found: readonly SyncTriggerOf[],
): Promise<SyncTrigger[]> {
  const { schema, name } = source.relation;
  const rows = await db.query<TriggerRow>(query("triggers"), [schema, name]);
  return found.flatMap(({ trigger, fn, work }) => {
    const row = rows.find((one) => one.name === trigger.name);
    if (!row || trigger.schema !== schema || trigger.relation !== name) return [];
    return [
      {
        ...row,
        function: nameKey(fn),
        clears: /raw_app_meta_data[^;]*(#-|\)\s*-\s|_data\s*-\s|'?null'?)/is.test(withoutDelete(fn.body)),
        onlySyncs:
          !work.more &&
          work.unread.length === 0 &&
          work.paths.length > 0 &&
          work.paths.every((path) => source.claims.some((claim) => samePath(claim.path, path))) &&
          work.users.every((column) => column === source.user),
        unread: isNoted(fn.comment) ? [] : [...new Set(work.unread)],
        definition: trigger.definition,
        made: { schema: fn.schema, name: fn.name, definition: fn.definition, comment: fn.comment },
      },
    ];
  });
}

/** A body without its work for a deleted row, which says nothing about a row that stays. */
const withoutDelete = (body: string): string =>
  body.replaceAll(/\bif\s*\(?\s*tg_op\s*=\s*'DELETE'\s*\)?\s*then\b.*?\b(end\s+if|els(e|if))\b/gis, "");

/**
 * The columns whose change must reach the claims: those from which the claims are computed, those of the condition for
 * active rows, and the user's id.
 */
export const columnsThatMatter = (source: SyncSource): string[] => [
  ...new Set([...source.claims.flatMap(({ columns }) => columns), ...(source.active?.columns ?? []), source.user]),
];
