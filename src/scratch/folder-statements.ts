import type { UnsetVariable } from "../errors.ts";
import type { MigrationsFolder } from "../migration-tools/index.ts";
import { EARLIER_SUPABASE } from "./platform/index.ts";
import { newReport, type ReplayFailure } from "./replay-report.ts";
import type { ReplayStatement } from "./run-file.ts";
import { splitStatements } from "./split.ts";
import { statementsOf, type CopiedRows } from "./statements-of.ts";

/** The statements of files, in their order, and what could not be split into statements. */
export interface FileStatements {
  statements: string[];
  /** texts of which a part was not read: an unterminated string, a command of psql that decides what runs */
  unread: string[];
}

/** The statements that the replay of a folder runs, without a database. The replay reports what cannot be read. */
export function folderStatements(folder: MigrationsFolder): FileStatements {
  const { statements, unread } = placedStatements(folder);
  return { statements: statements.map(({ text }) => text), unread };
}

/** The same statements, with the files and lines where they are, and the rows of COPY … FROM stdin. */
export function placedStatements(folder: MigrationsFolder): {
  statements: ReplayStatement[];
  copied: CopiedRows[];
  unread: string[];
} {
  const found: ReturnType<typeof placedStatements> = { statements: [], copied: [], unread: [] };
  for (const file of folder.files) {
    const failures: ReplayFailure[] = [];
    const unset: UnsetVariable[] = [];
    const statements = statementsOf(file, {
      projectDir: folder.projectDir,
      above: [],
      variables: new Map(Object.entries(folder.variables)),
      report: newReport(EARLIER_SUPABASE),
      fail: (failure) => failures.push(failure),
      unset,
      copied: found.copied,
    });
    found.statements.push(...statements);
    if (failures.length + unset.length > 0) found.unread.push(file.sql);
  }
  return found;
}

/** The same for a text that belongs to no folder. */
export function textStatements(sql: string): FileStatements {
  const { parts, broken, unset } = splitStatements(sql);
  return {
    statements: parts.flatMap((part) => (part.kind === "statement" ? [part.text] : [])),
    unread: broken !== null || unset.length > 0 ? [sql] : [],
  };
}
