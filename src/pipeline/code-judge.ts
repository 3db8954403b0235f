import { exec, execFile } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, posix, resolve } from "node:path";
import { ToolError } from "../errors.ts";
import type { WorkTree } from "./code-files.ts";

/** One error of the compiler: its file relative to the project, and the message without the place. */
export interface CodeError {
  path: string;
  message: string;
  line: number | null;
}

/** A copy of the working tree in a temporary folder, on which a judge runs: nothing is written before it is known. */
export interface Trial {
  /** the errors with these texts in the place of the files; null: the file is not there */
  judge(files: ReadonlyMap<string, string | null>): Promise<CodeError[]>;
  /** what is run */
  command: string;
  /** the files of the project that the judge reads with these texts; null: it cannot be said */
  covered(files: ReadonlyMap<string, string | null>): Promise<ReadonlySet<string> | null>;
  close(): void;
}

/** The judge that was asked for: a command, or the compiler of the project over these tsconfigs. */
export type JudgeChoice = { kind: "command"; command: string } | { kind: "tsc"; configs: readonly string[] };

/** Make a copy of a working tree. Throws ToolError (usage) if the project has no compiler. */
export function openTrial(tree: WorkTree, projectDir: string, choice: JudgeChoice): Trial {
  const compiler = choice.kind === "tsc" ? findCompiler(projectDir) : null;
  // the path that the compiler prints
  const copy = realpathSync(mkdtempSync(join(tmpdir(), "rlsmith-code-")));
  const close = (): void => rmSync(copy, { recursive: true, force: true });
  try {
    copyTree(tree, copy);
  } catch (error) {
    close();
    throw error;
  }
  const project = join(copy, tree.project);
  const put = (path: string, text: string | null): void => {
    // a copy of a file that is read-only is so too, and can only be replaced
    rmSync(join(project, path), { force: true });
    if (text === null) return;
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  };
  const originalOf = (path: string): void => {
    put(path, null);
    if (existsSync(join(projectDir, path))) copyFileSync(join(projectDir, path), join(project, path));
  };
  const withTexts = async <T>(files: ReadonlyMap<string, string | null>, work: () => Promise<T>): Promise<T> => {
    for (const [path, text] of files) put(path, text);
    try {
      return await work();
    } finally {
      for (const path of files.keys()) originalOf(path);
    }
  };
  const run = async (): Promise<CodeError[]> => {
    if (choice.kind === "command") return errorsOf(await shell(choice.command, project), project, project);
    const outputs: CodeError[] = [];
    for (const config of choice.configs) {
      const output = await tsc(compiler ?? "", ["--noEmit", "--pretty", "false", "-p", config], project);
      outputs.push(...errorsOf(output, project, project));
    }
    return outputs;
  };
  return {
    judge: async (files) => withTexts(files, run),
    command:
      choice.kind === "command" ? choice.command : choice.configs.map((one) => `tsc --noEmit -p ${one}`).join(" && "),
    covered: async (files) => {
      if (choice.kind === "command") return null;
      const found = new Set<string>();
      for (const config of choice.configs) {
        const list = async (): Promise<Output> => tsc(compiler ?? "", ["--listFilesOnly", "-p", config], project);
        const { text } = await withTexts(files, list);
        for (const line of text.split(/\r?\n/))
          if (line.startsWith(`${project}/`)) found.add(line.slice(project.length + 1));
      }
      return found;
    },
    close,
  };
}

/** The errors of the second run that the first did not have. An error that only moved to another line is the same. */
export function newErrors(before: readonly CodeError[], after: readonly CodeError[]): CodeError[] {
  const keyOf = ({ path, message }: CodeError): string => JSON.stringify([path, message]);
  const left = new Map<string, number>();
  for (const one of before) left.set(keyOf(one), (left.get(keyOf(one)) ?? 0) + 1);
  return after.filter((one) => {
    const count = left.get(keyOf(one)) ?? 0;
    left.set(keyOf(one), count - 1);
    return count <= 0;
  });
}

/** Copy the files of a working tree, and link its packages. */
export function copyTree({ root, files }: WorkTree, copy: string): void {
  const folders = new Set<string>([""]);
  for (const file of files) {
    const to = join(copy, file);
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(root, file), to);
    for (let at = posix.dirname(file); at !== "."; at = posix.dirname(at)) folders.add(at);
  }
  for (const folder of folders) linkModules(join(root, folder), join(copy, folder));
  if (existsSync(join(copy, "node_modules"))) return;
  for (let at = dirname(root); at !== dirname(at); at = dirname(at)) if (linkModules(at, copy)) return;
}

function linkModules(from: string, to: string): boolean {
  const modules = join(from, "node_modules");
  if (!existsSync(modules) || existsSync(join(to, "node_modules"))) return false;
  symlinkSync(realpathSync(modules), join(to, "node_modules"), "dir");
  return true;
}

function findCompiler(projectDir: string): string {
  for (let at = resolve(projectDir); ; at = dirname(at)) {
    const found = join(at, "node_modules/.bin/tsc");
    if (existsSync(found)) return found;
    if (at === dirname(at)) break;
  }
  throw new ToolError(
    "usage",
    "NO_COMPILER",
    "no TypeScript compiler was found in the project's node_modules",
    "install the project's packages, or name the command that checks the code: --check 'npm run typecheck'",
  );
}

interface Output {
  text: string;
  failed: boolean;
}

const tsc = async (compiler: string, args: readonly string[], cwd: string): Promise<Output> =>
  new Promise((done) => {
    execFile(compiler, [...args], { cwd, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      done({ text: `${stdout}${stderr}`, failed: error !== null }),
    );
  });

const shell = async (command: string, cwd: string): Promise<Output> =>
  new Promise((done) => {
    exec(command, { cwd, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      done({ text: `${stdout}${stderr}`, failed: error !== null }),
    );
  });

const TSC_LINE = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/;
const GLOBAL_LINE = /^error (TS\d+: .*)$/;

/** The errors in an output. A failure whose output has none is one error of its own: it is never taken for success. */
function errorsOf({ text, failed }: Output, cwd: string, project: string): CodeError[] {
  const errors = text.split(/\r?\n/).flatMap((line): CodeError[] => {
    const [, file, number, message] = TSC_LINE.exec(line) ?? [];
    const [, overall] = GLOBAL_LINE.exec(line) ?? [];
    if (file !== undefined && message !== undefined) {
      const path = posix.relative(project, resolve(cwd, file));
      return [{ path, message: message.replaceAll(project, "."), line: Number(number) }];
    }
    return overall === undefined ? [] : [{ path: "", message: overall.replaceAll(project, "."), line: null }];
  });
  if (errors.length > 0 || !failed) return errors;
  return [{ path: "", message: lastLineOf(text.replaceAll(project, ".")), line: null }];
}

const lastLineOf = (text: string): string => text.trim().split("\n").at(-1)?.trim() ?? "";
