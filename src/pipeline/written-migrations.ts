import type { PlannedText } from "../cleanup/guards/index.ts";
import { projectFiles, readTexts, type WorkTree } from "./code-files.ts";

/** The path of a file that takes a migration back. */
export const WAY_BACK = /(?:^|[._/-])(?:down|rollback|rollbacks|undo)(?:[._/-]|$)/;

/** The migrations of the project that `rlsmith plan` and `rlsmith cleanup --sql` wrote, without the ways back. */
export const writtenMigrations = (tree: WorkTree, projectDir: string): PlannedText[] =>
  readTexts(
    projectDir,
    projectFiles(tree, /\.sql$/).filter((path) => !WAY_BACK.test(path)),
  )
    .filter(({ text }) => isWrittenHere(text))
    .map(({ path, text }) => ({ name: path, text }));

/** True if rlsmith wrote a migration: its checks are functions with these names. */
export const isWrittenHere = (sql: string): boolean => /\bpg_temp\.rlsmith_\w+/.test(sql);

/** Names of the functions that set variables and that one of these migrations drops. */
export const functionsDropped = (migrations: readonly PlannedText[]): string[] =>
  migrations.flatMap(({ text }) =>
    [...text.matchAll(/^\s*drop\s+function\s+(?:if\s+exists\s+)?(?:"?[\w$]+"?\.)?"?([\w$]+)"?\s*\(/gim)].map(
      ([, name = ""]) => name,
    ),
  );
