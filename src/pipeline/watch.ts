import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { openServer } from "../db/server.ts";
import { pgErrorOf, type Db } from "../db/port.ts";
import { inspect } from "../inspect/index.ts";
import { nameKey } from "../pg/name.ts";
import { planHash, type Plan } from "../plan/index.ts";
import {
  fileStore,
  gateOf,
  planFacts,
  lacksOfSettings,
  readLog,
  readLogSettings,
  readObjects,
  readPlans,
  readRequests,
  readServer,
  readStatements,
  readTables,
  relationsOf,
  sendHeartbeat,
  snapshotBefore,
  targetStore,
  type Cursors,
  type Gate,
  type IsolationReading,
  type LogReading,
  type ObjectFacts,
  type Reading,
  type Sample,
  type SampleStore,
  type StatementsReading,
  type TablesReading,
  type WatchScope,
} from "../watch/index.ts";
import { openToLook } from "./connections.ts";
import { targetOf, urlOf, type OnTarget } from "./target.ts";
import { verifyDatabase } from "./verify.ts";

/** A target that is watched for a plan. */
export interface WatchTarget {
  on: OnTarget;
  plan: Plan;
  /** of this run of `watch`, a UUID */
  run: string;
}

/** What a sample led to. */
export interface Taken {
  sample: Sample;
  /** false: another watcher was first, and this sample counts nothing */
  kept: boolean;
  gate: Gate;
}

/** A target to be watched for a plan, by a run of its own. */
export const watchTarget = (on: OnTarget, plan: Plan): WatchTarget => ({ on, plan, run: randomUUID() });

/**
 * Take one sample of a target, keep it, and judge all that are kept. Throws ToolError (environment): no connection, or
 * the journal or the samples cannot be trusted.
 */
export async function takeSample(watch: WatchTarget): Promise<Taken> {
  const { on, plan } = watch;
  const url = await urlOf(on.target, targetOf(on.config, on.target), on.projectDir);
  const hash = planHash(plan);
  const db = await openToLook(url, "rlsmith watch");
  try {
    const store = storeOf(db, on, hash);
    const newest = await store.newest();
    const server = await readServer(db);
    const { readings, kind } = await readAll(db, url, watch, newest, server.at);
    const sample: Sample = {
      formatVersion: 1,
      number: (newest?.sample.number ?? 0) + 1,
      run: watch.run,
      target: on.target,
      planHash: hash,
      kind,
      at: server.at,
      server: server.server,
      readings: readings.map(({ cursor: _, ...one }) => one),
    };
    const next: Cursors = { ...newest?.cursors };
    for (const { source, cursor } of readings) next[source] = cursor;
    const kept = await store.append(sample, next);
    return { sample, kept, gate: judged(watch, await store.read(), server.at) };
  } finally {
    await db.close();
  }
}

/** The samples of a target and a plan, judged by the limits of its config at this moment. Only reads. */
export async function gateOfTarget({ on, plan, run }: WatchTarget): Promise<Gate> {
  const url = await urlOf(on.target, targetOf(on.config, on.target), on.projectDir);
  const db = await openToLook(url, "rlsmith gate");
  try {
    const { at } = await readServer(db);
    return judged({ on, plan, run }, await storeOf(db, on, planHash(plan)).read(), at);
  } finally {
    await db.close();
  }
}

function judged({ on, plan }: WatchTarget, samples: readonly Sample[], now: string): Gate {
  const { waived, ...limits } = targetOf(on.config, on.target).gate;
  const facts = planFacts(plan);
  return gateOf({ target: on.target, planHash: planHash(plan) }, { samples, now, plan: facts, limits }, waived);
}

function storeOf(db: Db, { config, target, projectDir }: OnTarget, hash: string): SampleStore {
  return targetOf(config, target).samples === "file"
    ? fileStore(join(projectDir, ".rlsmith", "watch", target, hash.slice(0, 12)))
    : targetStore(db, { target, planHash: hash });
}

