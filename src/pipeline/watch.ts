import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "../db/port.ts";
import { messageOf, ToolError } from "../errors.ts";
import { planHash, type Plan } from "../plan/index.ts";
import {
  askManagementApi,
  askSupabaseCli,
  evidenceOf,
  fileNotices,
  fileStore,
  gateOf,
  newHistory,
  readOn,
  planFacts,
  lacksOfSettings,
  plantDenial,
  readLog,
  readLogSettings,
  readObjects,
  readPlans,
  readRequests,
  readServer,
  readSupabaseLog,
  sendGatewayHeartbeat,
  readStatements,
  readTables,
  readTestResults,
  relationsOf,
  sendHeartbeat,
  snapshotBefore,
  targetNotices,
  targetStore,
  type AskLogs,
  type Cursors,
  type Gate,
  type History,
  type LiveLog,
  type LogReading,
  type NoticeStore,
  type OwnProcesses,
  type ObjectFacts,
  type Reading,
  type Sample,
  type SampleStore,
  type Seen,
  type StatementsReading,
  type TablesReading,
  type TestEvidence,
  type WatchScope,
} from "../watch/index.ts";
import { openToLook } from "./connections.ts";
import { notify } from "./notify.ts";
import { targetOf, urlOf, type OnTarget } from "./target.ts";
import { hourlyReadings, processOf, type HourlyReadings } from "./watch-hourly.ts";
import { webhookOf, type Notified } from "./webhook.ts";

/** A target that is watched for a plan. */
export interface WatchTarget {
  on: OnTarget;
  plan: Plan;
  /** of this run of `watch`, a UUID */
  run: string;
  /** what this run has read of the samples, to which each sample adds */
  history: History;
  /** a log in place of that of the config: a file or a folder, or what another program writes; null: that of the config */
  log: { file: string } | { live: LiveLog } | null;
}

/** What a sample led to. */
export interface Taken {
  sample: Sample;
  /** false: another watcher was first, and this sample counts nothing */
  kept: boolean;
  gate: Gate;
  /** null: the target has no webhook */
  notified: Notified | null;
}

/** A target to be watched for a plan, by a run of its own. */
export const watchTarget = (on: OnTarget, plan: Plan, log: WatchTarget["log"] = null): WatchTarget => ({
  on,
  log,
  plan,
  run: randomUUID(),
  history: newHistory(),
});

/**
/**
 * Take one sample of a target, keep it, and judge all that are kept; where the target has a webhook, send it a message
 * for each criterion that has changed its state. Throws ToolError (environment): no connection, or
 * the journal or the samples cannot be trusted, or there is no access token for Supabase's logs.
 */
export async function takeSample(watch: WatchTarget): Promise<Taken> {
  const { on, plan } = watch;
  const target = targetOf(on.config, on.target);
  const webhook = webhookOf(on.target, target);
  const url = await urlOf(on.target, target, on.projectDir);
  const db = await openToLook(url, "rlsmith watch");
  try {
    const { samples: store, notices } = storesOf(db, on, planHash(plan));
    // what is not trusted is not added to
    await readOn(watch.history, store);
    const { sample, kept } = await sampleOn(db, watch, async (now) =>
      hourlyReadings(url, { config: on.config, plan }, now),
    );
    await readOn(watch.history, store);
    const gate = judged(watch, sample.at);
    return { sample, kept, gate, notified: webhook && (await notify(webhook, notices, { gate, sample, kept })) };
  } finally {
    await db.close();
  }
}

/**
 * Take the sample that the others are compared with, right before `apply` acquires its first lock, and without the
 * attack, which judges the state after the change alone. Returns null; or the reason why there is no sample, since apply
 * goes on without one. It never throws, and it takes ten seconds at most.
 */
export async function sampleBefore(watch: WatchTarget, url: string): Promise<string | null> {
  let db: Db | null = null;
  let isLate = false;
  const work = async (): Promise<string | null> => {
    db = await openToLook(url, "rlsmith apply");
    if (isLate) await db.close();
    else await sampleOn(db, watch, null);
    return null;
  };
  const late = new AbortController();
  try {
    return await Promise.race([
      work(),
      pause(BEFORE_LIMIT, undefined, { signal: late.signal }).then(
        () => `it took longer than ${BEFORE_LIMIT / 1000} s`,
        () => null,
      ),
    ]);
  } catch (error) {
    return messageOf(error);
  } finally {
    isLate = true;
    late.abort();
    await (db as Db | null)?.close().catch(() => {});
  }
}

/** Milliseconds. */
const BEFORE_LIMIT = 10_000;

