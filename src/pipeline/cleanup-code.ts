import { existsSync } from "node:fs";
import { join, posix } from "node:path";
import {
  aliasesOf,
  cleanCode,
  kindOf,
  namesRetired,
  parseJsonc,
  parseModule,
  SHAPES,
  writeOrder,
  type Cleaned,
  type FileKind,
  type Module,
  type ProjectInput,
  type Retired,
  type WorkspacePackage,
} from "../cleanup/code/index.ts";
import { CONFIG_FILE } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import { counted } from "../report/counted.ts";
import { projectFiles, readTexts, readWorkTree, type WorkTree } from "./code-files.ts";
import { refuseTree, removeOldParts, writeEdits, type EditedFile } from "./edited-files.ts";
import { newErrors, openTrial, type CodeError, type JudgeChoice, type Trial } from "./code-judge.ts";

/** A file of code that changes. */
export interface CodeFile extends EditedFile {
  /** what it is for */
  kind: FileKind;
  /** the path that the file gets, or that it had */
  moved: { to: string } | { from: string; text: string } | null;
}

/** What `rlsmith cleanup --code` may do. */
export interface CodeOptions {
  /** absolute */
  projectDir: string;
  /** change the files; otherwise nothing is written */
  write: boolean;
  /** write although the working tree has changes that are not committed */
  allowDirty: boolean;
  /** a command that checks the code, in the place of the compiler */
  check?: string | undefined;
  progress: Progress;
}

/** A codemod, in words. */
export interface CodeShape {
  id: string;
  title: string;
  why: string;
}

/** What was taken out of the application code, and what is left to a person. */
export interface CodeCleanup extends Omit<Cleaned, "files" | "moved"> {
  files: CodeFile[];
  /** what checked the result; null: nothing changes */
  judge: {
    command: string;
    errorsBefore: number;
    errorsAfter: number;
    /** changed files that it does not read */ unchecked: string[];
  } | null;
  written: boolean;
  /** the codemods of the changes: what each does, and why that is safe */
  shapes: CodeShape[];
  /** the project below the root of its repository; `""` if it is the root */
  prefix: string;
}

const CODE = /\.(?:[mc]?[jt]s|[jt]sx)$/;
const SCRIPT_BLOCKS = /\.(?:vue|svelte|astro)$/;

/**
 * Take what is retired out of the application code. Without `write` nothing is written. Throws ToolError: (usage) the
 * tree is dirty, there is no repository, or nothing that can check the result; (environment) a file cannot be written.
 */
export async function cleanUpCode(retired: Retired, options: CodeOptions): Promise<CodeCleanup> {
  const { projectDir, progress } = options;
  const found = await readWorkTree(projectDir);
  if (options.write) refuseTree(found, options.allowDirty);
  const tree = options.write ? removeOldParts(found, projectDir) : found;
  const read = readProject(tree, projectDir, retired);
  progress.done(
    "code",
    `${counted(read.input.modules.length, "file")}, ${read.named} of them ${read.named === 1 ? "names" : "name"} what is retired`,
  );
  const first = cleanCode(read.input, retired);
  if (first.files.size === 0) return { ...resultOf(first, read, tree), judge: null, written: false };

  const trial = openTrial(tree, projectDir, choiceOf(tree, projectDir, options.check));
  try {
    const judged = await judgeUntilClean(trial, read, retired, first, progress);
    const covered = await trial.covered(judged.cleaned.files);
    const changed = [...judged.cleaned.files].flatMap(([path, text]) => (text === null ? [] : [path]));
    const result = {
      ...resultOf(judged.cleaned, read, tree),
      judge: {
        command: trial.command,
        errorsBefore: judged.before.length,
        errorsAfter: judged.after.length,
        unchecked: covered === null ? [] : changed.filter((path) => !covered.has(path)),
      },
    };
    if (options.write) writeEdits(inOrder(result.files, read), projectDir);
    return { ...result, written: options.write && result.files.length > 0 };
  } finally {
    trial.close();
  }
}

function inOrder(files: readonly CodeFile[], { input }: ReadProject): CodeFile[] {
  const order = writeOrder(
    files.map(({ path }) => path),
    input,
  );
  return files.toSorted((a, b) => order.indexOf(a.path) - order.indexOf(b.path));
}

