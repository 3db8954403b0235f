import type { NameKey } from "../../pg/name.ts";
import type { DenialCount, Fingerprint } from "../denial.ts";
import type {
  AuditReading,
  IsolationReading,
  Lack,
  LogReading,
  ObjectsReading,
  PlansReading,
  RequestsReading,
  Sample,
  SourceName,
  StatementCount,
  StatementsReading,
  Stored,
} from "../sample.ts";
import { concernedBy } from "./concerned.ts";

/**
 * What samples of one kind have seen together: sums, and the newest of what has no sum. Its size is that of the
 * statements, relations, roles and denials that are different, and not that of the samples.
 */
export interface SeenOfKind {
  /** the time of each sample, in milliseconds since 1970 */
  times: number[];
  /** of the newest sample: roles that row security does not concern */
  bypassing: readonly string[];
  /** of the newest reading of the statements: see `StatementsReading`; null: there is none */
  owners: StatementsReading["owners"];
  /** the number of readings, and what they lacked, each once */
  sources: Map<SourceName, { readings: number; lacks: Map<string, Lack> }>;
  /** the counts of each statement of each role, by `statementKey` */
  statements: Map<string, StatementCount>;
  /** the most calls that a statement had in one sample without a row */
  mostWithoutRows: Map<string, number>;
  tables: Map<NameKey, { inserted: number; updated: number; deleted: number }>;
  /** by `fingerprintKey` */
  denials: Map<string, DenialCount>;
  /** readings of the log in which the heartbeat did not arrive, and that say nothing else of why */
  heartbeatsMissing: number;
  /** the calls of statements that row security concerned in their sample: no policy refuses those of other roles */
  calls: number;
  /**
   * of the log of a service, which comes late: the calls of each sample that the newest heartbeat that arrived does not
   * cover; what its denials were is not known yet
   */
  late: { at: number; calls: number }[];
  requests: {
    /** of each role: those with a token, and those of them whose token was issued since the change */
    roles: Map<string, { all: number; n: number }>;
    missing: Map<string, { role: string; claim: string; count: number }>;
  };
  /** the newest; null: there is none */
  newestLog: Stored<LogReading> | null;
  newestRequests: Stored<RequestsReading> | null;
  audit: Stored<AuditReading> | null;
  plans: Stored<PlansReading> | null;
  isolation: Stored<IsolationReading> | null;
  objects: Stored<ObjectsReading> | null;
}

export const nothingOfKind = (): SeenOfKind => ({
  times: [],
  bypassing: [],
  owners: null,
  sources: new Map(),
  statements: new Map(),
  mostWithoutRows: new Map(),
  tables: new Map(),
  denials: new Map(),
  heartbeatsMissing: 0,
  calls: 0,
  late: [],
  requests: { roles: new Map(), missing: new Map() },
  newestLog: null,
  newestRequests: null,
  audit: null,
  plans: null,
  isolation: null,
  objects: null,
});

/** Add what a sample has seen. */
export function addReadings(seen: SeenOfKind, { at, server, readings }: Sample): void {
  seen.times.push(Date.parse(at));
  seen.bypassing = server.bypassing;
  for (const reading of readings) {
    const source = seen.sources.get(reading.source) ?? { readings: 0, lacks: new Map() };
    seen.sources.set(reading.source, source);
    source.readings += 1;
    addLacks(source.lacks, reading.lacks);
    switch (reading.source) {
      case "log":
        seen.newestLog = reading;
        if (isSilent(reading)) seen.heartbeatsMissing += 1;
        for (const one of reading.denials) addDenial(seen.denials, one);
        break;
      case "statements":
        seen.owners = reading.owners;
        addStatements(seen, reading.statements);
        break;
      case "tables":
        for (const one of reading.tables) {
          const sum = seen.tables.get(one.relation) ?? { inserted: 0, updated: 0, deleted: 0 };
          seen.tables.set(one.relation, {
            inserted: sum.inserted + one.inserted,
            updated: sum.updated + one.updated,
            deleted: sum.deleted + one.deleted,
          });
        }
        break;
      case "plans":
        seen.plans = reading;
        break;
      case "requests":
        seen.newestRequests = reading;
        for (const hour of reading.hours) addRequests(seen.requests, hour);
        break;
      case "audit":
        seen.audit = reading;
        break;
      case "isolation":
        seen.isolation = reading;
        break;
      case "objects":
        seen.objects = reading;
        break;
    }
  }
  addCalls(seen, Date.parse(at), readings);
}

