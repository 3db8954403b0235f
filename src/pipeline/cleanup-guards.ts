import { lstatSync } from "node:fs";
import { join, posix, relative, resolve, sep } from "node:path";
import { missingNames, type Retired, type SourceFile } from "../cleanup/code/index.ts";
import { cleanGuards, kindOf, type CleanedGuards, type GuardNames } from "../cleanup/guards/index.ts";
import { CONFIG_FILE } from "../config.ts";
import type { Progress } from "../progress.ts";
import { EMITTED, isEmitted } from "../verify/index.ts";
import { readProject } from "./cleanup-code.ts";
import { projectFiles, readTexts, readWorkTree, type WorkTree } from "./code-files.ts";
import { refuseTree, writeEdits, type EditedFile } from "./edited-files.ts";
import { contextNamesOf } from "./names-before.ts";
import { plannedTexts } from "./planned-texts.ts";
import { configOf } from "./ready.ts";
import type { Source } from "./source.ts";
import { functionsDropped, isWrittenHere, sqlFiles, WAY_BACK, writtenMigrations } from "./written-migrations.ts";

/** What `rlsmith cleanup --guards` may do. */
export interface GuardsOptions {
  /** absolute */
  projectDir: string;
  /** change the files; otherwise nothing is written */
  write: boolean;
  /** write although the working tree has changes that are not committed */
  allowDirty: boolean;
  progress: Progress;
}

/** What was taken out of the guards, and what is left to a person. */
export interface GuardsCleanup extends Omit<CleanedGuards, "files"> {
  files: EditedFile[];
  names: GuardNames;
  /** the migrations that guards were compared with; an empty name: the drop of the functions that set the variables */
  migrations: string[];
  written: boolean;
  /** the project below the root of its repository; `""` if it is the root */
  prefix: string;
}

/** Files that are made by programs, rlsmith too, and that are no text. */
const NOT_READ =
  /(?:^|\/)(?:\.rlsmith|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|dist|build|coverage|\.next|\.turbo|vendor)(?:\/|$)|\.(?:png|jpe?g|gif|ico|webp|pdf|woff2?|ttf|zip|gz|mp4|wasm|map|min\.js)$/i;
const LARGEST_BYTES = 1 << 20;

/**
 * Take out what demands or re-creates the old pattern: hooks, scanners, lint rules, steps, scripts, instructions. Nothing
 * of the project is run. Without `write` nothing is written. Throws ToolError: (usage) the tree is dirty, or there is no
 * repository; (environment) a file cannot be written.
 */
export async function cleanUpGuards(source: Source, retired: Retired, options: GuardsOptions): Promise<GuardsCleanup> {
  const { projectDir, progress } = options;
  const tree = await readWorkTree(projectDir);
  if (options.write) refuseTree(tree, options.allowDirty);
  const texts = textsOf(projectDir, projectFiles(tree, /./));
  const written = writtenMigrations(sqlFiles(tree, projectDir));
  const before: Retired = {
    ...retired,
    functions: new Set([...retired.functions, ...functionsDropped(written)]),
  };
  const read = readProject(tree, projectDir, before);
  const names: GuardNames = {
    settings: before.settings,
    functions: before.functions,
    mixed: new Set([...before.mixed, ...missingNames(read.input, before)]),
    code: await contextNamesOf(tree, projectDir, read, before),
  };
  const migrations = plannedTexts(source, configOf(source), projectDir, written, names.functions);
  const folders = migrationFolders(source, projectDir);
  const files = texts.filter((file) =>
    file.path.endsWith(".sql") ? isOwnSql(file, folders, projectDir) : posix.basename(file.path) !== CONFIG_FILE,
  );
  progress.done("guards", `${files.length} files, ${migrations.length} planned migrations`);
  const { files: changed, ...cleaned } = cleanGuards(
    { files, outside: outsideOf(tree, projectDir), migrations },
    names,
  );
  const textOf = new Map(files.map(({ path, text }) => [path, text]));
  const edits = [...changed].map(([path, after]): EditedFile => ({
    path,
    before: textOf.get(path) ?? "",
    after,
    executable: (lstatSync(join(projectDir, path)).mode & 0o100) !== 0,
  }));
  const sorted = edits.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  if (options.write) writeEdits(sorted, projectDir);
  return {
    ...cleaned,
    files: sorted,
    names,
    migrations: migrations.map(({ name }) => name),
    written: options.write && sorted.length > 0,
    prefix: tree.project,
  };
}

/** Files as texts, without those that are too large, are no UTF-8, or are links to others. */
export function textsOf(dir: string, paths: readonly string[]): SourceFile[] {
  const read = paths.filter((path) => {
    if (NOT_READ.test(path)) return false;
    const stat = lstatSync(join(dir, path));
    return stat.isFile() && stat.size <= LARGEST_BYTES;
  });
  return readTexts(dir, read).filter(({ text }) => !text.includes("\0") && !text.includes("\uFFFD"));
}

/** SQL of the project that is no migration, no way back and none of what rlsmith wrote: seeds, tests, snippets. */
export function isOwnSql({ path, text }: SourceFile, folders: readonly string[], projectDir: string): boolean {
  if (WAY_BACK.test(path) || isWrittenHere(text) || EMITTED.some((kind) => isEmitted(text, kind))) return false;
  const isInside = (folder: string): boolean => !relative(folder, join(projectDir, path)).startsWith("..");
  return folders.length > 0 && !folders.some(isInside);
}

/** The folders of the project's migrations: the one that was read, and the one that the config names. */
export const migrationFolders = (source: Source, projectDir: string): string[] => [
  ...(source.origin.kind === "migrations" ? [source.origin.folder.folder] : []),
  ...[configOf(source).migrations?.folder].flatMap((folder) =>
    folder === undefined ? [] : [resolve(projectDir, folder)],
  ),
];

/** Guards of the repository that the project is a folder of: they may refuse its migrations too. */
function outsideOf(tree: WorkTree, projectDir: string): SourceFile[] {
  if (tree.project === "") return [];
  const paths = tree.files.filter((file) => !file.startsWith(`${tree.project}/`) && kindOf(file, "") !== null);
  return textsOf(tree.root, paths).map(({ path, text }) => ({
    path: relative(projectDir, join(tree.root, path)).split(sep).join("/"),
    text,
  }));
}
