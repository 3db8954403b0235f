import { pgErrorOf, type Db } from "../db/port.ts";
import { ToolError, UnsetVariables, type UnsetVariable } from "../errors.ts";
import { finding } from "../finding.ts";
import { quoteIdent } from "../pg/identifier.ts";
import type { MigrationsFolder } from "../migration-tools/index.ts";
import { beforeFile, EARLIER_SUPABASE, type Platform } from "./platform/index.ts";
import { extensionsImplied } from "./prepare.ts";
import { extensionImplied, extensionSchema } from "./implied.ts";
import { limited, type StatementLimit } from "./limit.ts";
import { runFile, type FileRun } from "./run-file.ts";
import type { Scratch } from "./scratch.ts";
import { statementsOf } from "./statements-of.ts";
import { becomeLogin } from "./mend.ts";
import { newReport, type ReplayFailure, type ReplayReport } from "./replay-report.ts";

export interface ReplayOptions {
  /** the platform with which the scratch database was opened; default: as in openScratch */
  platform?: Platform;
  strict?: boolean;
  /** throw UnsetVariables for a variable of psql without a value; default: its statement fails */
  refuseUnset?: boolean;
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
  const report = newReport(platform);
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
    const given = new Map([...(await ofSession(db)), ...Object.entries(folder.variables)]);
    const unset: UnsetVariable[] = [];
    const read = folder.files.map((file) => {
      // the runner starts psql once for each file
      const including = { projectDir: folder.projectDir, above: [], variables: new Map(given), report, fail, unset };
      return { file, statements: statementsOf(file, including) };
    });
    if (options.refuseUnset && unset.length > 0) throw new UnsetVariables(unset);
    for (const [index, { file, statements }] of read.entries()) {
      options.onFile?.(index + 1, folder.files.length, file.path);
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

/** The variables that psql sets itself when it connects. */
async function ofSession(db: Db): Promise<[string, string][]> {
  const [row] = await db.query<Record<string, string>>(
    `select current_database()::text as "DBNAME", session_user::text as "USER", 'UTF8' as "ENCODING",
       current_setting('server_version_num') as "SERVER_VERSION_NUM"`,
  );
  return Object.entries(row ?? {});
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
