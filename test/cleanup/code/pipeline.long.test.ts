import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { cleanUpCode, type CodeOptions } from "../../../src/pipeline/cleanup-code.ts";
import { silent } from "../../../src/progress.ts";
import { codePatch } from "../../../src/report/code-patch.ts";
import { RETIRED, type Files } from "./support.ts";

// A small project in a folder of its own, with the compiler of this repository.

const MODULES = resolve(import.meta.dirname, "../../../node_modules");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const git = (dir: string, ...args: string[]): string =>
  execFileSync("git", ["-C", dir, "-c", "user.name=dev", "-c", "user.email=dev@example.com", ...args], {
    encoding: "utf8",
  });

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: "es2023",
    module: "esnext",
    moduleResolution: "bundler",
    strict: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noEmit: true,
    types: [],
    paths: { "@/*": ["./*"] },
  },
  include: ["**/*.ts"],
});

const CLIENT = `export interface Client {
  rpc(name: string, args: object): Promise<{ error: Error | null }>;
  from(name: string): Promise<string[]>;
}
`;

function project(files: Files, { commit = true } = {}): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-clean-"));
  folders.push(dir);
  for (const [path, text] of Object.entries({ "tsconfig.json": TSCONFIG, ".gitignore": "node_modules\n", ...files })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  symlinkSync(MODULES, join(dir, "node_modules"), "dir");
  if (!commit) return dir;
  git(dir, "init", "-q");
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "before");
  return dir;
}

const run = async (projectDir: string, options: Partial<CodeOptions> = {}) =>
  cleanUpCode(RETIRED, { projectDir, write: false, allowDirty: false, progress: silent, ...options });

const SIMPLE: Files = {
  "lib/client.ts": CLIENT,
  "lib/context.ts": `import type { Client } from "@/lib/client";

export async function setContext(supabase: Client, tenantId: string): Promise<void> {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
}
`,
  "lib/list.ts": `import type { Client } from "@/lib/client";
import { setContext } from "@/lib/context";

export async function list(supabase: Client, tenantId: string): Promise<string[]> {
  await setContext(supabase, tenantId);
  return supabase.from(tenantId);
}
`,
};

const AFTER = `import type { Client } from "@/lib/client";

export async function list(supabase: Client, tenantId: string): Promise<string[]> {
  return supabase.from(tenantId);
}
`;

describe("a project in git", () => {
  test("gets a patch that git apply takes, and is not touched", async () => {
    const dir = project(SIMPLE);
    const result = await run(dir);
    expect(git(dir, "status", "--porcelain")).toBe("");
    expect(result.decisions).toEqual([]);
    expect(result.judge).toMatchObject({ errorsBefore: 0, errorsAfter: 0, unchecked: [] });
    writeFileSync(join(dir, "..", "p.patch"), codePatch(result));
    git(dir, "apply", join(dir, "..", "p.patch"));
    expect(readFileSync(join(dir, "lib/list.ts"), "utf8")).toBe(AFTER);
    expect(existsSync(join(dir, "lib/context.ts"))).toBe(false);
  });

  test("is edited with --write, and a second run changes nothing", async () => {
    const dir = project(SIMPLE);
    expect((await run(dir, { write: true })).written).toBe(true);
    expect(git(dir, "status", "--porcelain").trim().split("\n")).toEqual([
      " D lib/context.ts".trim(),
      " M lib/list.ts",
    ]);
    expect(readFileSync(join(dir, "lib/list.ts"), "utf8")).toBe(AFTER);
    const again = await run(dir, { write: true, allowDirty: true });
    expect([again.files, again.written, again.judge]).toEqual([[], false, null]);
  });

  test("as a folder of a repository has paths of the repository in its patch", async () => {
    const dir = project(Object.fromEntries(Object.entries(SIMPLE).map(([path, text]) => [`app one/${path}`, text])));
    cpSync(join(dir, "tsconfig.json"), join(dir, "app one/tsconfig.json"));
    const result = await run(join(dir, "app one"));
    writeFileSync(join(dir, "p.patch"), codePatch(result));
    git(dir, "apply", "p.patch");
    expect(readFileSync(join(dir, "app one/lib/list.ts"), "utf8")).toBe(AFTER);
  });

  test("keeps CRLF, and a file without a line feed at its end", async () => {
    const crlf = (SIMPLE["lib/list.ts"] ?? "").replaceAll("\n", "\r\n").trimEnd();
    const dir = project({ ...SIMPLE, "lib/list.ts": crlf });
    const result = await run(dir);
    writeFileSync(join(dir, "p.patch"), codePatch(result));
    git(dir, "apply", "p.patch");
    expect(readFileSync(join(dir, "lib/list.ts"), "utf8")).toBe(AFTER.replaceAll("\n", "\r\n").trimEnd());
  });
});

