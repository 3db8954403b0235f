import { resolve } from "node:path";
import type { PlannedText } from "../cleanup/guards/index.ts";
import type { MigrationsFolder } from "../migration-tools/index.ts";
import { functionStatements, isTemporary } from "../pg/function-statement.ts";
import { textStatements } from "../scratch/index.ts";
import { EMITTED, isEmitted } from "../verify/index.ts";
import { projectFiles, readTexts, type WorkTree } from "./code-files.ts";

/** The path of a file that takes a migration back. */
export const WAY_BACK = /(?:^|[._/-])(?:down|rollback|rollbacks|undo)(?:[._/-]|$)/;

/** The files of SQL of a project, without the ways back. */
export const sqlFiles = (tree: WorkTree, projectDir: string): PlannedText[] =>
  readTexts(
    projectDir,
    projectFiles(tree, /\.sql$/).filter((path) => !WAY_BACK.test(path)),
  ).map(({ path, text }) => ({ name: path, text }));

/** The migrations of the project that `rlsmith plan` and `rlsmith cleanup --sql` wrote, without the ways back. */
export const writtenMigrations = (files: readonly PlannedText[]): PlannedText[] =>
  files.filter(({ text }) => isWrittenHere(text) && !EMITTED.some((kind) => isEmitted(text, kind)));

/** True if rlsmith wrote a migration: its checks are functions with these names. */
export const isWrittenHere = (sql: string): boolean => /\bpg_temp\.rlsmith_\w+/.test(sql);

/**
 * The absolute paths of a migration of a folder, and of those that rlsmith wrote after it, such as the clean-up of SQL:
 * without them the folder makes the state before. None if the migration is not in the folder.
 */
export function filesFrom({ files, projectDir }: MigrationsFolder, migration: string): string[] {
  const all = files.map(({ path, sql }) => ({ sql, path: resolve(projectDir, path) }));
  const at = all.findIndex(({ path }) => path === resolve(migration));
  if (at === -1) return [];
  return all.slice(at).flatMap(({ path, sql }, n) => (n === 0 || isWrittenHere(sql) ? [path] : []));
}

/** Names of the functions that one of these migrations drops: `rlsmith cleanup --sql` drops setters alone. */
export const functionsDropped = (migrations: readonly PlannedText[]): string[] =>
  migrations.flatMap(({ text }) =>
    textStatements(text).statements.flatMap((statement) =>
      (functionStatements(statement) ?? []).flatMap((one) =>
        one.kind === "dropped" && !isTemporary(one) ? [one.name] : [],
      ),
    ),
  );
