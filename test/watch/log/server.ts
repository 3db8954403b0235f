import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { startCluster } from "../../faults/cluster.ts";
import { LOGIN, PASSWORD, SCHEMA } from "./rows.ts";

/** A server with a logging collector, the login and the relations of `rows.ts`. */
export interface LoggingServer {
  /** the folder of its log */
  folder: string;
  url(login?: string): string;
  /** Run statements as the superuser. */
  exec(sql: string): Promise<void>;
  /** Change settings and go on in files of a new name; returns that name without its suffix. */
  logTo(name: string, settings: Record<string, string>): Promise<void>;
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLoggingServer(
  bin: string,
  options: { settings?: Record<string, string>; env?: Record<string, string> } = {},
): Promise<LoggingServer> {
  const folder = mkdtempSync(join(tmpdir(), "rlsmith-log-"));
  // the server runs as another user
  chmodSync(folder, 0o777);
  const cluster = await startCluster({
    bin,
    settings: {
      logging_collector: "on",
      log_directory: folder,
      log_file_mode: "0644",
      log_rotation_age: "0",
      max_stack_depth: "200kB",
      compute_query_id: "on",
      ...options.settings,
    },
    ...(options.env ? { env: options.env } : {}),
  });
  const exec = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: cluster.url("postgres") });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };
  // not on the command line, so that a test can change them
  await exec("alter system set log_destination = stderr, csvlog, jsonlog");
  await exec("alter system set log_timezone = 'UTC'");
  await exec("select pg_reload_conf()");
  await exec(SCHEMA);
  return {
    folder,
    url: (login = LOGIN) => cluster.url("postgres", login, PASSWORD),
    exec,
    logTo: async (name, settings) => {
      for (const [setting, value] of Object.entries({ ...settings, log_filename: `${name}.log` }))
        await exec(
          `alter system set ${setting} = ${value.includes("'") ? `e'${value.replaceAll("'", String.raw`\'`)}'` : `'${value}'`}`,
        );
      await exec("select pg_reload_conf()");
      for (let n = 0; !existsSync(join(folder, `${name}.log`)) && n < 200; n += 1) await pause(20);
      await pause(200);
    },
    crash: async () => cluster.crash(),
    stop: async () => {
      await cluster.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Files of a folder that begin so. */
export const filesOf = (folder: string, name: string): string[] =>
  readdirSync(folder).filter((file) => file.startsWith(`${name}.`));

const GERMAN = "de_DE";

/** True where a server can write German: Debian's PostgreSQL 15 has the translations, and localedef makes the locale. */
export const hasGerman: boolean = [
  "/usr/share/locale/de/LC_MESSAGES/postgres-15.mo",
  "/usr/lib/postgresql/15/bin/postgres",
  "/usr/bin/localedef",
  `/usr/share/i18n/locales/${GERMAN}`,
].every((path) => existsSync(path));

/** Make a folder with the locale de_DE.UTF-8, for a server's LOCPATH. */
export function germanLocale(): string {
  const folder = mkdtempSync(join(tmpdir(), "rlsmith-locale-"));
  chmodSync(folder, 0o755);
  // localedef ends with 1 after a warning: the test of the first message tells whether it made it
  spawnSync("localedef", ["-i", GERMAN, "-f", "UTF-8", join(folder, `${GERMAN}.UTF-8`)], { stdio: "ignore" });
  return folder;
}
