import { firstLineOf } from "../pg/first-line.ts";
import { createHash } from "node:crypto";
import { pgErrorOf, type Db, type PgError } from "../db/port.ts";
import { messageOf } from "../errors.ts";
import { finding, type FindingCode } from "../finding.ts";
import { extensionImplied, extensionSchema } from "./implied.ts";
import { attempt, attemptInside } from "./attempt.ts";
import { describeLoss } from "./loss.ts";
import { asLogin, becomeLogin, mendOf, mendSql } from "./mend.ts";
import type { ReplayFailure, ReplayReport } from "./replay-report.ts";
import { standInFor, type Replacement } from "./stand-ins.ts";
import { inTransaction, reachesBeyond, transactionWord } from "./statement.ts";

export interface ReplayStatement {
  text: string;
  file: string;
  line: number;
}

/** The context for running a file; `report` is extended. */
export interface FileRun {
  db: Db;
  report: ReplayReport;
  /** adds the failure to the report; throws if the first failure stops the replay */
  fail: (failure: ReplayFailure) => void;
  foreignRoles: ReadonlySet<string>;
  /** the extensions that were created without a statement of the files */
  implied: string[];
  /** the login has less rights than the one of the URL, which is a superuser */
  restricted: boolean;
  /** the role as which the database was opened */
  login: string;
  /** the last SET ROLE of the files was a SET LOCAL ROLE */
  roleIsLocal: boolean;
}

/**
 * Run the statements of a file in one transaction: all at once, and if that fails, one by one with a savepoint each, so
 * that a failed statement does not affect the others.
 */
export async function runFile(run: FileRun, statements: readonly ReplayStatement[]): Promise<void> {
  const { db } = run;
  // The transactions of a file count if it rolls one back, or if a setting ends with one.
  const ownTransactions = statements.some(
    ({ text }) => transactionWord(text) === "rollback" || /^\s*set\s+local\b/i.test(text),
  );
  const wanted = ownTransactions ? statements : statements.filter(({ text }) => transactionWord(text) === null);
  const plain = wanted.every(
    ({ text }) =>
      inTransaction(text) &&
      !SETS_SESSION.test(text) &&
      standInFor(text, db.engine) === null &&
      beyond(run, text) === null,
  );
  if (plain && !ownTransactions) {
    try {
      // A line break precedes the semicolon, because a statement may end in a comment.
      await db.exec(`begin;\n${wanted.map(({ text }) => text).join("\n;\n")}\n;\ncommit;`);
      return;
    } catch (error) {
      if (pgErrorOf(error) === null) throw error;
      // Some statement of the file fails: run them one by one, to keep the others and to report which one failed.
      await db.exec("rollback").catch(() => {});
    }
  }
  await runOneByOne(run, wanted);
}

/**
 * A rollback does not undo SET SESSION AUTHORIZATION in PGlite 0.5.16 (measured: "invalid role OID"; PostgreSQL 15 and
 * 18 undo it), so such a file is not tried as a whole.
 */
const SETS_SESSION = /^\s*set\s+(?:session\s+|local\s+)?session\s+authorization\b/i;
/** RESET SESSION AUTHORIZATION does nothing there, while SET with the name of the login does. */
const RESETS_SESSION =
  /^\s*(?:reset\s+session\s+authorization|set\s+(?:session\s+|local\s+)?session\s+authorization\s+default)\s*$/i;
const SETS_ROLE = /^\s*set\s+(?:session\s+|local\s+)?role\b/i;

async function runOneByOne(run: FileRun, statements: readonly ReplayStatement[]): Promise<void> {
  const { db } = run;
  await db.exec("begin");
  for (const statement of statements) {
    const text = RESETS_SESSION.test(statement.text) ? becomeLogin(run.login) : statement.text;
    const word = transactionWord(text);
    if (word !== null) {
      await endTransaction(run, word === "rollback" ? "rollback" : "commit", statement);
      await db.exec("begin");
      continue;
    }
    const why = beyond(run, text);
    if (why !== null) {
      note(run, statement, "reaches-beyond", `\`${firstLineOf(text)}\` was not run: ${why}`, "warning");
      continue;
    }
    if (SETS_ROLE.test(text)) run.roleIsLocal = /^\s*set\s+local\b/i.test(text);
    const replacement = standInFor(text, db.engine);
    let error = replacement && db.engine === "embedded" ? null : await attempt(db, text);
    error = await mended(run, statement, error);
    if (run.restricted && error?.sqlstate === "42501") error = await withoutSuperuser(run, statement, error);
    if (createdBefore(run, text, error)) continue;
    if (replacement && (error !== null || db.engine === "embedded")) error = await standIn(run, replacement, error);
    if (error === null) continue;
    if (lostIndex(run, text, error)) {
      note(
        run,
        statement,
        "index-left-out",
        `\`${firstLineOf(text)}\` needs an extension that a stub replaces: ${error.message}`,
      );
      continue;
    }
    try {
      run.fail({
        file: statement.file,
        line: lineOfError(statement, error),
        firstLine: firstLineOf(text),
        digest: digestOf(text),
        sqlstate: error.sqlstate,
        message: error.message,
        unreliable: describeLoss(text),
      });
    } catch (stop) {
      await db.exec("rollback").catch(() => {});
      throw stop;
    }
  }
  await endTransaction(run, "commit", statements.at(-1));
}

