import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "./server.ts";

const BIN = "/usr/lib/postgresql/15/bin";
const NEEDED = [
  `${BIN}/postgres`,
  "/usr/share/postgresql/15/extension/pgtap.control",
  "/usr/bin/pg_prove",
  "/usr/bin/psql",
];
const PASSWORD = "test-pw";

/**
 * The reason why this machine has no PostgreSQL 15 with pgTAP from Debian; null if it has. For the title of a skipped
 * test.
 */
export const debianMissing: string | null = (() => {
  const missing = NEEDED.filter((file) => !existsSync(file));
  return missing.length === 0 ? null : `no ${missing.join(", no ")}`;
})();

export interface Ran {
  code: number | null;
  output: string;
}

/** A cluster of a test's own, made with Debian's binaries, on a free loopback port. */
export interface DebianServer {
  /** for psql and similar programs: `host` and `port` as environment variables */
  env: Record<string, string>;
  /** the superuser is `root_of_tests`, so that `postgres` can be a login as on Supabase */
  url(database: string, login?: string): string;
  /** Run statements as the superuser. */
  exec(database: string, sql: string): Promise<void>;
  /** Run a file, or all files of a folder. */
  pgProve(database: string, path: string, login?: string): Promise<Ran>;
  /** schema and rows, as pg_dump writes them */
  dump(database: string): Promise<string>;
  stop(): void;
}

export const SUPERUSER = "root_of_tests";

/**
 * Start a PostgreSQL 15 from Debian as an unprivileged user; null if its packages are missing. `stop` removes the data.
 */
export async function startDebianServer(): Promise<DebianServer | null> {
  if (debianMissing !== null) return null;
  const home = mkdtempSync(join(tmpdir(), "rlsmith-debian-"));
  const owner = ownerOfServer();
  if (owner) execFileSync("chown", [`${owner.uid}:${owner.gid}`, home]);
  const data = join(home, "data");
  const run = (program: string, args: string[]): void =>
    void execFileSync(join(BIN, program), args, { ...owner, cwd: home, stdio: "ignore", env: { LC_ALL: "C" } });
  const port = await freePort();
  const password = join(home, "password");
  writeFileSync(password, PASSWORD, { mode: 0o644 });
  const access = ["-U", SUPERUSER, "--auth=scram-sha-256", `--pwfile=${password}`];
  run("initdb", ["-D", data, ...access, "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]);
  const options = `-c port=${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off -c max_connections=30`;
  run("pg_ctl", ["-D", data, "-l", join(home, "log"), "-w", "-o", options, "start"]);
  const stop = (): void => {
    process.off("exit", stop);
    run("pg_ctl", ["-D", data, "-m", "immediate", "-w", "stop"]);
    rmSync(home, { recursive: true, force: true });
  };
  // a worker that ends early must leave no server behind
  process.once("exit", stop);

  const env = { PGHOST: "127.0.0.1", PGPORT: String(port), PGPASSWORD: PASSWORD };
  const url = (database: string, login = SUPERUSER): string =>
    `postgres://${login}:${PASSWORD}@127.0.0.1:${port}/${database}`;
  return {
    env,
    url,
    exec: async (database, sql) => {
      const client = new pg.Client({ connectionString: url(database) });
      await client.connect();
      try {
        await client.query(sql);
      } finally {
        await client.end();
      }
    },
    // extensions and recursion as `supabase test db` has them
    pgProve: async (database, path, login = SUPERUSER) =>
      runToEnd(
        "/usr/bin/pg_prove",
        ["--verbose", "--ext", ".pg", "--ext", ".sql", "-r", "-U", login, "-d", database, path],
        env,
      ),
    dump: async (database) => {
      const { code, output } = await runToEnd(join(BIN, "pg_dump"), ["-U", SUPERUSER, "-d", database], env);
      if (code !== 0) throw new Error(output);
      // a key that differs in every dump
      return output.replaceAll(/^\\(un)?restrict .*\n/gm, "");
    },
    stop,
  };
}

/** Run a program; its output and its messages in one text. */
export async function runToEnd(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ran> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((done, fail) => {
    child.once("error", fail);
    child.on("close", done);
  });
  return { code, output };
}

/**
 * The user that runs the server, since PostgreSQL refuses to run as root; Debian's packages create the user `postgres`.
 */
function ownerOfServer(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** A folder inside the project, so that imports from its files resolve as in the project; git ignores it. */
export function folderInside(): string {
  const cache = join(import.meta.dirname, "../../.cache");
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, "emit-"));
}