/** Take a sample over a connection, and keep it. `hourly`: the attack, and what is read with it; null for none. */
async function sampleOn(
  db: Db,
  watch: WatchTarget,
  hourly: ((now: string) => Promise<HourlyReadings>) | null,
): Promise<Pick<Taken, "sample" | "kept">> {
  const { on, plan, run } = watch;
  const hash = planHash(plan);
  const supabase = supabaseLogs(watch);
  const { samples: store } = storesOf(db, on, hash);
  const newest = await store.newest();
  const server = await readServer(db);
  const { readings, kind, appliedAt } = await readAll(db, watch, { newest, now: server.at, hourly, supabase });
  const sample: Sample = {
    formatVersion: 1,
    number: (newest?.sample.number ?? 0) + 1,
    run,
    target: on.target,
    planHash: hash,
    kind,
    at: server.at,
    appliedAt,
    server: server.server,
    readings: readings.map(({ cursor: _, ...one }) => one),
  };
  const next: Cursors = { ...newest?.cursors };
  for (const { source, cursor } of readings) next[source] = cursor;
  return { sample, kept: await store.append(sample, next) };
}

/**
 * The samples of a target and a plan, judged by the limits of its config at this moment. Only reads. `each` is called
 * with every sample.
 */
export async function gateOfTarget(watch: WatchTarget, each: (sample: Sample) => void = () => {}): Promise<Gate> {
  const { on, plan } = watch;
  const url = await urlOf(on.target, targetOf(on.config, on.target), on.projectDir);
  const db = await openToLook(url, "rlsmith gate");
  try {
    const { at } = await readServer(db);
    await readOn(watch.history, storesOf(db, on, planHash(plan)).samples, each);
    return judged(watch, at);
  } finally {
    await db.close();
  }
}

function judged({ on, plan, history: { seen } }: WatchTarget, now: string): Gate {
  const { waived, tests: file, ...limits } = targetOf(on.config, on.target).gate;
  const tests = file === undefined ? null : testEvidence(resolve(on.projectDir, file), seen);
  const watched = { seen, now, plan: planFacts(plan), limits, tests };
  return gateOf({ target: on.target, planHash: planHash(plan) }, watched, waived);
}

/** What a file of test results is worth. A run that began before the last sample before the change did not see it. */
function testEvidence(file: string, { before, after }: Seen): TestEvidence {
  const since = before.times.at(-1) ?? after.times[0];
  const on = {
    since: since === undefined ? null : new Date(since).toISOString(),
    bypassing: after.times.length > 0 ? after.bypassing : before.bypassing,
  };
  if (!existsSync(file) || !statSync(file).isFile()) return evidenceOf(null, on);
  const results = readTestResults(readFileSync(file, "utf8"));
  // TAP has no time
  return evidenceOf(results && { ...results, at: results.at ?? statSync(file).mtime.toISOString() }, on);
}

function storesOf(
  db: Db,
  { config, target, projectDir }: OnTarget,
  hash: string,
): { samples: SampleStore; notices: NoticeStore } {
  if (targetOf(config, target).samples === "file") {
    const folder = join(projectDir, ".rlsmith", "watch", target, hash.slice(0, 12));
    return { samples: fileStore(folder), notices: fileNotices(join(folder, "notices")) };
  }
  const of = { target, planHash: hash };
  return { samples: targetStore(db, of), notices: targetNotices(db, of) };
}

/** What a sample is taken with. */
interface Look {
  newest: { sample: Sample; cursors: Cursors } | null;
  /** ISO 8601, by the clock of the server */
  now: string;
  /** the attack, and what is read with it; null for none */
  hourly: ((now: string) => Promise<HourlyReadings>) | null;
  supabase: AskLogs | null;
}

