import { auditMembers } from "../claims/index.ts";
import type { Config } from "../config.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { ToolError } from "../errors.ts";
import { inspect } from "../inspect/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import { nameKey } from "../pg/name.ts";
import type { Plan } from "../plan/index.ts";
import { relationsOf, type AuditReading, type IsolationReading, type Lack, type Reading } from "../watch/index.ts";
import { inspectCatalog } from "./inspection.ts";
import { verifyDatabase } from "./verify.ts";

/** What is read once an hour, and the process of the server that read it. */
export interface HourlyReadings {
  readings: Reading[];
  process: string;
}

/** The process id of the server that a connection has, as text. */
export async function processOf(db: Db): Promise<string> {
  const [row] = await db.query<{ process: string }>("select pg_catalog.pg_backend_pid()::text as process");
  return row?.process ?? "";
}

/** The readings that need the catalog and cost more than the others: the attack, and the audit of stored claims. */
export async function hourlyReadings(
  url: string,
  { config, plan }: { config: Config | null; plan: Plan },
  now: string,
): Promise<HourlyReadings> {
  const db = await openServer(url, { applicationName: "rlsmith watch" });
  try {
    const process = await processOf(db);
    const catalog = await inspect(db);
    const readings = [
      await isolationReading(db, catalog, { config, plan }, now),
      await auditReading(db, catalog, config, now),
    ];
    return { readings, process };
  } finally {
    await db.close();
  }
}

/** The members by the state of their stored claims. What cannot be counted is a lack. */
export async function auditReading(
  db: Db,
  catalog: Catalog,
  config: Config | null,
  now: string,
): Promise<AuditReading> {
  const base = { source: "audit", cursor: now, lacks: [], members: null } as const;
  const lacking = (lack: Lack["lack"], what: string): AuditReading => ({ ...base, lacks: [{ lack, what }] });
  try {
    const found = await auditMembers(db, { ...inspectCatalog(catalog, config), config });
    if (found.kind === "hook") return lacking("setting", "the custom access token hook");
    // without a source of claims there is nothing to compare with
    if (found.kind === "unknown")
      return found.because.kind === "raised" && found.because.sqlstate === "42501"
        ? lacking("privilege", "auth.users and the source of the claims")
        : lacking("not readable", "the source of the claims");
    if (found.unsure) return lacking("not readable", "the active rows of the source of the claims");
    const { synced, stale, missing, orphaned, ambiguous } = found.states;
    return { ...base, lacks: [], members: { synced, stale, missing, orphaned, ambiguous } };
  } catch (error) {
    if (pgErrorOf(error) === null && !(error instanceof ToolError)) throw error;
    return lacking(pgErrorOf(error)?.sqlstate === "42501" ? "privilege" : "not readable", "the source of the claims");
  }
}

async function isolationReading(
  db: Db,
  catalog: Catalog,
  { config, plan }: { config: Config | null; plan: Plan },
  now: string,
): Promise<IsolationReading> {
  const touched = new Set<string>(relationsOf(plan).map(nameKey));
  try {
    const { cells, breaches, heat, withoutRows } = await verifyDatabase(db, catalog, { mode: "read-only", config });
    return {
      source: "isolation",
      cursor: now,
      lacks: [],
      statements: cells,
      held: heat.reduce((sum, one) => sum + one.held, 0),
      breaches: breaches.map(({ relation, personaClass, object }) => ({
        subject: relation,
        role: personaClass,
        object: object.name,
      })),
      // writes are not tried on a database that is only read
      unsettled:
        heat.filter(
          ({ command, held, heldByGrant, breach, expected, notSettled }) =>
            command === "SELECT" && notSettled > 0 && held + heldByGrant + breach + expected === 0,
        ).length + withoutRows.filter((one) => touched.has(one)).length,
    };
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    const lack = raised.sqlstate === "42501" ? "privilege" : "not readable";
    return {
      source: "isolation",
      cursor: now,
      lacks: [{ lack, what: "verify" }],
      statements: 0,
      held: 0,
      breaches: [],
      unsettled: 0,
    };
  }
}