/** The code of a project. */
export interface ReadProject {
  input: ProjectInput;
  texts: ReadonlyMap<string, string>;
  /** how many files name something that is retired */
  named: number;
}

/** Read the code of a project, with what its imports need. */
export function readProject(tree: WorkTree, projectDir: string, retired: Retired): ReadProject {
  const sources = readTexts(
    projectDir,
    projectFiles(tree, CODE).filter((path) => posix.basename(path) !== CONFIG_FILE),
  );
  const blocks = readTexts(projectDir, projectFiles(tree, SCRIPT_BLOCKS));
  // what is not UTF-8 could not be written back as it was
  const isText = ({ text }: { text: string }): boolean => !text.includes("\uFFFD");
  const parsed = sources.map((source) => ({ source, module: isText(source) ? parseModule(source) : null }));
  const modules = parsed.flatMap(({ module }): Module[] => (module === null ? [] : [module]));
  const unread = [
    ...parsed.flatMap(({ source, module }) => (module === null ? [{ ...source, why: "not-parsed" as const }] : [])),
    ...blocks.map((source) => ({ ...source, why: "script-block" as const })),
  ];
  const json = (path: string): unknown => parseJsonc(readTexts(projectDir, [path])[0]?.text ?? "");
  return {
    input: {
      modules,
      unread,
      aliases: projectFiles(tree, /(?:^|\/)(?:ts|js)config\.json$/).map((path) =>
        aliasesOf(folderOf(path), json(path)),
      ),
      packages: projectFiles(tree, /(?:^|\/)package\.json$/).flatMap((path) => packageOf(folderOf(path), json(path))),
    },
    texts: new Map(sources.map(({ path, text }) => [path, text])),
    named: sources.filter(({ text }) => namesRetired(text, retired)).length,
  };
}

const folderOf = (path: string): string => (posix.dirname(path) === "." ? "" : posix.dirname(path));

