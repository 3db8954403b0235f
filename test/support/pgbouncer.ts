import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./server.ts";

const BINARY = "/usr/sbin/pgbouncer";

export interface Pool {
  /** any user and password will do: the pooler logs in by the server URL */
  url: string;
  stop(): Promise<void>;
}

export interface PoolOptions {
  mode?: "transaction" | "session";
  size?: number;
  /** further lines of the [pgbouncer] section */
  settings?: Record<string, string>;
}

/** Start a PgBouncer on the loopback in front of a server; null if it is not installed. */
export async function startPgBouncer(serverUrl: string, options: PoolOptions = {}): Promise<Pool | null> {
  if (!existsSync(BINARY)) return null;
  const server = new URL(serverUrl);
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-pgbouncer-"));
  chmodSync(dir, 0o755);
  const settings = {
    listen_addr: "127.0.0.1",
    listen_port: String(port),
    unix_socket_dir: "",
    auth_type: "any",
    pool_mode: options.mode ?? "transaction",
    default_pool_size: String(options.size ?? 1),
    ignore_startup_parameters: "extra_float_digits,options",
    ...options.settings,
  };
  const file = join(dir, "pgbouncer.ini");
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(
    file,
    [
      "[databases]",
      `* = host=${server.hostname} port=${server.port} user=${decodeURIComponent(server.username)} password=${decodeURIComponent(server.password)}`,
      "[pgbouncer]",
      ...lines,
      "",
    ].join("\n"),
  );
  // PgBouncer refuses to run as root
  const account = process.getuid?.() === 0 ? { uid: idOf("u"), gid: idOf("g") } : {};
  const child = spawn(BINARY, ["-q", file], { stdio: "ignore", ...account });
  const ended = new Promise<void>((done) => child.on("close", () => done()));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  for (let n = 0; !(await listens(port)); n += 1) {
    if (n > 100 || child.exitCode !== null) {
      await stop();
      throw new Error("PgBouncer did not start");
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${port}`;
  return { url: url.toString(), stop };
}

const idOf = (which: "u" | "g"): number => Number(execFileSync("id", [`-${which}`, "nobody"], { encoding: "utf8" }));

const listens = async (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
    socket.once("error", () => done(false));
  });
