import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { runProgram } from "./cli.ts";
import { debianMissing, startDebianServer, SUPERUSER } from "./debian-server.ts";
import { startServer } from "./server.ts";

const SHIM = createRequire(import.meta.url).resolve("supabase/dist/supabase.js");
const PLPGSQL_CHECK = "/usr/share/postgresql/15/extension/plpgsql_check.control";
const DATABASE = "casino";

// a home directory of its own, and no other environment of the caller: no access token, no linked project, no proxy
const environment = (home: string): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: home,
  NO_COLOR: "1",
  DO_NOT_TRACK: "1",
});

/**
 * The reason why Supabase's CLI does not run on this machine (its binary is an optional package, one for each
 * platform); null if it does.
 */
export const supabaseMissing: string | null = (() => {
  const home = mkdtempSync(join(tmpdir(), "rlsmith-supabase-"));
  try {
    execFileSync(process.execPath, [SHIM, "--version"], { env: environment(home), stdio: "pipe" });
    return null;
  } catch (error) {
    return `supabase --version: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
})();

/** The reason why `supabase db lint` cannot run: it needs the extension plpgsql_check on the server. Null if it can. */
export const lintMissing: string | null = debianMissing ?? (existsSync(PLPGSQL_CHECK) ? null : `no ${PLPGSQL_CHECK}`);

/** A copy of a Supabase project, and a database like that of a new hosted project. */
export interface SupabaseProject {
  /** the copy */
  dir: string;
  /** the database as `postgres`, which is no superuser if the server is Debian's */
  url: string;
  /** Run `supabase <args> --remote=<url>` in the copy. Throws an error with its output if it fails. */
  run(...args: string[]): Promise<string>;
  /** The same with `--output-format json`, parsed. The caller names the type. */
  json<Result>(...args: string[]): Promise<Result>;
  /** Run statements as `postgres`. */
  exec(sql: string): Promise<void>;
  query<Row extends object>(sql: string): Promise<Row[]>;
  stop(): Promise<void>;
}

/**
 * Copy a project and start a server for it: Debian's PostgreSQL 15 if it is installed, otherwise the one of npm's
 * packages.
 */
export async function startSupabase(example: string): Promise<SupabaseProject> {
  const server = await startAny();
  const home = mkdtempSync(join(tmpdir(), "rlsmith-supabase-"));
  const dir = join(home, "project");
  cpSync(example, dir, { recursive: true });
  await execOn(server.url("postgres"), `create database ${DATABASE}`);
  const setUp = readFileSync(new URL("./supabase.sql", import.meta.url), "utf8");
  await execOn(server.url(DATABASE), `${BOOTSTRAP}\n${setUp}`);
  // hosted projects let `postgres` create it; here only a superuser may
  if (lintMissing === null) await execOn(server.url(DATABASE), "create extension plpgsql_check schema extensions");

  const url = server.url(DATABASE, "postgres");
  const run = async (...args: string[]): Promise<string> => {
    // without TLS on purpose: the CLI would otherwise print a warning as text to stdout
    const all = [SHIM, "--workdir", dir, ...args, `--remote=${url}?sslmode=disable`];
    const { code, stdout, stderr } = await runProgram(process.execPath, all, { env: environment(home), cwd: dir });
    if (code !== 0) throw new Error(`supabase ${args.join(" ")}: ${code}\n${stdout}\n${stderr}`);
    return stdout;
  };
  return {
    dir,
    url,
    run,
    json: async <Result>(...args: string[]) => JSON.parse(await run("--output-format", "json", ...args)) as Result,
    exec: async (sql) => execOn(url, sql),
    query: async <Row extends object>(sql: string) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return (await client.query<Row>(sql)).rows;
      } finally {
        await client.end();
      }
    },
    stop: async () => {
      await server.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

interface AnyServer {
  url(database: string, login?: string): string;
  stop(): Promise<void>;
}

async function startAny(): Promise<AnyServer> {
  const debian = await startDebianServer();
  if (debian)
    return {
      url: (database, login = SUPERUSER) => debian.url(database, login),
      stop: async () => debian.stop(),
    };
  const server = await startServer(15);
  return {
    url: (database) => server.url.replace(/postgres$/, database),
    stop: async () => server.stop(),
  };
}

async function execOn(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
