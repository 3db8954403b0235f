import type { Db } from "../db/port.ts";
import type { SyncTriggerOf } from "./find-triggers.ts";
import { isNoted, type SyncSource } from "./source.ts";
import { query } from "./sql.ts";

/** A sync trigger on the source's relation, and what makes it fire. */
export interface SyncTrigger {
  name: string;
  /** `schema.function` */
  function: string;
  /** false also for one that fires in replicas alone */
  enabled: boolean;
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
}

type TriggerRow = Omit<SyncTrigger, "function" | "clears" | "onlySyncs" | "unread" | "definition">;

/** The source's own sync triggers. */
export async function readTriggers(
  db: Db,
  source: SyncSource,
  found: readonly SyncTriggerOf[],
): Promise<SyncTrigger[]> {
  const { schema, name } = source.relation;
  const rows = await db.query<TriggerRow>(query("triggers"), [schema, name]);
  const fed = new Set(source.claims.map(({ path }) => path.join("\0")));
  return found.flatMap(({ trigger, fn, work }) => {
    const row = rows.find((one) => one.name === trigger.name);
    if (!row || trigger.schema !== schema || trigger.relation !== name) return [];
    return [
      {
        ...row,
        function: `${fn.schema}.${fn.name}`,
        clears: /raw_app_meta_data[^;]*(#-|\)\s*-\s|_data\s*-\s|'?null'?)/is.test(fn.body),
        onlySyncs:
          !work.more &&
          work.unread.length === 0 &&
          work.paths.length > 0 &&
          work.paths.every((path) => fed.has(path.join("\0"))) &&
          work.users.every((column) => column === source.user),
        unread: isNoted(fn.comment) ? [] : [...new Set(work.unread)],
        definition: trigger.definition,
      },
    ];
  });
}

/** Columns whose change must reach the claims: what the claims are made of, what says who is active, and whose they are. */
export const columnsThatMatter = (source: SyncSource): string[] => [
  ...new Set([...source.claims.flatMap(({ columns }) => columns), ...(source.active?.columns ?? []), source.user]),
];
