import type { Db } from "../../db/port.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { samePath } from "../../pg/context.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { SyncTriggerOf } from "./find-triggers.ts";
import { isNoted, type SyncSource, query } from "../source/index.ts";

/** A sync trigger on the source's relation, and what makes it fire. */
export interface SyncTrigger {
  name: string;
  function: NameKey;
  /** false also for one that fires in replicas alone */
  enabled: boolean;
  /** `pg_trigger.tgenabled`: by origin, always, in replicas, disabled */
  firing: "O" | "A" | "R" | "D";
  eachRow: boolean;
  onInsert: boolean;
  onUpdate: boolean;
  onDelete: boolean;
  /** columns of UPDATE OF; empty where every update fires it */
  updateOf: string[];
  /** it has a WHEN */
  conditional: boolean;
  /** the body takes claims away somewhere */
  clears: boolean;
  /** its function does nothing that a sync of this source would not do */
  onlySyncs: boolean;
  /** SQL in its updates of claims that could not be read: it may write claims of which nothing is known here */
  unread: string[];
  definition: string;
  /** what its function is, so that it can be made again */
  made: Pick<PgFunction, "schema" | "name" | "definition" | "comment">;
}

type TriggerRow = Pick<
  SyncTrigger,
  "name" | "enabled" | "firing" | "eachRow" | "onInsert" | "onUpdate" | "onDelete" | "updateOf" | "conditional"
>;

/** The source's own sync triggers. */
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

/** A body but for what it does when a row is deleted, which says nothing of a row that stays. */
const withoutDelete = (body: string): string =>
  body.replaceAll(/\bif\s*\(?\s*tg_op\s*=\s*'DELETE'\s*\)?\s*then\b.*?\b(end\s+if|els(e|if))\b/gis, "");

/** Columns whose change must reach the claims: what the claims are made of, what says who is active, and whose they are. */
export const columnsThatMatter = (source: SyncSource): string[] => [
  ...new Set([...source.claims.flatMap(({ columns }) => columns), ...(source.active?.columns ?? []), source.user]),
];