async function readAll(
  db: Db,
  { plan, on, run, history, log: given }: WatchTarget,
  { newest, now, hourly, supabase }: Look,
): Promise<{ readings: Reading[]; kind: Sample["kind"]; appliedAt: string | null }> {
  const { sample: before, cursors } = newest ?? { sample: null, cursors: {} };
  const scope = { relations: relationsOf(plan) };
  // what the source itself has written
  const earlier = (cursors.objects as ObjectFacts | undefined) ?? null;
  const { reading, inForce } = await readObjects(db, plan, planHash(plan), earlier, before?.kind ?? null);
  const kind = inForce.length > 0 ? "after" : "before";
  const counters = await countersOf(db, scope, cursors);
  // apply has tried requests of its own before COMMIT
  if (before !== null && before.kind !== kind) {
    counters[0] = { ...counters[0], statements: [] };
    counters[1] = { ...counters[1], tables: [] };
  }
  const appliedAt = inForce.at(-1)?.at ?? null;
  const others: Reading[] = [await readRequests(db, cursors.requests ?? null, appliedAt)];
  const differs = reading.differences.length > 0;
  const processes = new Set([await processOf(db)]);
  if (before?.kind !== kind || isDue(cursors.isolation, now, differs, before)) {
    others.push(await readPlans(db, scope));
    const read = hourly === null ? null : await hourly(now);
    if (read !== null) {
      others.push(...read.readings);
      processes.add(read.process);
    }
    // what the planner has evaluated and the attack has executed is no traffic: the next readings begin after it
    const [statements, tables] = await countersOf(db, scope, cursors);
    counters[0] = { ...counters[0], cursor: statements.cursor };
    counters[1] = { ...counters[1], cursor: tables.cursor };
  }
  const log = await logReading(db, on, given, {
    cursor: cursors.log ?? null,
    plants: !history.seen.planted.shownBy.has(run),
    now,
    kind,
    supabase,
    own: { since: now, processes },
    ...(before === null ? {} : { notBefore: before.at }),
  });
  return { readings: [reading, ...counters, ...others, ...(log === null ? [] : [log])], kind, appliedAt };
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

/** The log that the run or the config names; null: none is named. */
async function logReading(
  db: Db,
  { config, target, projectDir }: OnTarget,
  given: WatchTarget["log"],
  {
    cursor,
    plants,
    now,
    kind,
    supabase,
    ...more
  }: { cursor: unknown; plants: boolean; kind: Sample["kind"]; own: OwnProcesses; notBefore?: string } & Pick<
    Look,
    "now" | "supabase"
  >,
): Promise<LogReading | null> {
  const log = given ?? targetOf(config, target).log;
  if (log === undefined) return null;
  const settings = await readLogSettings(db);
  const [row] = await db.query<{ name: string }>("select current_database()::text as name");
  const planted = plants ? await plantDenial(db) : null;
  const heartbeat = await sendHeartbeat(db);
  const database = row?.name ?? null;
  if ("supabase" in log) {
    if (supabase === null) throw new Error("its logs were opened with the sample");
    const { project, rest } = log.supabase;
    // before the change, what was refused in the hours before is what the others are compared with
    const start = kind === "before" ? "begin" : "end";
    const gateway = rest === undefined ? {} : { gateway: await sendGatewayHeartbeat(rest) };
    const read = await readSupabaseLog(supabase, { project, cursor, start, now, database, heartbeat, ...gateway });
    return { ...read, lacks: [...read.lacks, ...lacksOfSettings(settings)] };
  }
  const { linePrefix, timeZone } = settings;
  const options = {
    cursor,
    start: "end",
    format: null,
    linePrefix,
    timeZone,
    database,
    heartbeat,
    planted,
    ...more,
  } as const;
  const reading =
    "live" in log
      ? await log.live.read(options)
      : await readLog(
          "file" in log ? { kind: "files", path: resolve(projectDir, log.file) } : { kind: "server", db },
          options,
        );
  return { ...reading, lacks: [...reading.lacks, ...lacksOfSettings(settings)] };
}

/**
 * Supabase's logs of a target, if the config names them; else null. Throws ToolError (environment): there is no access
 * token.
 */
function supabaseLogs({ on: { config, target, projectDir }, log: given }: WatchTarget): AskLogs | null {
  const { log } = targetOf(config, target);
  if (given !== null || log === undefined || !("supabase" in log)) return null;
  const { api, cli, project } = log.supabase;
  if (cli !== undefined) return askSupabaseCli({ project, program: cli, cwd: projectDir });
  const token = process.env["SUPABASE_ACCESS_TOKEN"]?.trim();
  if (token === undefined || token === "")
    throw new ToolError(
      "environment",
      "NO_SUPABASE_TOKEN",
      "`SUPABASE_ACCESS_TOKEN`, which Supabase's logs ask for, is not set",
      "set it for this command to an access token of Supabase that may read the logs of the project",
    );
  return askManagementApi({ project, api, token });
}

/** An attack an hour, and one whenever objects have begun to differ. */
function isDue(cursor: unknown, now: string, differs: boolean, before: Sample | null): boolean {
  if (typeof cursor !== "string") return true;
  const objects = before?.readings.find(({ source }) => source === "objects");
  const differed = objects?.source === "objects" && objects.differences.length > 0;
  return (differs && !differed) || Date.parse(now) - Date.parse(cursor) >= 3_600_000 || now < cursor;
}