async function readAll(
  db: Db,
  url: string,
  { plan, on }: WatchTarget,
  newest: { sample: Sample; cursors: Cursors } | null,
  now: string,
): Promise<{ readings: Reading[]; kind: Sample["kind"] }> {
  const { sample: before, cursors } = newest ?? { sample: null, cursors: {} };
  const scope = { relations: relationsOf(plan) };
  // what the source itself has written
  const earlier = (cursors.objects as ObjectFacts | undefined) ?? null;
  const { reading, inForce } = await readObjects(db, plan, planHash(plan), earlier);
  const kind = inForce.length > 0 ? "after" : "before";
  const counters = await countersOf(db, scope, cursors);
  // apply has tried requests of its own before COMMIT
  if (before !== null && before.kind !== kind) {
    counters[0] = { ...counters[0], statements: [] };
    counters[1] = { ...counters[1], tables: [] };
  }
  const others: Reading[] = [await readRequests(db, cursors.requests ?? null)];
  if (before?.kind !== kind || isDue(cursors.isolation, now, reading.differences.length > 0, before)) {
    others.push(await readPlans(db, scope), await isolationReading(url, { plan, on }, now));
    // what the planner has evaluated and the attack has executed is no traffic: the next readings begin after it
    const [statements, tables] = await countersOf(db, scope, cursors);
    counters[0] = { ...counters[0], cursor: statements.cursor };
    counters[1] = { ...counters[1], cursor: tables.cursor };
  }
  const log = await logReading(db, on, cursors.log ?? null);
  return { readings: [reading, ...counters, ...others, ...(log === null ? [] : [log])], kind };
}

/** The counters since the sample before; those of the first are all that the server holds. */
async function countersOf(db: Db, scope: WatchScope, cursors: Cursors): Promise<[StatementsReading, TablesReading]> {
  if (cursors.statements === undefined || cursors.tables === undefined) {
    const first = await snapshotBefore(db, scope.relations);
    if (first !== null) return first.readings;
  }
  return [
    await readStatements(db, scope, cursors.statements ?? null),
    await readTables(db, scope, cursors.tables ?? null),
  ];
}

/** The log that the config names; null: none is named. */
async function logReading(
  db: Db,
  { config, target, projectDir }: OnTarget,
  cursor: unknown,
): Promise<LogReading | null> {
  const { log } = targetOf(config, target);
  if (log === undefined) return null;
  const settings = await readLogSettings(db);
  const [row] = await db.query<{ name: string }>("select current_database()::text as name");
  const heartbeat = await sendHeartbeat(db);
  const reading = await readLog(
    "file" in log ? { kind: "files", path: resolve(projectDir, log.file) } : { kind: "server", db },
    {
      cursor,
      start: "end",
      format: null,
      linePrefix: settings.linePrefix,
      timeZone: settings.timeZone,
      database: row?.name ?? null,
      heartbeat,
    },
  );
  return { ...reading, lacks: [...reading.lacks, ...lacksOfSettings(settings)] };
}

/** An attack an hour, and one whenever objects have begun to differ. */
function isDue(cursor: unknown, now: string, differs: boolean, before: Sample | null): boolean {
  if (typeof cursor !== "string") return true;
  const objects = before?.readings.find(({ source }) => source === "objects");
  const differed = objects?.source === "objects" && objects.differences.length > 0;
  return (differs && !differed) || Date.parse(now) - Date.parse(cursor) >= 3_600_000 || now < cursor;
}

async function isolationReading(
  url: string,
  { on: { config }, plan }: Pick<WatchTarget, "on" | "plan">,
  now: string,
): Promise<IsolationReading> {
  const touched = new Set<string>(relationsOf(plan).map(nameKey));
  const db = await openServer(url, { applicationName: "rlsmith watch" });
  try {
    const { cells, breaches, heat, withoutRows } = await verifyDatabase(db, await inspect(db), {
      mode: "read-only",
      config,
    });
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
  } finally {
    await db.close();
  }
}
