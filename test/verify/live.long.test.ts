import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSource } from "../../src/pipeline/source.ts";
import { verifySource } from "../../src/pipeline/verify.ts";
import { silent } from "../../src/progress.ts";
import type { Cell } from "../../src/verify/matrix/cell.ts";
import type { Verification } from "../../src/verify/matrix/verification.ts";
import { project, rlsmith } from "../support/cli.ts";
import { startPgBouncer } from "../support/pgbouncer.ts";
import { startTarget, type TestTarget } from "../support/target.ts";

const JITI = resolve(import.meta.dirname, "../../node_modules/jiti/lib/jiti-cli.mjs");
const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
const CONFIG = `import { defineConfig } from "rlsmith";
export default defineConfig({ context: {
  "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
  "app.role": { claim: "app_metadata.role", type: "text" },
} });`;

describe.each([15, 18] as const)("a live PostgreSQL %i, as the owner's login, which is no superuser", (major) => {
  let target: TestTarget;
  let dir: string;
  let before: string;
  beforeAll(async () => {
    target = await startTarget(major);
    dir = project({ "rlsmith.config.ts": CONFIG });
    before = await target.dump();
  });
  afterAll(async () => target.stop());

  async function attacked(url: string, writes: boolean): Promise<{ found: Verification; cells: Cell[] }> {
    const source = await openSource({
      projectDir: dir,
      db: url,
      scratch: { kind: "embedded" },
      strict: false,
      progress: silent,
    });
    const cells: Cell[] = [];
    const found = await verifySource(source, { writes }, (cell) => cells.push(cell), silent);
    await source.close();
    return { found, cells };
  }

  const isWrite = ({ command }: Cell): boolean => ["INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"].includes(command);

  test("reads rows that are there, tries no write, and leaves no trace", async () => {
    const { found, cells } = await attacked(target.url, false);
    expect(found.ground).toBe("live, read-only");
    // the members whom the tables name are the personas, and see their own rows
    const seen = cells.filter(({ attack, personaClass }) => attack === "read" && personaClass === "member");
    expect(seen.some(({ outcome }) => outcome.kind === "allowed" && outcome.own > 0)).toBe(true);
    expect(cells.filter((cell) => isWrite(cell) && cell.outcome.kind === "allowed")).toEqual([]);
    expect(found.notes.map(({ code }) => code)).toContain("read-only");
    // policies of target.sql believe app.org_id: with it set to another tenant, that tenant's rows come
    expect(found.breaches.map(({ door }) => door)).toContain("session-variable");
    expect(await target.dump()).toBe(before);
  });

  test("puts rows in, writes, rolls back, and leaves no trace", async () => {
    const { found, cells } = await attacked(target.url, true);
    expect(found.ground).toBe("live, writes rolled back");
    expect(cells.some((cell) => isWrite(cell) && cell.outcome.kind === "allowed" && cell.outcome.own > 0)).toBe(true);
    expect(found.breaches.map(({ door }) => door)).toContain("session-variable");
    // what it cannot do without superuser it says
    expect(found.notes.map(({ message }) => message).join("\n")).toContain("may not set session_replication_role");
    expect(await target.dump()).toBe(before);
  });

  test("the command line says nothing of the password, and ends with 1", async () => {
    const { code, stdout, stderr } = await rlsmith(["verify", dir, "--db", target.url, "-w"]);
    expect(code).toBe(1);
    expect(stdout).toContain("session-variable");
    expect(`${stdout}${stderr}`).not.toContain("owner-pw");
    expect(await target.dump()).toBe(before);
  });

  test("writes are refused where there is no live database to allow them on", async () => {
    const { code, stderr } = await rlsmith(["verify", dir, "-w"]);
    expect(code).toBe(2);
    expect(stderr).toContain("NOTHING_TO_ALLOW");
  });

  async function ended(how: (child: ReturnType<typeof spawn>) => Promise<void>): Promise<number | null> {
    const child = spawn(process.execPath, [JITI, MAIN, "verify", dir, "--db", target.url, "-w"], { stdio: "ignore" });
    const over = new Promise<number | null>((done) => child.on("close", done));
    // in the middle of it: a transaction that has written something is open
    const open = "select from pg_stat_activity where application_name = 'rlsmith verify' and backend_xid is not null";
    while ((await target.admin.query(open)).length === 0) {
      expect(child.exitCode, "it was over before it could be ended").toBeNull();
      await new Promise((done) => setTimeout(done, 5));
    }
    await how(child);
    return over;
  }

  const signal =
    (name: NodeJS.Signals) =>
    async (child: ReturnType<typeof spawn>): Promise<void> =>
      void child.kill(name);

  test.each([
    ["Ctrl-C", "SIGINT", 130],
    ["SIGTERM", "SIGTERM", 143],
    ["a killed process", "SIGKILL", null],
  ] as const)("no trace after %s", async (_, name, code) => {
    expect(await ended(signal(name))).toBe(code);
    await target.left();
    expect(await target.dump()).toBe(before);
  });

  test("no trace after the server cut the connection", async () => {
    const code = await ended(async () => {
      await target.admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'rlsmith verify'",
      );
    });
    expect(code).toBe(4);
    await target.left();
    expect(await target.dump()).toBe(before);
  });

  test("through a pool in transaction mode, what one client leaves behind another finds", async ({ skip }) => {
    const pool = await startPgBouncer(target.url);
    if (!pool) return skip("there is no PgBouncer on this machine");
    try {
      const { found, cells } = await attacked(pool.url, true);
      expect(found.notes.map(({ code }) => code)).toContain("pool-leaks");
      const left = cells.filter(({ standing }) => standing === "left over in the pool");
      expect(left.some(({ judgement, command }) => judgement === "breach" && command === "SELECT")).toBe(true);
      // nothing of it is left for the next client
      const other = await import("../../src/db/server.ts").then(async ({ openServer }) => openServer(pool.url));
      const [row] = await other.query<{ value: string | null }>("select current_setting('app.org_id', true) as value");
      expect(row?.value ?? "").toBe("");
      await other.close();
    } finally {
      await pool.stop();
    }
    await target.left();
    expect(await target.dump()).toBe(before);
  });
});
