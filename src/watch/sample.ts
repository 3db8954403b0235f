import type { NameKey } from "../pg/name.ts";
import type { DenialCount, Touched } from "./denial.ts";

/**
 * What a source could not see, and so what a criterion cannot be told from it. `report/` makes the words.
 */
export interface Lack {
  lack:
    /** the login may not read it: pg_read_all_stats, pg_read_server_files, pg_monitor, SELECT on a table */
    | "privilege"
    /** an extension, or a function that rlsmith installs, is not there */
    | "not installed"
    /** a setting of the server hides it: pg_stat_statements.track, log_min_messages, lc_messages, the line prefix */
    | "setting"
    /** the file, the service, the address cannot be reached or read */
    | "not readable"
    /** counters were reset, evicted or lost in a crash since the sample before: the difference is not known */
    | "counters lost"
    /** entries between the position of the sample before and the first that is still there are gone */
    | "entries lost"
    /** a service refused, failed or did not answer: nothing is lost, and the next reading begins where this one ended */
    | "service"
    /** there is no sample to compare with yet */
    | "nothing before"
    /** the newest sample is one of an earlier rlsmith, which did not read it: the next sample does */
    | "earlier sample"
    /** the criterion did not find a fault that was planted in what was read, or there was nothing to plant one in */
    | "not shown";
  /** a name in the server's own terms: `pg_stat_statements`, `log_line_prefix`; never a value */
  what: string;
}

/** The part of a reading that every source has. */
interface Read<Source extends string> {
  source: Source;
  /** where the next reading begins; opaque to all but the source; null: nothing could be read */
  cursor: unknown;
  lacks: Lack[];
}

/** What a server log says about a period. */
export interface LogReading extends Read<"log"> {
  /** messages of all kinds that were read, and bytes */
  entries: number;
  bytes: number;
  /** lines that no format explains; many of them mean the wrong format */
  unread: number;
  denials: DenialCount[];
  /** errors that concern no policy, counted alone: application errors are no alarm */
  otherErrors: number;
  failedLogins: number;
  /** the server was started, or ended a crashed process, in the period */
  restarts: number;
  /**
   * the message that this run has sent through the server, to see that the log arrives; `not yet`: the log of a service
   * comes late, and a later reading sees it
   */
  heartbeat: "seen" | "not seen" | "not sent" | "not yet";
  /** of the log of a service: the time of the sample whose heartbeat arrived last; null: none has; absent: of another log */
  arrived?: string | null;
  /**
   * a denial that this run has planted was counted as one, as those of the application would be; `not sent`: an earlier
   * reading of the run has shown it
   */
  planted: "seen" | "not seen" | "not sent";
}

/**
 * The counters of pg_stat_statements for statements on the relations of the plan, as differences since the reading
 * before; those of a `before` sample are all that was counted since the last reset. No number is larger than what was
 * executed. Without a lack it is equal to it.
 */
export interface StatementsReading extends Read<"statements"> {
  statements: StatementCount[];
  /**
   * for each relation of the plan whose row security is not forced: the roles that have the privileges of its owner, whom
   * it does not concern; without superusers and roles with BYPASSRLS; null: a sample of an earlier rlsmith, which did not
   * read them
   */
  owners: { relation: NameKey; roles: string[] }[] | null;
}

/** One statement of one role. Its text may hold values in PostgreSQL's own counters (utility commands), so it is not stored. */
export interface StatementCount {
  /** pg_stat_statements.queryid, a 64-bit number as text */
  queryId: string;
  /** the role that executed it, which under PostgREST is the role of the token */
  role: string;
  /** what it does with its target; of a SELECT around INSERT, UPDATE, DELETE or MERGE that command */
  command: "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE";
  /** relations of the plan that the statement names, or that a view in it reads */
  relations: NameKey[];
  /** what it does with each: `INSERT INTO a SELECT … FROM b` inserts into a, and reads b */
  touched: Touched[];
  /** the client reports the rows of the statement, and not of a wrapper that always returns one, as PostgREST's */
  rowsAreReal: boolean;
  calls: number;
  rows: number;
  /** milliseconds of execution in all calls */
  time: number;
  /** shared blocks hit and read in all calls */
  blocks: number;
}

/**
 * The counters of pg_stat_user_tables for the relations of the plan with their partitions, as differences since the
 * reading before; those of a `before` sample are all that was counted. A server adds them up to ten seconds late.
 */
export interface TablesReading extends Read<"tables"> {
  tables: {
    relation: NameKey;
    sequentialScans: number;
    indexScans: number;
    inserted: number;
    updated: number;
    deleted: number;
  }[];
}

/** How the server plans a plain statement on each relation of the plan, for each role that has privileges on it. */
export interface PlansReading extends Read<"plans"> {
  plans: PlanCount[];
}

export interface PlanCount {
  relation: NameKey;
  role: string;
  command: "SELECT" | "UPDATE" | "DELETE";
  /** an index serves a condition of the policies, in all partitions if there are some */
  indexed: boolean;
  /** sub-plans that are executed once */
  initPlans: number;
  /** sub-plans that are executed for each row: neither InitPlans nor hashed */
  perRow: number;
}

