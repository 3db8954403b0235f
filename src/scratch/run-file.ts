import { pgErrorOf, type Db, type PgError } from "../db/port.ts";
import { messageOf } from "../errors.ts";
import { finding, type FindingCode } from "../finding.ts";
import { quoteIdent } from "../pg/identifier.ts";
import { describeLoss } from "./loss.ts";
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
  /** the extensions that were created before the first file */
  implied: string[];
}

/**
 * Run the statements of a file in one transaction: all at once, and if that fails, one by one with a savepoint each, so
 * that a failed statement does not affect the others.
 */
export async function runFile(run: FileRun, statements: readonly ReplayStatement[]): Promise<void> {
  const { db } = run;
  const rollsBack = statements.some(({ text }) => transactionWord(text) === "rollback");
  const wanted = rollsBack ? statements : statements.filter(({ text }) => transactionWord(text) === null);
  const plain = wanted.every(
    ({ text }) => inTransaction(text) && standInFor(text, db.engine) === null && beyond(run, text) === null,
  );
  if (plain && !rollsBack) {
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

async function runOneByOne(run: FileRun, statements: readonly ReplayStatement[]): Promise<void> {
  const { db, report } = run;
  await db.exec("begin");
  for (const statement of statements) {
    const { text } = statement;
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
    const replacement = standInFor(text, db.engine);
    let error = replacement && db.engine === "embedded" ? null : await attempt(db, text);
    for (let role = missingRole(error); role !== null; role = missingRole(error)) {
      if ((await attempt(db, `create role ${quoteIdent(role)} nologin`)) !== null) break;
      report.rolesMade.push(role);
      error = await attempt(db, text);
    }
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
      sqlstate: raised.sqlstate,
      message: messageOf(error),
      unreliable: "everything in the file up to here",
    });
  }
}

/**
 * Run one statement inside the open transaction, or outside of it where the statement is not allowed inside. Returns
 * the error that Postgres raised, or null.
 */
async function attempt(db: Db, text: string): Promise<PgError | null> {
  const error = inTransaction(text) ? await attemptInside(db, text) : null;
  // 25001: the statement cannot run inside a transaction block; 55P04: it uses an enum value that the open transaction
  // added (Postgres manual, ALTER TYPE)
  if (inTransaction(text) && error?.sqlstate !== "25001" && error?.sqlstate !== "55P04") return error;
  try {
    await db.exec("commit");
    await db.exec(text);
    await db.exec("begin");
    return null;
  } catch (thrown) {
    const raised = pgErrorOf(thrown);
    if (raised === null) throw thrown;
    await db.exec("rollback; begin");
    return raised;
  }
}

async function attemptInside(db: Db, text: string): Promise<PgError | null> {
  await db.exec("savepoint s");
  try {
    await db.exec(text);
    await db.exec("release savepoint s");
    return null;
  } catch (thrown) {
    const raised = pgErrorOf(thrown);
    if (raised === null) throw thrown;
    await db.exec("rollback to savepoint s");
    return raised;
  }
}

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
 * The role in a statement that does not exist. Scratch databases have English messages, so the message can be parsed.
 */
const missingRole = (error: PgError | null): string | null =>
  // SET ROLE raises 22023
  error?.sqlstate === "42704" || error?.sqlstate === "22023"
    ? (/^role "(.*)" does not exist$/.exec(error.message)?.[1] ?? null)
    : null;

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

/** The first line of a statement, at most 120 characters. */
export const firstLineOf = (text: string): string => {
  const line = text.trimStart().split("\n")[0] ?? "";
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
};
