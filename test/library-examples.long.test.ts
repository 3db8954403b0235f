import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { project, runProgram, type CliResult } from "./support/cli.ts";

const ROOT = resolve(import.meta.dirname, "..");
let user: string;

/**
 * A folder of a user outside of the repository: the package is in its node_modules as `npm pack` makes it, beside its
 * dependencies, and the programs are compiled against the package's own types.
 */
beforeAll(() => {
  user = mkdtempSync(join(tmpdir(), "rlsmith-test-"));
  const made = join(user, "made");
  for (const file of ["src", "scripts", "docs", "package.json", "tsconfig.json", "tsconfig.build.json"])
    cpSync(join(ROOT, file), join(made, file), { recursive: true });
  mkdirSync(join(made, "examples"));
  cpSync(join(ROOT, "examples/casino"), join(made, "examples/casino"), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(made, "node_modules"));
  const run = (program: string, args: readonly string[], cwd: string): string =>
    execFileSync(program, args, { cwd, encoding: "utf8" });
  // `prepack` builds it
  run("npm", ["pack", "--offline", "--silent"], made);
  const [tarball = ""] = readdirSync(made).filter((file) => file.endsWith(".tgz"));
  const modules = join(user, "node_modules");
  mkdirSync(join(modules, "rlsmith"), { recursive: true });
  run("tar", ["-xzf", join(made, tarball), "-C", join(modules, "rlsmith"), "--strip-components=1"], user);
  rmSync(made, { recursive: true });
  for (const name of readdirSync(join(ROOT, "node_modules")).filter((one) => one !== "rlsmith" && !one.startsWith(".")))
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  cpSync(join(ROOT, "examples/library"), user, { recursive: true });
  writeFileSync(
    join(user, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "es2023",
        module: "nodenext",
        types: ["node"],
        exactOptionalPropertyTypes: true,
        outDir: "compiled",
      },
      include: ["*.ts"],
    }),
  );
  run(join(ROOT, "node_modules/.bin/tsc"), ["-p", "."], user);
}, 300_000);
afterAll(() => rmSync(user, { recursive: true, force: true }));

const example = async (name: string, ...args: string[]): Promise<CliResult> =>
  runProgram(process.execPath, [join("compiled", `${name}.js`), ...args], { cwd: user, env: process.env });

const SCHEMA = `create table public.doc (id uuid primary key, org_id uuid not null, title text);
alter table public.doc enable row level security;
grant select on public.doc to authenticated;`;
const CLAIM = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";
const VARIABLE = "nullif(current_setting('app.org_id', true), '')::uuid";

const withPolicy = (using: string, config = "{}"): string =>
  project({
    "supabase/migrations/20250101000000_a.sql": `${SCHEMA} create policy doc_read on public.doc for select to authenticated using (${using});`,
    "rlsmith.config.ts": `export default ${config};`,
  });

test("prove: 1 if the second folder allows more, 0 if it allows less or the same", async () => {
  const [narrow, wide] = [withPolicy(`org_id = ${CLAIM}`), withPolicy(`org_id = ${CLAIM} or title = 'public'`)];
  const opened = await example("prove", narrow, wide);
  expect(opened).toMatchObject({ code: 1, stderr: "" });
  expect(opened.stdout).toMatch(/^looser: public\.doc, SELECT as authenticated$/m);
  const closed = await example("prove", wide, narrow);
  expect(closed).toMatchObject({ code: 0, stderr: "" });
  expect(closed.stdout).toMatch(/^nothing opens$/m);
});

test("prove: a folder that is not there is an RlsmithError with its code", async () => {
  const { code, stderr } = await example("prove", "nowhere", "nowhere");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^NO_SUCH_SIDE: /);
});

test("plan: the steps and the outcomes; no file is written", async () => {
  const dir = withPolicy(
    `org_id = coalesce(${VARIABLE}, ${CLAIM})`,
    `{ context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } }`,
  );
  const { code, stdout } = await example("plan", dir);
  expect(code).toBe(0);
  expect(stdout).toMatch(/lock: ACCESS EXCLUSIVE/);
  expect(stdout).toMatch(/^public\.doc\.doc_read rewritten/m);
  expect(readdirSync(join(dir, "supabase/migrations"))).toHaveLength(1);
});

test("variables: the policies that read one", async () => {
  const { code, stdout } = await example("variables", withPolicy(`org_id = coalesce(${VARIABLE}, ${CLAIM})`));
  expect([code, stdout]).toEqual([0, "public.doc.doc_read reads app.org_id, or a claim\n"]);
});