/** What a service did not give at one time does not explain a heartbeat: it may give it at the next. */
const isSilent = ({ heartbeat, lacks }: Stored<LogReading>): boolean =>
  (heartbeat === "not seen" || heartbeat === "not sent") && lacks.every(({ lack }) => lack === "service");

/** After the readings: the log says up to where the denials are known. */
function addCalls(seen: SeenOfKind, at: number, readings: Sample["readings"]): void {
  const isConcerned = concernedBy(seen);
  const calls = readings
    .flatMap((one) => (one.source === "statements" ? one.statements : []))
    .filter(({ relations, role }) => relations.some((one) => isConcerned(one, role)))
    .reduce((sum, one) => sum + one.calls, 0);
  seen.calls += calls;
  const arrived = seen.newestLog?.arrived;
  if (arrived === undefined) seen.late = [];
  else {
    seen.late.push({ at, calls });
    if (arrived !== null) seen.late = seen.late.filter((one) => one.at > Date.parse(arrived));
  }
}

/** Add those that are not there yet. */
export function addLacks(to: Map<string, Lack>, lacks: readonly Lack[]): void {
  for (const one of lacks) to.set(JSON.stringify([one.lack, one.what]), one);
}

/** Each once. */
export function eachLack(lacks: readonly Lack[]): Lack[] {
  const each = new Map<string, Lack>();
  addLacks(each, lacks);
  return [...each.values()];
}

/** What a source lacked, each once, of those that `counts`. */
export const lacksOf = (
  { sources }: Pick<SeenOfKind, "sources">,
  source: SourceName,
  counts: (lack: Lack) => boolean = () => true,
): Lack[] => [...(sources.get(source)?.lacks.values() ?? [])].filter(counts);

function addStatements(seen: SeenOfKind, counts: readonly StatementCount[]): void {
  const isConcerned = concernedBy(seen);
  // one sample may hold a statement of a role twice
  const here = new Map<string, StatementCount>();
  for (const one of counts) {
    const key = statementKey(one);
    seen.statements.set(key, sumOf(seen.statements.get(key), one));
    here.set(key, sumOf(here.get(key), one));
  }
  for (const [key, { calls, rows, relations, role }] of here)
    if (rows === 0 && relations.some((one) => isConcerned(one, role)))
      seen.mostWithoutRows.set(key, Math.max(calls, seen.mostWithoutRows.get(key) ?? 0));
}

const sumOf = (sum: StatementCount | undefined, one: StatementCount): StatementCount =>
  sum
    ? {
        ...one,
        calls: sum.calls + one.calls,
        rows: sum.rows + one.rows,
        time: sum.time + one.time,
        blocks: sum.blocks + one.blocks,
      }
    : one;

/** The query identifier stays the same when policies change: it is computed before they are added. */
const statementKey = ({ role, queryId }: StatementCount): string => JSON.stringify([role, queryId]);

function addDenial(denials: SeenOfKind["denials"], one: DenialCount): void {
  const key = fingerprintKey(one);
  const sum = denials.get(key);
  denials.set(key, sum ? { ...sum, count: sum.count + one.count, last: one.last ?? sum.last } : one);
}

/** The same for denials that are the same. */
const fingerprintKey = ({ family, sqlstate, relation, policy, function: of, object, login }: Fingerprint): string =>
  JSON.stringify([family, sqlstate, relation, policy, of, object, login]);

function addRequests({ roles, missing }: SeenOfKind["requests"], hour: RequestsReading["hours"][number]): void {
  const { all, n } = roles.get(hour.role) ?? { all: 0, n: 0 };
  roles.set(hour.role, {
    all: all + hour.requests - hour.keys,
    n: n + Math.max(0, hour.requests - hour.keys - hour.stale),
  });
  for (const [claim, count] of Object.entries(hour.without)) {
    if (count === 0) continue;
    const key = JSON.stringify([hour.role, claim]);
    missing.set(key, { role: hour.role, claim, count: count + (missing.get(key)?.count ?? 0) });
  }
}
