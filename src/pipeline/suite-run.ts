import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { readReport, type SuiteRun } from "../cleanup/tests/index.ts";
import { whenEnding } from "../db/ending.ts";
import type { Config } from "../config.ts";
import { outputFiles, outputNames } from "../migration-tools/index.ts";
import type { OutputPlace } from "../migration-tools/index.ts";
import type { WorkTree } from "./code-files.ts";
import { copyTree } from "./code-judge.ts";

/** How the suite of a project is run. */
export type SuiteCommand = NonNullable<Config["cleanup"]["tests"]>;

/** A state of the database, as the migrations folder of the copy makes it. */
export interface SuiteState {
  /** SQL of a migration behind all others; empty: there is none */
  sql: string;
  /** files of the folder to leave out, relative to the project */
  without: readonly string[];
}

/** What a run of the suite showed, or the reason why there is nothing. */
export type SuiteOutcome = { run: SuiteRun } | { run: null; why: "no-report" | "timeout"; output: string };

/** A copy of the project in which its suite runs on states of the database. */
export interface SuiteCopy {
  /** `files`: texts in the place of the project's; null: the file is not there */
  run(state: SuiteState, files?: ReadonlyMap<string, string | null>): Promise<SuiteOutcome>;
}

/** Copy a project, with the place of its migrations, for runs of its suite. */
export function openSuite(
  tree: WorkTree,
  projectDir: string,
  place: OutputPlace,
  { command, timeoutSeconds }: SuiteCommand,
): SuiteCopy {
  const run = async (
    state: SuiteState,
    files: ReadonlyMap<string, string | null> = new Map(),
  ): Promise<SuiteOutcome> => {
    // a fresh copy each time: what a run leaves behind must not reach the next
    const root = realpathSync(mkdtempSync(join(tmpdir(), "rlsmith-suite-")));
    const remove = (): void => rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    const cancel = whenEnding(async () => remove());
    try {
      copyTree(tree, root);
      const project = join(root, tree.project);
      for (const [path, text] of files) put(join(project, path), text);
      for (const path of state.without) put(join(project, path), null);
      if (state.sql !== "") addMigration(state.sql, place, projectDir, project);
      const report = join(root, "rlsmith-report.json");
      const ended = await shell(command.replaceAll("{report}", report), project, report, timeoutSeconds * 1000);
      const read = existsSync(report)
        ? readReport(readFileSync(report, "utf8"), (file) => relativeTo(project, file))
        : null;
      if (ended.late) return { run: null, why: "timeout", output: ended.output };
      return read ? { run: read } : { run: null, why: "no-report", output: ended.output.replaceAll(root, ".") };
    } finally {
      cancel();
      remove();
    }
  };
  return { run };
}

const relativeTo = (project: string, file: string): string => relative(project, file).split(sep).join("/");

function put(path: string, text: string | null): void {
  // a copy of a file that is read-only can only be replaced
  rmSync(path, { force: true });
  if (text === null) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Write a migration behind all others, in the way of the project's tool. */
function addMigration(sql: string, place: OutputPlace, projectDir: string, project: string): void {
  const own: OutputPlace = {
    ...place,
    folder: join(project, relative(projectDir, place.folder)),
    projectDir: join(project, relative(projectDir, place.projectDir)),
  };
  // later than every file of the project, whatever its date
  const now = new Date(Date.UTC(2099, 11, 31));
  const names = outputNames(own, now);
  for (const { path, content } of outputFiles(own, names, { up: sql, down: "" }, now)) put(path, content);
}

/** The end of what a command has printed. */
const TAIL = 4000;

async function shell(
  command: string,
  cwd: string,
  report: string,
  milliseconds: number,
): Promise<{ output: string; late: boolean }> {
  return new Promise((done) => {
    const env = { ...process.env, RLSMITH_REPORT: report };
    // a group of its own, so that what the command has started ends with it
    const child = spawn(command, { cwd, env, shell: true, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let late = false;
    const add = (chunk: Buffer): void => void (output = (output + chunk.toString("utf8")).slice(-TAIL));
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    const end = (signal: NodeJS.Signals): void => {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, signal);
      } catch {
        // it has ended
      }
    };
    const timer = setTimeout(() => {
      late = true;
      end("SIGKILL");
    }, milliseconds);
    // a group of its own gets no signal of the terminal
    const cancel = whenEnding(async () => end("SIGKILL"));
    child.on("close", () => {
      clearTimeout(timer);
      cancel();
      done({ output, late });
    });
    child.on("error", (error) => {
      output += error.message;
    });
  });
}
