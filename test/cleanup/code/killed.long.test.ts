import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { cleanUpCode } from "../../../src/pipeline/cleanup-code.ts";
import { silent } from "../../../src/progress.ts";
import { JITI } from "../../support/cli.ts";
import { RETIRED, type Files } from "./support.ts";

// A run with --write over 200 files that is killed by SIGKILL while it writes. What has to hold: each file is the old
// one or the new one, whole, and a second run brings about what a run that is not killed does.

const ROOT = resolve(import.meta.dirname, "../../..");
const ROUNDS = 12;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const caller = (
  n: number,
): string => `import { setTenantContext, type Session } from "${n % 3 === 0 ? "./tenant-context" : "."}";

/** Größe ${n}. */
export async function list${n}(supabase: Client, session: Session) {
  await setTenantContext(supabase, session);
  return supabase.from("invoice").select("id").eq("tenant_id", session.tenantId).limit(${n});
}
${"// a line that stays\n".repeat(200)}`;

/** A setter with a type that others need, a barrel, a function that calls the setter, and a direct connection. */
const FILES: Files = {
  "lib/tenant-context.ts": `export interface Session {
  tenantId: string;
}

export async function setTenantContext(supabase: Client, session: Session): Promise<void> {
  await supabase.rpc("set_tenant_context", { p_tenant_id: session.tenantId });
}
`,
  "lib/index.ts": `export { setTenantContext, type Session } from "./tenant-context";\nexport { scoped } from "./scoped";\n`,
  "lib/scoped.ts": `import { setTenantContext, type Session } from ".";

export const scoped = async (supabase: Client, session: Session) => {
  await setTenantContext(supabase, session);
};
`,
  "lib/job.ts": `import { scoped, type Session } from ".";

export async function job(supabase: Client, session: Session) {
  await scoped(supabase, session);
  return supabase.from("job").select("id").eq("tenant_id", session.tenantId);
}
`,
  "lib/worker.ts": `import { verifyToken } from "./token";

export async function worker(client: Client, token: string) {
  const claims = verifyToken(token);
  await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
  return client.query("select id from job");
}
`,
  ...Object.fromEntries(Array.from({ length: 195 }, (_one, n) => [`lib/list-${n}.ts`, caller(n)])),
};

function project(): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-killed-"));
  folders.push(dir);
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const stateOf = (dir: string): Files =>
  Object.fromEntries(
    readdirSync(join(dir, "lib")).map((name) => [`lib/${name}`, readFileSync(join(dir, "lib", name), "utf8")]),
  );

const run = async (projectDir: string) =>
  cleanUpCode(RETIRED, { projectDir, write: true, allowDirty: true, check: "true", progress: silent });

/** Run it in a process of its own, and kill that some milliseconds after the first file has its new text. */
async function killWhileWriting(dir: string, script: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, [JITI, script, dir], { stdio: "ignore" });
  const ended = new Promise<void>((done) => child.on("exit", () => done()));
  const isWriting = (): boolean => existsSync(join(dir, "lib/session.ts"));
  const isParted = (): boolean => readdirSync(join(dir, "lib")).some((name) => name.endsWith(".rlsmith-part"));
  while (child.exitCode === null && !(milliseconds < 0 ? isParted() : isWriting())) await sleep(1);
  if (milliseconds > 0) await sleep(milliseconds);
  child.kill("SIGKILL");
  await ended;
}

test("killed at any moment: each file is whole, and a second run completes the work", async () => {
  const whole = project();
  expect((await run(whole)).files.length).toBeGreaterThan(200);
  const after = stateOf(whole);
  expect(Object.values(after).filter((text) => /set_?tenant_?context|app\.tenant_id/i.test(text))).toEqual([]);
  expect(after["lib/session.ts"]).toBe("export interface Session {\n  tenantId: string;\n}\n");

  const script = join(whole, "run.ts");
  writeFileSync(
    script,
    `import { cleanUpCode } from ${JSON.stringify(join(ROOT, "src/pipeline/cleanup-code.ts"))};
import { silent } from ${JSON.stringify(join(ROOT, "src/progress.ts"))};
import { RETIRED } from ${JSON.stringify(join(ROOT, "test/cleanup/code/support.ts"))};

const options = { write: true, allowDirty: true, check: "true", progress: silent };
await cleanUpCode(RETIRED, { projectDir: process.argv[2] ?? "", ...options });
`,
  );
  let mixed = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const dir = project();
    // below 0: while the temporary files are written
    await killWhileWriting(dir, script, round < 3 ? -1 : round - 3);
    const found = Object.entries(stateOf(dir)).filter(([path]) => !path.endsWith(".rlsmith-part"));
    expect(found.filter(([path, text]) => text !== FILES[path] && text !== after[path]).map(([path]) => path)).toEqual(
      [],
    );
    const fresh = found.filter(([path, text]) => text === after[path] && text !== FILES[path]).length;
    if (fresh > 0 && fresh < Object.keys(after).length) mixed += 1;
    await run(dir);
    expect(stateOf(dir)).toEqual(after);
    expect((await run(dir)).files).toEqual([]);
  }
  expect(mixed).toBeGreaterThan(0);
});
