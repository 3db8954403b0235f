import type { DenialCount, Fingerprint } from "../denial.ts";
import type { Lack, LogReading } from "../sample.ts";
import { judge } from "./classify.ts";
import type { LogEntry } from "./entry.ts";
import { heartbeatMessage, isPlanted } from "./heartbeat-message.ts";
import type { Sink } from "./parser.ts";

/** The counts of a reading while it goes on. */
export interface Tally extends Sink {
  /** a request that something before the server has refused, which is in no log of the server */
  request(kind: "denial" | "failed login" | "other error", fingerprint: Fingerprint | null, at: string | null): void;
  counts(): Pick<
    LogReading,
    "entries" | "unread" | "denials" | "otherErrors" | "failedLogins" | "restarts" | "heartbeat" | "planted" | "lacks"
  >;
}

/** Each connection of rlsmith's has an application_name that begins so. */
const OWN = "rlsmith";

/** Fingerprints that are told apart; a log with more of them, which no application has, is a lack. */
const MOST_FINGERPRINTS = 10_000;

const HINTS_AT_ERROR = /\b(?:ERROR|FATAL|PANIC)\b/;

/**
 * Of what is counted, `database`: entries of other databases are read, but are none of this one's denials; those that
 * name no database count. `heartbeat`: the id that was sent. `planted`: the name in the denial that was planted; `any`: of
 * any run, for the log of a service comes late.
 */
export interface Awaited {
  readonly database: string | null;
  heartbeat: string | null;
  planted?: string | null;
  /** the connections of this sample, for a log that does not name the application */
  own?: OwnProcesses;
}

/** Process ids of the server, as text, from a time on, by the server's clock (ISO 8601): they may be those of others before. */
export interface OwnProcesses {
  since: string;
  processes: ReadonlySet<string>;
}

/** Counts entries, and forgets them. The heartbeat and the planted denial may be named later, before they arrive. */
export function newTally(of: Awaited): Tally {
  const denials = new Map<string, DenialCount>();
  const { database } = of;
  const lacks = new Map<string, Lack>();
  const lack = (one: Lack): void => void lacks.set(`${one.lack} ${one.what}`, one);
  let [entries, unread, otherErrors, failedLogins, restarts, seen, denied] = [0, 0, 0, 0, 0, false, false];
  const deny = (fingerprint: Fingerprint, at: string | null): void => {
    const key = JSON.stringify(Object.values(fingerprint));
    const known = denials.get(key);
    if (known !== undefined) extend(known, at);
    else if (denials.size < MOST_FINGERPRINTS) denials.set(key, { ...fingerprint, count: 1, first: at, last: at });
    else lack({ lack: "entries lost", what: "fingerprints" });
  };
  return {
    entry: (entry: LogEntry) => {
      entries += 1;
      const { fingerprint, kind, textIsNeeded } = judge(entry);
      if (kind === "nothing") {
        if (entry.severity === null) lack({ lack: "setting", what: "lc_messages" });
        return;
      }
      if (isPlanted(entry.message)) {
        // a reader that takes it for anything else would overlook the application's as well
        denied ||=
          kind === "denial" &&
          fingerprint?.family === "unset variable" &&
          (of.planted === "any" || fingerprint.object === of.planted);
        return;
      }
      if (kind === "heartbeat") seen ||= of.heartbeat !== null && entry.message === heartbeatMessage(of.heartbeat);
      // what rlsmith itself was refused, by an attack or a check, is no request
      else if (isOwn(entry, of.own)) return;
      else if (kind === "restart") restarts += 1;
      else if (database !== null && entry.database !== null && entry.database !== database) return;
      else if (kind === "failed login") failedLogins += 1;
      else {
        if (textIsNeeded) lack({ lack: "setting", what: entry.sqlstate === null ? "log_line_prefix" : "lc_messages" });
        // RAISE has a context, unless the log is terse
        if (entry.sqlstate === "P0001" && entry.context === null)
          lack({ lack: "setting", what: "log_error_verbosity" });
        if (fingerprint === null) otherErrors += 1;
        else deny(fingerprint, entry.at);
      }
    },
    request: (kind, fingerprint, at) => {
      entries += 1;
      if (kind === "failed login") failedLogins += 1;
      else if (fingerprint === null) otherErrors += 1;
      else deny(fingerprint, at);
    },
    unread: (line) => {
      unread += 1;
      // it may be a denial
      if (HINTS_AT_ERROR.test(line)) lack({ lack: "not readable", what: "log line" });
    },
    counts: () => ({
      entries,
      unread,
      denials: [...denials.values()],
      otherErrors,
      failedLogins,
      restarts,
      heartbeat: of.heartbeat === null ? "not sent" : seen ? "seen" : "not seen",
      planted: (of.planted ?? null) === null ? "not sent" : denied ? "seen" : "not seen",
      lacks: [...lacks.values()],
    }),
  };
}

const isOwn = ({ application, process, at }: LogEntry, own: OwnProcesses | undefined): boolean =>
  application === null
    ? own !== undefined &&
      process !== undefined &&
      own.processes.has(process) &&
      // to a second, where the prefix has no more
      at !== null &&
      Date.parse(at) >= Date.parse(own.since) - 1000
    : application.startsWith(OWN);

/** Lines of several processes may be a little out of order, and may have different offsets after a change of the time. */
function extend(count: DenialCount, at: string | null): void {
  count.count += 1;
  if (at === null) return;
  if (count.first === null || Date.parse(at) < Date.parse(count.first)) count.first = at;
  if (count.last === null || Date.parse(at) > Date.parse(count.last)) count.last = at;
}
