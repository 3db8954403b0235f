import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pgErrorOf } from "../db/port.ts";
import { ToolError } from "../errors.ts";
import { finding } from "../finding.ts";
import { quoteIdent } from "../pg/identifier.ts";
import type { MigrationsFolder } from "../migration-tools/index.ts";
import { beforeFile, EARLIER_SUPABASE, type Platform } from "./platform/index.ts";
import { extensionsImplied } from "./prepare.ts";
import { extensionImplied, extensionSchema } from "./implied.ts";
import { limited, type StatementLimit } from "./limit.ts";
import { digestOf, firstLineOf, runFile, type FileRun, type ReplayStatement } from "./run-file.ts";
import type { Scratch } from "./scratch.ts";
import { splitStatements } from "./split.ts";
import { becomeLogin } from "./mend.ts";
import type { ReplayFailure, ReplayReport } from "./replay-report.ts";

export interface ReplayOptions {
  /** the platform with which the scratch database was opened; default: as in openScratch */
  platform?: Platform;
  strict?: boolean;
  /** default: none */
  limit?: StatementLimit | undefined;
  onFile?: (n: number, total: number, path: string) => void;
}

/**
 * Run the files in order, each in its own transaction with RESET ALL after it. A failed statement is reported, and the
 * rest of its file still runs. With `strict`, the first failure throws ToolError (environment).
 */
export async function replay(
  scratch: Scratch,
  folder: MigrationsFolder,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const platform = options.platform ?? EARLIER_SUPABASE;
  const report: ReplayReport = {
    platform,
    files: 0,
    statements: 0,
    failures: [],
    standIns: [],
    rolesMade: [],
    notices: [],
  };
  for (const notice of folder.notices)
    report.notices.push(finding("migration-left-out", "info", { kind: "file", file: folder.folder, line: 1 }, notice));
  const watched = options.limit ? limited(scratch.db, scratch.cancel, options.limit) : null;
  const db = watched?.db ?? scratch.db;
  try {
    const [start] = await db.query<{ path: string; login: string }>(
      "select current_setting('search_path') as path, session_user::text as login",
    );
    const login = start?.login ?? "postgres";
    const fail = (failure: ReplayFailure): void => {
      report.failures.push(failure);
      if (options.strict)
        throw new ToolError(
          "environment",
          "REPLAY_FAILED",
          `${failure.file}:${failure.line} ${failure.sqlstate} ${failure.message}`,
          "correct the migration, or leave --strict out to continue after it",
        );
    };
    const run: FileRun = {
      db,
      report,
      fail,
      foreignRoles: scratch.foreignRoles,
      implied: [],
      restricted: scratch.restricted,
      login,
      roleIsLocal: false,
    };
    const schema = extensionSchema(platform);
    await createImplied(run, extensionsImplied(folder, schema), schema);
    for (const [index, file] of folder.files.entries()) {
      options.onFile?.(index + 1, folder.files.length, file.path);
      const statements = statementsOf(file, { projectDir: folder.projectDir, above: [], report, fail });
      const first = beforeFile(platform, file.path);
      if (first !== "") await db.exec(first);
      report.files += 1;
      report.statements += statements.length;
      await runFile(run, statements);
      await db.exec(`${becomeLogin(login)}; reset role; reset all;`);
      if (db.engine === "embedded" && start) await db.exec(`set search_path = ${start.path}`);
    }
  } finally {
    watched?.end();
  }
  await scratch.grantRoles();
  return report;
}

/**
 * Create the extensions that the files use and none of them creates first, if the project's server has them. An
 * extension that is not available is skipped: the statements that use it then fail and are reported.
 */
async function createImplied(
  { db, report, implied }: FileRun,
  extensions: readonly string[],
  schema: string,
): Promise<void> {
  for (const extension of extensions)
    try {
      await db.exec(`create extension if not exists ${quoteIdent(extension)} with schema ${schema}`);
      implied.push(extension);
    } catch (error) {
      if (pgErrorOf(error) === null) throw error;
    }
  if (implied.length > 0) report.notices.push(extensionImplied(implied, schema));
}

/** The place from which a file is read, and where its faults are reported. */
interface Including {
  projectDir: string;
  /** the files that include it */
  above: readonly string[];
  report: ReplayReport;
  fail: (failure: ReplayFailure) => void;
}

/** The statements of a file, with \ir followed. */
function statementsOf(
  { path, sql, firstLine }: MigrationsFolder["files"][number],
  including: Including,
): ReplayStatement[] {
  const { projectDir, above, report, fail } = including;
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
          digest: digestOf(part.argument),
          sqlstate: "58P01",
          message: above.includes(target) ? `\`${name}\` includes itself` : `\`${name}\` does not exist`,
          unreliable: "everything that the included file creates",
        });
        return [];
      }
      const included = { path: name, sql: readFileSync(target, "utf8"), firstLine: 1 };
      return statementsOf(included, { ...including, above: [...above, target] });
    }
    report.notices.push(
      finding(
        "psql-command",
        "info",
        { kind: "file", file: path, line: at(part.line) },
        part.command === "copy rows"
          ? `the rows of \`${firstLineOf(part.argument)}\` were skipped`
          : `\`\\${part.command}\` is a command of psql and was skipped`,
      ),
    );
    return [];
  });
  if (broken)
    fail({
      file: path,
      line: at(broken.line),
      firstLine: firstLineOf(broken.text),
      digest: digestOf(broken.text),
      sqlstate: "42601",
      message: broken.message,
      unreliable: "everything in the file from this line on",
    });
  return statements;
}
