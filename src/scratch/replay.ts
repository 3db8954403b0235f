import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pgErrorOf, type Db, type PgError } from "../db/port.ts";
import { ToolError, messageOf } from "../errors.ts";
import { finding, type Finding } from "../finding.ts";
import { quoteIdent } from "../pg/identifier.ts";
import { describeLoss } from "./loss.ts";
import type { MigrationsFolder } from "./layout.ts";
import type { Scratch } from "./scratch.ts";
import { splitStatements } from "./split.ts";
import { standInFor, type StandIn } from "./stand-ins.ts";
import { inTransaction, kindOf, reachesBeyond } from "./statement.ts";

export interface ReplayFailure {
  /** relative to the project */
  file: string;
  line: number;
  /** the statement's first line, at most 120 characters */
  firstLine: string;
  sqlstate: string;
  message: string;
  /** what it makes unreliable, in words */
  unreliable: string;
}

export interface ReplayReport {
  files: number;
  statements: number;
  failures: ReplayFailure[];
  standIns: StandIn[];
  rolesMade: string[];
  notices: Finding[];
}

interface ReplayStatement {
  text: string;
  file: string;
  line: number;
}

/**
 * Run the files in order, each in a transaction of its own with RESET ALL after it. A statement that fails is reported, and the rest of its
 * file still runs. With `strict` the first failure throws ToolError (environment).
 */
export async function replay(
  scratch: Scratch,
  folder: MigrationsFolder,
  options: { strict?: boolean; onFile?: (n: number, total: number, path: string) => void } = {},
): Promise<ReplayReport> {
  const report: ReplayReport = { files: 0, statements: 0, failures: [], standIns: [], rolesMade: [], notices: [] };
  for (const notice of folder.notices)
    report.notices.push(finding("migration-left-out", "info", { kind: "file", file: folder.folder, line: 1 }, notice));
  const { db } = scratch;
  const [path] = await db.query<{ search_path: string }>("show search_path");
  const fail = (failure: ReplayFailure): void => {
    report.failures.push(failure);
    if (options.strict)
      throw new ToolError(
        "environment",
        "REPLAY_FAILED",
        `${failure.file}:${failure.line} ${failure.sqlstate} ${failure.message}`,
        "mend the migration, or leave --strict out to go on after it",
      );
  };
  for (const [index, file] of folder.files.entries()) {
    options.onFile?.(index + 1, folder.files.length, file.path);
    const statements = statementsOf(file.path, file.sql, file.firstLine, folder.projectDir, [], report, fail);
    report.files += 1;
    report.statements += statements.length;
    await runFile(db, statements, report, fail);
    await db.exec("reset role; reset session authorization; reset all;");
    if (db.engine === "embedded" && path) await db.exec(`set search_path = ${path.search_path}`);
  }
  return report;
}