/** Whether the objects of the plan are as it left them, and what surrounds them as the first sample found it. */
export interface ObjectsReading extends Read<"objects"> {
  differences: ObjectDifference[];
  /**
   * in a copy of what was read of the catalog, each policy, function and relation of the plan was changed, and each was
   * found to differ; absent: a sample of an earlier rlsmith
   */
  planted?: "seen" | "not seen";
}

export interface ObjectDifference {
  /** null: it concerns a function or a schema */
  relation: NameKey | null;
  cause: ObjectCause;
  /** the policy, function, index, privilege; names only */
  object: string;
}

export type ObjectCause =
  | "policy added"
  | "policy gone"
  | "policy changed"
  | "function changed"
  | "default changed"
  | "row security changed"
  | "variable read again"
  | "relation gone"
  | "schema changed"
  | "relation without row security"
  | "index gone"
  | "privilege gone"
  | "privilege added";

/** The read-only attack of `verify`, by roles without privileges. */
export interface IsolationReading extends Read<"isolation"> {
  statements: number;
  /** those that row security held: none means that nothing was tried which it could have held */
  held: number;
  /** the relation, function or schema whose rows are reached, the class of the persona, and the object to correct */
  breaches: { subject: string; role: string; object: string }[];
  /** cells that could not be tried */
  unsettled: number;
}

/**
 * What the recorder counted since the reading before. Its counters have no times, so that all of it belongs to the hour
 * of the reading: a sample every minute divides it well, a sample a day does not.
 */
export interface RequestsReading extends Read<"requests"> {
  /** the recorder knows when the change was made, so that `stale` counts tokens that were issued before */
  ages: boolean;
  hours: {
    /** ISO 8601, the begin of the hour in which it was read */
    hour: string;
    /** `other`: a role that the recorder was not made for */
    role: string;
    requests: number;
    /** requests with an opaque key in place of a token; they are not counted in `without` and `stale` */
    keys: number;
    /** claim, as a dotted name → requests without it */
    without: Record<string, number>;
    /** requests whose token was issued before the time that `recordAppliedAt` has recorded */
    stale: number;
  }[];
}

/**
 * The members of the source of the claims, by the state of the claims that are stored for them; null: not counted, see
 * `lacks`. A token gets its claims from there when it is issued.
 */
export interface AuditReading extends Read<"audit"> {
  members: {
    synced: number;
    /** other claims than the source gives */
    stale: number;
    /** active, and without claims */
    missing: number;
    /** claims, and no active row */
    orphaned: number;
    /** several active rows that give different claims */
    ambiguous: number;
  } | null;
}

export type Reading =
  | LogReading
  | StatementsReading
  | TablesReading
  | PlansReading
  | ObjectsReading
  | IsolationReading
  | RequestsReading
  | AuditReading;

export type SourceName = Reading["source"];

/** What a sample keeps of a reading: all but the place where the next one begins, which only the newest needs. */
export type Stored<One extends Reading> = One extends Reading ? Omit<One, "cursor"> : never;

/** A reading of any source as a sample keeps it. */
export type StoredReading =
  | Omit<LogReading, "cursor">
  | Omit<StatementsReading, "cursor">
  | Omit<TablesReading, "cursor">
  | Omit<PlansReading, "cursor">
  | Omit<ObjectsReading, "cursor">
  | Omit<IsolationReading, "cursor">
  | Omit<RequestsReading, "cursor">
  | Omit<AuditReading, "cursor">;

/** Where the next reading of each source begins. */
export type Cursors = Partial<Record<SourceName, unknown>>;

/** The server at the moment of a sample. */
export interface ServerFacts {
  /** server_version_num */
  version: number;
  /** ISO 8601: pg_postmaster_start_time() */
  startedAt: string;
  /** pg_control_system().system_identifier where the login may read it, else null: another server has another */
  system: string | null;
  standby: boolean;
  /** the login is a superuser, or bypasses row security */
  privileged: boolean;
  /** roles that row security does not concern: superusers, and those with BYPASSRLS */
  bypassing: string[];
}

/** What all sources saw at one moment. It is stored, and holds names of objects and roles, and counts, and nothing else. */
export interface Sample {
  formatVersion: 1;
  /** 1 for the first of a target and plan; no two have the same, so that of two watchers one comes first */
  number: number;
  /** the run of `watch` or `apply` that took it, a UUID */
  run: string;
  target: string;
  planHash: string;
  /** `before`: taken by `apply` before its first lock */
  kind: "before" | "after";
  /** ISO 8601, by the server's clock */
  at: string;
  /**
   * ISO 8601: when the newest part of the plan that is in force was applied, by the journal; null: none is; absent: a
   * sample of an earlier rlsmith
   */
  appliedAt?: string | null;
  server: ServerFacts;
  readings: StoredReading[];
}