/** Commit or roll back. A commit that fails (a deferred constraint) is a failure of the whole file. */
async function endTransaction(
  run: FileRun,
  how: "commit" | "rollback",
  at: ReplayStatement | undefined,
): Promise<void> {
  try {
    await run.db.exec(how);
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    await run.db.exec("rollback").catch(() => {});
    run.fail({
      file: at?.file ?? "",
      line: at?.line ?? 1,
      firstLine: how,
      digest: digestOf(how),
      sqlstate: raised.sqlstate,
      message: messageOf(error),
      unreliable: "everything in the file up to here",
    });
  }
}

export const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Create the stand-in for an extension, once. Returns the error that Postgres raised, or null. */
async function standIn(
  run: FileRun,
  { extension, sql, what }: Replacement,
  error: PgError | null,
): Promise<PgError | null> {
  const { db, report } = run;
  if (report.standIns.some((other) => other.extension === extension)) return null;
  const raised = await attemptInside(db, sql);
  if (raised !== null) return raised;
  const why = error === null ? "the embedded database does not ship it" : error.message;
  report.standIns.push({ extension, reason: `${why}; ${what}` });
  return null;
}

/**
 * True for CREATE EXTENSION of an extension that was created before the first file, because a statement before this one
 * uses it.
 */
const createdBefore = (run: FileRun, text: string, error: PgError | null): boolean =>
  error?.sqlstate === "42710" &&
  /^\s*create\s+extension\b/i.test(text) &&
  run.implied.some((extension) => error.message.includes(`"${extension}"`));

/**
 * True for an index that uses an access method or operator class of an extension with a stand-in. A unique index
 * restricts the rows, so its loss counts as a failure.
 */
const lostIndex = (run: FileRun, text: string, error: PgError): boolean =>
  error.sqlstate === "42704" && run.report.standIns.length > 0 && /^\s*create\s+index\b/i.test(text);

/** The reason why a statement is not run here; null if it is run. */
const beyond = (run: FileRun, text: string): string | null =>
  run.db.engine === "server" ? reachesBeyond(text, run.foreignRoles) : null;

/**
 * Supply what a statement lacks and run it again, as often as that helps. Returns the error that is left, or null.
 */
async function mended(run: FileRun, { text }: ReplayStatement, first: PgError | null): Promise<PgError | null> {
  const { db, report } = run;
  const tried = new Set<string>();
  let error = first;
  while (error !== null) {
    const mend = mendOf(error);
    if (mend === null || tried.has(JSON.stringify(mend))) break;
    tried.add(JSON.stringify(mend));
    const schema = extensionSchema(report.platform);
    if (mend.kind === "extension" && run.implied.includes(mend.extension)) break;
    if (!(await asLogin(db, run.login, run.roleIsLocal, mendSql(mend, schema)))) break;
    if (mend.kind === "role") report.rolesMade.push(mend.role);
    if (mend.kind === "extension") {
      run.implied.push(mend.extension);
      report.notices.push(extensionImplied([mend.extension], mend.schema ?? schema));
    }
    error = await attempt(db, text);
  }
  return error;
}

/**
 * A statement that only a superuser may run, in a scratch database whose login is none. An object that would go to a
 * superuser stays with the owner of the database, who stands for him; a comment on an extension is left out. Otherwise
 * returns the error, with the flag that lifts it.
 */
async function withoutSuperuser(run: FileRun, at: ReplayStatement, error: PgError): Promise<PgError | null> {
  if (/^\s*comment\s+on\s+extension\b/i.test(at.text)) return null;
  const instead = SETS_ROLE.test(at.text)
    ? "reset role"
    : at.text.replace(/\bowner\s+to\s+(?:"(?:[^"]|"")+"|[\w$]+)\s*$/i, "owner to current_user");
  if (instead !== at.text && (await attempt(run.db, instead)) === null) {
    note(
      run,
      at,
      "superuser-stood-in-for",
      `\`${firstLineOf(at.text)}\` was run as \`${firstLineOf(instead)}\`: ${error.message}`,
    );
    return null;
  }
  return {
    ...error,
    message: `${error.message}; the login of the scratch database is no superuser, --scratch-superuser uses one`,
  };
}

function note(
  run: FileRun,
  at: ReplayStatement,
  code: FindingCode,
  message: string,
  severity: "info" | "warning" = "info",
): void {
  run.report.notices.push(finding(code, severity, { kind: "file", file: at.file, line: at.line }, message));
}

/** The line of an error: for a syntax error its own line, for any other the first line of the statement. */
function lineOfError(statement: ReplayStatement, { position, sqlstate }: PgError): number {
  if (sqlstate !== "42601" || position === null) return statement.line;
  return statement.line + statement.text.slice(0, position - 1).split("\n").length - 1;
}