describe("the judge", () => {
  test("has edits taken back that bring a new error", async () => {
    // the value is made by a call, so it stays, and is then unused: TS6133
    const dir = project({
      ...SIMPLE,
      "lib/purge.ts": `import type { Client } from "@/lib/client";

export async function purge(supabase: Client, next: () => string): Promise<string[]> {
  const tenant = next();
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenant });
  return supabase.from("invoice");
}
`,
    });
    const result = await run(dir);
    expect(result.files.map(({ path }) => path)).toEqual(["lib/context.ts", "lib/list.ts"]);
    expect(result.decisions).toMatchObject([{ path: "lib/purge.ts", line: 4, reason: "taken-back" }]);
    expect(result.decisions[0]?.what).toContain("TS6133");
  });

  test("counts only errors that were not there before", async () => {
    const dir = project({ ...SIMPLE, "lib/wrong.ts": "export const one: number = 'one';\n" });
    const result = await run(dir);
    expect(result.judge).toMatchObject({ errorsBefore: 1, errorsAfter: 1 });
    expect(result.files).toHaveLength(2);
  });

  test("may be a command; one that fails for a reason of its own takes everything back", async () => {
    const dir = project(SIMPLE);
    expect((await run(dir, { check: "true" })).files).toHaveLength(2);
    const refused = await run(dir, { check: "test -e lib/context.ts" });
    expect(refused.files).toEqual([]);
    expect(refused.decisions.map(({ reason }) => reason)).toContain("taken-back");
  });

  test("that fails on the code as it is, and does not say where, is refused", async () => {
    await expect(run(project(SIMPLE), { check: "echo no; exit 1" })).rejects.toMatchObject({ code: "CHECK_FAILS" });
    const broken = project({ ...SIMPLE, "tsconfig.json": '{ "include": ["nothing"] }' });
    const unresolved = await run(broken);
    // without its aliases nothing is found to edit, and that is said
    expect(unresolved.decisions).toMatchObject([{ path: "lib/context.ts", reason: "setter-stays" }]);
    const plain = Object.entries(SIMPLE).map(([path, text]) => [path, text.replaceAll("@/lib/", "./")]);
    const bare = project({ ...Object.fromEntries(plain), "tsconfig.json": '{ "include": ["nothing"] }' });
    await expect(run(bare)).rejects.toMatchObject({ code: "CHECK_FAILS" });
  });

  test("names files that the compiler does not read", async () => {
    const dir = project({
      ...SIMPLE,
      "worker.js": `export async function work(supabase, tenant) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenant });
  return supabase.from(tenant);
}
`,
    });
    expect((await run(dir)).judge?.unchecked).toEqual(["worker.js"]);
  });
});

describe("what is not good input", () => {
  test("a dirty tree is refused with --write alone", async () => {
    const dir = project(SIMPLE);
    writeFileSync(join(dir, "lib/other.ts"), "export const other = 1;\n");
    await expect(run(dir, { write: true })).rejects.toMatchObject({ code: "DIRTY_TREE", list: ["  lib/other.ts"] });
    expect((await run(dir)).files).toHaveLength(2);
    expect((await run(dir, { write: true, allowDirty: true })).written).toBe(true);
  });

  test("no git: a patch, and no --write", async () => {
    const dir = project(SIMPLE, { commit: false });
    expect((await run(dir)).files).toHaveLength(2);
    await expect(run(dir, { write: true })).rejects.toMatchObject({ code: "NOT_UNDER_GIT" });
  });

  test("no tsconfig, no compiler", async () => {
    const relative = Object.entries(SIMPLE).map(([path, text]) => [path, text.replaceAll("@/lib/", "./")]);
    const dir = project(Object.fromEntries(relative));
    rmSync(join(dir, "tsconfig.json"));
    await expect(run(dir)).rejects.toMatchObject({ code: "NO_TSCONFIG" });
    const bare = project(SIMPLE);
    rmSync(join(bare, "node_modules"));
    await expect(run(bare)).rejects.toMatchObject({ code: "NO_COMPILER" });
  });

  test("a read-only file: nothing is written", async () => {
    const dir = project(SIMPLE);
    chmodSync(join(dir, "lib/list.ts"), 0o444);
    await expect(run(dir, { write: true })).rejects.toMatchObject({ code: "CANNOT_WRITE", list: ["  lib/list.ts"] });
    expect(readFileSync(join(dir, "lib/list.ts"), "utf8")).toBe(SIMPLE["lib/list.ts"]);
    expect(existsSync(join(dir, "lib/context.ts"))).toBe(true);
  });

  test("a byte order mark stays, and a file that is not UTF-8 is named", async () => {
    const dir = project({ ...SIMPLE, "lib/list.ts": `\uFEFF${SIMPLE["lib/list.ts"]}` });
    writeFileSync(join(dir, "lib/latin.ts"), Buffer.from("// gr\xf6\xdfe: set_tenant_context\n", "latin1"));
    const result = await run(dir);
    expect(result.files.find(({ path }) => path === "lib/list.ts")?.after).toBe(`\uFEFF${AFTER}`);
    expect(result.decisions).toMatchObject([{ path: "lib/latin.ts", reason: "not-parsed" }]);
  });

  test("a file that does not parse, and script blocks, are named; what they import stays", async () => {
    const dir = project({
      ...SIMPLE,
      "lib/broken.ts": `import { setContext } from "@/lib/context";\nexport const broken = setContext(;\n`,
      "pages/list.vue": `<script setup lang="ts">\nimport { list } from "@/lib/list";\n</script>\n`,
      "pages/set.vue": `<script setup lang="ts">\nawait supabase.rpc("set_tenant_context", {});\n</script>\n`,
    });
    const result = await run(dir);
    expect(result.decisions).toMatchObject([
      { path: "lib/broken.ts", reason: "not-parsed" },
      { path: "lib/context.ts", reason: "setter-stays" },
      { path: "pages/set.vue", reason: "script-block" },
    ]);
    expect(result.files.map(({ path }) => path)).toEqual(["lib/list.ts"]);
  });

  test("what a package exports stays, unless it is private", async () => {
    const files = {
      ...SIMPLE,
      "index.ts": `export { setContext } from "./lib/context";\nexport { list } from "./lib/list";\n`,
    };
    const manifest = (isPrivate: boolean): string =>
      JSON.stringify({ name: "lists", private: isPrivate, exports: { ".": "./index.ts" } });
    const open = await run(project({ ...files, "package.json": manifest(false) }));
    expect(open.files.map(({ path }) => path)).toEqual(["lib/list.ts"]);
    expect(open.decisions).toMatchObject([
      { path: "lib/context.ts", line: 3, reason: "public-api", what: "setContext" },
    ]);
  });
});
