import type { PlannedText } from "../cleanup/guards/index.ts";
import { functionStatements, isTemporary } from "../pg/function-statement.ts";
import { textStatements } from "../scratch/index.ts";
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
  files.filter(({ text }) => isWrittenHere(text));

/** True if rlsmith wrote a migration: its checks are functions with these names. */
export const isWrittenHere = (sql: string): boolean => /\bpg_temp\.rlsmith_\w+/.test(sql);

/** Names of the functions that one of these migrations drops: `rlsmith cleanup --sql` drops setters alone. */
export const functionsDropped = (migrations: readonly PlannedText[]): string[] =>
  migrations.flatMap(({ text }) =>
    textStatements(text).statements.flatMap((statement) =>
      (functionStatements(statement) ?? []).flatMap((one) =>
        one.kind === "dropped" && !isTemporary(one) ? [one.name] : [],
      ),
    ),
  );
