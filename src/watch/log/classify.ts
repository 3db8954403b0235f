import type { DenialFamily, Fingerprint } from "../denial.ts";
import type { LogEntry } from "./entry.ts";
import { isHeartbeat } from "./heartbeat-message.ts";
import { isRefusedLogin, isStartup, told, type Told } from "./message.ts";
import { onlyQuoted, originOf } from "./names.ts";

/** What an entry of a server log is. */
export interface Judgement {
  kind: "denial" | "other error" | "failed login" | "restart" | "heartbeat" | "nothing";
  fingerprint: Fingerprint | null;
  /** the family, or whether it is a denial, stands in the message alone, which is translated or not PostgreSQL's */
  textIsNeeded: boolean;
}

/** The denial that an entry reports; null: it reports none. */
export const classify = (entry: LogEntry): Fingerprint | null => judge(entry).fingerprint;

/** Classify an entry: by its SQLSTATE and C routine, and by the text of the message only as far as they do not tell. */
export function judge(entry: LogEntry): Judgement {
  if (!isError(entry)) return plain(isRestart(entry) ? "restart" : "nothing");
  if (isHeartbeat(entry.message)) return plain("heartbeat");
  const { context, login, message, sqlstate } = entry;
  const origin = originOf(context);
  const says = told(message);
  const family = familyOf(entry, says, origin.raised);
  if (family === null) {
    if (isFailedLogin(entry)) return plain("failed login");
    return {
      ...plain("other error"),
      textIsNeeded: says === null && sqlstate === null && entry.severity === "ERROR" && !origin.block,
    };
  }
  if (family === "function guard" && origin.block) return plain("other error");
  if (family === "cast" && isOfClient(entry)) return plain("other error");
  const fits = says !== null && says.family === family ? says : null;
  const fingerprint: Fingerprint = {
    family,
    sqlstate,
    relation: fits ? (fits.relation ?? null) : relationOf(entry, family),
    policy: fits?.policy ?? null,
    function: origin.function,
    object: fits?.object ?? null,
    login,
  };
  return { kind: "denial", fingerprint, textIsNeeded: inDoubt(entry, says, family) };
}

/**
 * True if the client has sent the value itself: PostgreSQL reads a constant where it stands in the statement, and a
 * parameter before the statement runs, which its context says (`unnamed portal parameter $1`). What a policy casts is
 * neither.
 */
const isOfClient = ({ context, positioned }: LogEntry): boolean =>
  positioned || /^[^\n(]*\$\d+(?: = |$)/m.test(context?.split("\n")[0] ?? "");

const plain = (kind: Judgement["kind"]): Judgement => ({ kind, fingerprint: null, textIsNeeded: false });

/** Without a severity, which may be a word of an unknown language: not successful completion, a warning or no data. */
const isError = ({ severity, sqlstate }: LogEntry): boolean =>
  severity === null
    ? sqlstate !== null && !/^0[012]/.test(sqlstate)
    : severity === "ERROR" || severity === "FATAL" || severity === "PANIC";

/** The routines that PostgreSQL 15 to 18 name for a denial. */
const ROUTINES: Readonly<Record<string, readonly [sqlstate: string, family: DenialFamily]>> = {
  ExecWithCheckOptions: ["42501", "row check"],
  aclcheck_error: ["42501", "missing privilege"],
  aclcheck_error_col: ["42501", "missing privilege"],
  aclcheck_error_type: ["42501", "missing privilege"],
  check_enable_rls: ["42501", "row security off"],
  fireRIRrules: ["42P17", "recursion"],
  find_option: ["42704", "unset variable"],
};

/** The family by SQLSTATE alone; null: the text is needed. */
const SQLSTATES: Readonly<Record<string, DenialFamily | null>> = {
  "42501": null,
  "42P17": null,
  "42704": null,
  "57014": null,
  "54001": "recursion",
  "22P02": "cast",
  "22003": "cast",
  "22007": "cast",
  "22008": "cast",
  "22023": "cast",
  "42883": "object gone",
  "42P01": "object gone",
  "42703": "object gone",
  "3F000": "object gone",
  P0001: "function guard",
  "21000": "other",
};

/** SQLSTATEs of several families, and what an unknown text of each is taken for, so that no denial is overlooked. */
const IN_DOUBT: Readonly<Record<string, DenialFamily>> = {
  "42501": "other",
  "42P17": "recursion",
  "42704": "other",
  "57014": "timeout",
};

/** True if the family was taken for want of a known text. */
const inDoubt = ({ routine, sqlstate }: LogEntry, says: Told | null, family: DenialFamily): boolean =>
  says === null &&
  sqlstate !== null &&
  IN_DOUBT[sqlstate] === family &&
  (routine === null || ROUTINES[routine]?.[0] !== sqlstate);

function familyOf(entry: LogEntry, says: Told | null, raised: boolean): DenialFamily | null {
  const { routine, sqlstate } = entry;
  // a function chooses text and SQLSTATE of what it raises
  if (routine === null ? raised : routine === RAISE) return "function guard";
  if (sqlstate === null) return says?.family ?? null;
  const named = routine === null ? undefined : ROUTINES[routine];
  if (named?.[0] === sqlstate && says?.family !== null) return named[1];
  const family = SQLSTATES[sqlstate];
  if (family === undefined) return null;
  if (family !== null) return family;
  if (says !== null) return says.family;
  // with a routine, a privilege is missing that is none of a relation, such as that to become a role
  return sqlstate === "42501" && routine !== null ? "missing privilege" : (IN_DOUBT[sqlstate] ?? null);
}

/** The routine of the statement RAISE of PL/pgSQL. */
const RAISE = "exec_stmt_raise";

/** In a translated message the routine tells which message it is, and so that the name in it is the relation's. */
const relationOf = ({ message, routine }: LogEntry, family: DenialFamily): string | null =>
  routine !== null && (family === "row check" || family === "row security off" || family === "recursion")
    ? onlyQuoted(message)
    : null;

/** Class 28 is invalid authorization; without an SQLSTATE, the English messages of it. */
const isFailedLogin = ({ message, severity, sqlstate }: LogEntry): boolean =>
  sqlstate === null ? severity === "FATAL" && isRefusedLogin(message) : sqlstate.startsWith("28");

/**
 * Each start of the server, and each recovery from a crash of one of its processes, has a startup process, which writes
 * first how the database was left. Without `%b` its English text tells.
 */
const isRestart = ({ backendType, line, message, severity }: LogEntry): boolean =>
  backendType !== null && line !== null
    ? backendType === "startup" && line === 1
    : severity === "LOG" && isStartup(message);