function packageOf(folder: string, value: unknown): WorkspacePackage[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Record<string, unknown>;
  const name = typeof fields["name"] === "string" ? fields["name"] : "";
  const texts = (one: unknown): string[] =>
    typeof one === "string"
      ? [one]
      : typeof one === "object" && one !== null
        ? Object.values(one as Record<string, unknown>).flatMap(texts)
        : [];
  const entries = [
    fields["source"],
    fields["types"],
    fields["main"],
    fields["module"],
    fields["exports"],
    fields["bin"],
  ]
    .flatMap(texts)
    .flatMap((entry) => [entry, entry.replace(/^(?:\.\/)?(?:dist|build|lib)\//, "src/")])
    .flatMap((entry) => [
      entry,
      entry.replace(/(?:\.d)?\.([mc]?)[jt]s$/, ".$1ts"),
      entry.replace(/(?:\.d)?\.[mc]?[jt]s$/, ".tsx"),
    ]);
  return [
    {
      name,
      folder,
      private: fields["private"] === true,
      entries: [...new Set(entries)].map((one) => posix.join(folder, one)),
    },
  ];
}

/** The tsconfigs that lead to the project's files: the nearest of each, and those that they refer to. */
export function choiceOf(tree: WorkTree, projectDir: string, check: string | undefined): JudgeChoice {
  if (check !== undefined) return { kind: "command", command: check };
  const found = projectFiles(tree, /(?:^|\/)tsconfig\.json$/);
  const [nearest] = found.includes("tsconfig.json") ? ["tsconfig.json"] : [];
  const start = nearest === undefined ? found : [nearest, ...found.filter((one) => one !== nearest)];
  const all = new Set(start);
  for (const path of all) {
    const { references } = (parseJsonc(readTexts(projectDir, [path])[0]?.text ?? "") ?? {}) as {
      references?: { path?: string }[];
    };
    for (const { path: to = "" } of references ?? []) {
      const file = posix.join(folderOf(path), to);
      const target = file.endsWith(".json") ? file : posix.join(file, "tsconfig.json");
      if (existsSync(join(projectDir, target))) all.add(target);
    }
  }
  if (all.size === 0)
    throw new ToolError(
      "usage",
      "NO_TSCONFIG",
      "the project has no tsconfig.json, so the compiler cannot check the result",
      "name the command that checks the code: --check 'npm run typecheck'",
    );
  return { kind: "tsc", configs: [...all] };
}

/** Rounds in which edits are taken back; each takes back at least those of one file. */
const MOST_ROUNDS = 20;

interface Judged {
  cleaned: Cleaned;
  before: CodeError[];
  after: CodeError[];
}

/** Take edits back until the judge has no error that it had not before. */
async function judgeUntilClean(
  trial: Trial,
  { input, texts }: ReadProject,
  retired: Retired,
  first: Cleaned,
  progress: Progress,
): Promise<Judged> {
  const before = await trial.judge(new Map());
  refuseFailing(before, trial.command);
  progress.done("before", `${before.length} errors of \`${trial.command}\``);
  const frozen = new Map<string, CodeError>();
  let cleaned = first;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const after = await trial.judge(cleaned.files);
    const fresh = newErrors(before, after);
    progress.done("after", `${after.length} errors, ${fresh.length} of them new`);
    if (fresh.length === 0) return { cleaned: withTakenBack(cleaned, frozen), before, after };
    const culprits = fresh.flatMap((error) =>
      culpritsOf(error, cleaned, input).map((path): [string, CodeError] => [path, error]),
    );
    // an error that no file explains: nothing is sure
    const back =
      culprits.length > 0
        ? culprits
        : [...cleaned.files.keys()].map((path): [string, CodeError] => [path, fresh[0] ?? NO_ERROR]);
    for (const [path, error] of back) if (!frozen.has(path)) frozen.set(path, error);
    if (round > MOST_ROUNDS / 2)
      for (const path of texts.keys()) if (!frozen.has(path)) frozen.set(path, fresh[0] ?? NO_ERROR);
    cleaned = cleanCode(input, retired, new Set(frozen.keys()));
    if (cleaned.files.size === 0) return { cleaned: withTakenBack(cleaned, frozen), before, after: before };
  }
  return { cleaned: withTakenBack({ ...cleaned, files: new Map(), changes: [] }, frozen), before, after: before };
}

/** Throws ToolError (usage) where the judge fails on the code as it is, and does not say at which place. */
export function refuseFailing(before: readonly CodeError[], command: string): void {
  const [unplaced] = before.filter(({ path }) => path === "");
  if (unplaced)
    throw new ToolError(
      "usage",
      "CHECK_FAILS",
      `\`${command}\` fails on the code as it is: ${unplaced.message || "no message"}`,
      "correct that first, or name another command with --check",
    );
}

const NO_ERROR: CodeError = { path: "", message: "", line: null };

/** The edited files that an error comes from: its own, or those that it imports. */
function culpritsOf({ path }: CodeError, { files }: Cleaned, { modules }: ProjectInput): string[] {
  if (files.has(path)) return [path];
  const module = modules.find((one) => one.path === path);
  const near = [...files.keys()].filter((file) => module?.text.includes(posix.basename(file).replace(/\.\w+$/, "")));
  return near;
}

const withTakenBack = (cleaned: Cleaned, frozen: ReadonlyMap<string, CodeError>): Cleaned => ({
  ...cleaned,
  decisions: [
    ...cleaned.decisions,
    ...[...frozen].map(([path, error]) => ({
      path,
      line: error.path === path ? (error.line ?? 1) : 1,
      reason: "taken-back" as const,
      what: error.message,
    })),
  ],
});

const resultOf = (cleaned: Cleaned, { texts }: ReadProject, { project }: WorkTree) => ({
  changes: cleaned.changes,
  shapes: SHAPES.filter(({ id }) => cleaned.changes.some(({ shape }) => shape === id)).map(
    ({ id, title, why }): CodeShape => ({ id, title, why }),
  ),
  decisions: cleaned.decisions,
  decided: cleaned.decided,
  mentions: cleaned.mentions,
  files: [...cleaned.files].map(([path, after]): CodeFile => {
    const from = [...cleaned.moved].find(([, to]) => to === path)?.[0];
    const to = cleaned.moved.get(path);
    return {
      path,
      before: texts.get(path) ?? "",
      isNew: !texts.has(path),
      kind: kindOf(path),
      moved: to !== undefined ? { to } : from !== undefined ? { from, text: texts.get(from) ?? "" } : null,
      after,
    };
  }),
  prefix: project,
});
