import { spawn } from "node:child_process";
import { z } from "zod";
import { jsonOf } from "./management-api.ts";
import { faultOfStatus, type AskLogs, type LogAnswer } from "./service.ts";

/** The program that asks for the logs of a project. */
export interface SupabaseCli {
  /** the reference of the project */
  project: string;
  /** how it is run, by the shell: `npx supabase` */
  program: string;
  /** the folder in which it is run */
  cwd: string;
}

/** Milliseconds: the program tries again by itself when it is told to wait. */
const PATIENCE = 90_000;

const REF = /^[a-z0-9-]{1,64}$/;

/**
 * Asks by `supabase logs --remote=<ref> --file -` of the Supabase CLI, version 3 (measured with 3.1.0, November 2026): the
 * query is its standard input, and its standard output the rows as a JSON array, or `{ _tag: "Error", error: { code,
 * message } }`. It has a login of its own, so that no access token has to be in the environment.
 */
export function askSupabaseCli({ project, program, cwd }: SupabaseCli): AskLogs {
  return async (sql, { from, to }) => {
    if (!REF.test(project)) return { fault: "endpoint", retryAfter: null };
    const command = `${program} logs --remote=${project} --file - --from ${from} --to ${to} --output-format json`;
    const printed = await outputOf(command, cwd, sql);
    return printed === null ? { fault: "no answer", retryAfter: null } : answerOf(printed);
  };
}

const failed = z.object({ _tag: z.literal("Error"), error: z.object({ message: z.string() }) });

function answerOf({ code, text }: { code: number | null; text: string }): LogAnswer {
  const value = jsonOf(text);
  if (code === 0) return Array.isArray(value) ? { rows: value } : { fault: "answer", retryAfter: null };
  const said = failed.safeParse(value);
  const status = said.success ? /\bHTTP (\d{3})\b/.exec(said.data.error.message)?.[1] : undefined;
  return { fault: (status === undefined ? null : faultOfStatus(Number(status))) ?? "program", retryAfter: null };
}

/** What a command prints, and its exit code; null: it did not end in time. Its standard error may hold what the user has typed, and is not read. */
async function outputOf(
  command: string,
  cwd: string,
  input: string,
): Promise<{ code: number | null; text: string } | null> {
  // a group of its own, so that what the shell has started ends with it
  const child = spawn("/bin/sh", ["-c", command], { cwd, stdio: ["pipe", "pipe", "ignore"], detached: true });
  const parts: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => parts.push(chunk));
  // a program that ends before it has read its input
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  return await new Promise((done) => {
    const late = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      child.stdout.destroy();
      done(null);
    }, PATIENCE);
    const end = (code: number | null): void => {
      clearTimeout(late);
      done({ code, text: Buffer.concat(parts).toString("utf8") });
    };
    child.once("error", () => end(null));
    child.once("close", end);
  });
}
