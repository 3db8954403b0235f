import { spawn, type ChildProcess } from "node:child_process";

/** A program as the harness starts it, with the URL of the case's database in it. */
export interface Program {
  file: string;
  args: readonly string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
}

export interface Run {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** it did not end by itself and was killed for it */
  hung: boolean;
  ms: number;
}

export interface Running {
  child: ChildProcess;
  ended: Promise<Run>;
}

/** Start a program. It is killed when it runs for longer than the time given. */
export function start(program: Program, timeoutMs: number): Running {
  const began = performance.now();
  const child = spawn(program.file, program.args, {
    cwd: program.cwd ?? process.cwd(),
    env: { ...process.env, NO_COLOR: "1", ...program.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let hung = false;
  child.stdout.on("data", (chunk) => (stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (stderr += String(chunk)));
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const ended = new Promise<Run>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, stdout, stderr, hung, ms: Math.round(performance.now() - began) });
    });
  });
  return { child, ended };
}