/** Statements of a file, with \ir followed. */
function statementsOf(
  path: string,
  sql: string,
  firstLine: number,
  projectDir: string,
  above: readonly string[],
  report: ReplayReport,
  fail: (failure: ReplayFailure) => void,
): ReplayStatement[] {
  const { parts, broken } = splitStatements(sql);
  const at = (line: number): number => line + firstLine - 1;
  const statements = parts.flatMap((part): ReplayStatement[] => {
    if (part.kind === "statement") return [{ text: part.text, file: path, line: at(part.line) }];
    if (
      part.command === "ir" ||
      part.command === "include_relative" ||
      part.command === "i" ||
      part.command === "include"
    ) {
      const base =
        part.command.endsWith("r") || part.command.endsWith("relative") ? dirname(join(projectDir, path)) : projectDir;
      const target = resolve(base, part.argument.replaceAll(/^['"]|['"]$/g, ""));
      const name = relative(projectDir, target);
      if (above.includes(target) || !existsSync(target)) {
        fail({
          file: path,
          line: at(part.line),
          firstLine: `\\${part.command} ${part.argument}`,
          sqlstate: "58P01",
          message: above.includes(target) ? `\`${name}\` includes itself` : `\`${name}\` is not there`,
          unreliable: "everything that the included file makes",
        });
        return [];
      }
      return statementsOf(name, readFileSync(target, "utf8"), 1, projectDir, [...above, target], report, fail);
    }
    report.notices.push(
      finding(
        "psql-command",
        "info",
        { kind: "file", file: path, line: at(part.line) },
        `\`\\${part.command}\` is psql's own and was passed over`,
      ),
    );
    return [];
  });
  if (broken)
    fail({
      file: path,
      line: at(broken.line),
      firstLine: firstLineOf(broken.text),
      sqlstate: "42601",
      message: broken.message,
      unreliable: "everything in the file from this line on",
    });
  return statements;
}

async function runFile(
  db: Db,
  statements: readonly ReplayStatement[],
  report: ReplayReport,
  fail: (failure: ReplayFailure) => void,
): Promise<void> {
  const wanted = statements.filter((statement) => {
    const beyond = db.engine === "server" ? reachesBeyond(statement.text) : null;
    if (beyond !== null)
      report.notices.push(
        finding(
          "reaches-beyond",
          "warning",
          { kind: "file", file: statement.file, line: statement.line },
          `\`${firstLineOf(statement.text)}\` was not run: ${beyond}`,
        ),
      );
    return beyond === null && kindOf(statement.text) !== "transaction";
  });
  const outside = wanted.some((statement) => !inTransaction(statement.text));
  const stands = wanted.some((statement) => standInFor(statement.text, db.engine));
  if (!outside && !stands) {
    try {
      await db.exec(`begin;\n${wanted.map((statement) => statement.text).join(";\n")};\ncommit;`);
      return;
    } catch {
      // some statement of the file fails: one by one, to keep the others and to say which
      await db.exec("rollback").catch(() => {});
    }
  }
  await runOneByOne(db, wanted, report, fail);
}

async function runOneByOne(
  db: Db,
  statements: readonly ReplayStatement[],
  report: ReplayReport,
  fail: (failure: ReplayFailure) => void,
): Promise<void> {
  await db.exec("begin");
  for (const statement of statements) {
    const stand = standInFor(statement.text, db.engine);
    if (stand && db.engine === "embedded") {
      await db.exec(stand.sql);
      noteStandIn(report, stand.standIn);
      continue;
    }
    let error = await attempt(db, statement.text);
    for (let role = missingRole(error); role !== null; role = missingRole(error)) {
      await db.exec(`create role ${quoteIdent(role)} nologin`);
      report.rolesMade.push(role);
      error = await attempt(db, statement.text);
    }
    if (error === null) continue;
    if (stand) {
      await db.exec(stand.sql);
      noteStandIn(report, stand.standIn);
      continue;
    }
    try {
      fail({
        file: statement.file,
        line: lineOfError(statement, error.position, error.sqlstate),
        firstLine: firstLineOf(statement.text),
        sqlstate: error.sqlstate,
        message: error.message,
        unreliable: describeLoss(statement.text),
      });
    } catch (stop) {
      await db.exec("rollback").catch(() => {});
      throw stop;
    }
  }
  await db.exec("commit").catch(async (error: unknown) => {
    await db.exec("rollback").catch(() => {});
    const last = statements.at(-1);
    fail({
      file: last?.file ?? "",
      line: last?.line ?? 1,
      firstLine: "commit",
      sqlstate: pgErrorOf(error)?.sqlstate ?? "XX000",
      message: messageOf(error),
      unreliable: "everything in the file",
    });
  });
}

/** Run one statement inside the open transaction, or between two of them where it may not be inside; what Postgres raised, or null. */
async function attempt(db: Db, text: string): Promise<PgError | null> {
  const alone = !inTransaction(text);
  try {
    await db.exec(alone ? "commit" : "savepoint s");
    await db.exec(text);
    await db.exec(alone ? "begin" : "release savepoint s");
    return null;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    await db.exec(alone ? "rollback; begin" : "rollback to savepoint s");
    return raised;
  }
}

/** The role that a statement names and nobody has made. Scratch databases speak English, so the message can be read. */
const missingRole = (error: PgError | null): string | null =>
  error?.sqlstate === "42704" ? (/^role "(.*)" does not exist$/.exec(error.message)?.[1] ?? null) : null;

function noteStandIn(report: ReplayReport, standIn: StandIn): void {
  if (!report.standIns.some((other) => other.extension === standIn.extension)) report.standIns.push(standIn);
}

/** A syntax error is told at its own line, anything else at the statement's first. */
function lineOfError(statement: ReplayStatement, position: number | null, sqlstate: string): number {
  if (sqlstate !== "42601" || position === null) return statement.line;
  return statement.line + statement.text.slice(0, position - 1).split("\n").length - 1;
}

const firstLineOf = (text: string): string => {
  const line = text.trimStart().split("\n")[0] ?? "";
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
};
