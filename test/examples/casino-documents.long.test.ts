import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { openSource } from "../../src/pipeline/source.ts";
import { silent } from "../../src/progress.ts";
import { inThisProcess } from "../support/in-process.ts";
import { copyOf } from "../support/work-tree.ts";

// The documents of the casino as its developers keep them, and as a person leaves them who has put markers in the place of
// what can be derived (test/cases/documents/casino).

const EDITED = resolve(import.meta.dirname, "../cases/documents/casino");
const PAGES = [
  ".github/copilot-instructions.md",
  "docs/adr/ADR-015-rls-connection-pooling.md",
  "docs/onboarding.md",
  "docs/security/SEC-001-rls-policy-matrix.md",
  "docs/srm/service-responsibility-matrix.md",
];
const SEC = PAGES[3] ?? "";

interface Json {
  parts: { path: string; part: string; state: string }[];
  stale: { mentions: { kind: string; at: string; names: string[]; words: number; part: string | null }[] };
}

let dir: string;

const docs = async (...flags: string[]): Promise<{ code: number | null; value: Json }> => {
  const { code, stdout, stderr } = await inThisProcess(["docs", dir, "--format", "json", ...flags]);
  expect(stdout, stderr).not.toBe("");
  return { code, value: JSON.parse(stdout) as Json };
};

const read = (path: string): string => readFileSync(join(dir, path), "utf8");

const withoutParts = (text: string): string =>
  text.replaceAll(/(<!-- rlsmith:begin (\w+) -->\r?\n)[^]*?(?=<!-- rlsmith:end \2 -->)/g, "$1");

beforeAll(async () => {
  dir = copyOf("examples/casino");
  const config = join(dir, "rlsmith.config.ts");
  writeFileSync(
    config,
    readFileSync(config, "utf8").replace(
      "export default defineConfig({",
      `export default defineConfig({
  documents: { history: { "docs/adr/*": "a record of what was decided", "README.md": "describes the state before" } },`,
    ),
  );
  execFileSync("git", ["-C", dir, "add", "-A"]);
  execFileSync("git", ["-C", dir, "commit", "-qm", "one"]);
  const { code, stderr } = await inThisProcess(["plan", dir, "--no-rehearse"]);
  expect(code, stderr).toBe(0);
}, 240_000);

test("before: there is no part, and the documents speak of the variables", async () => {
  expect((await inThisProcess(["docs", dir, "--check"])).stderr).toContain("NO_DOCUMENT_PART");
  writeFileSync(join(dir, "docs/new.md"), "<!-- rlsmith:begin roles -->\n<!-- rlsmith:end roles -->\n");
  const { code, value } = await docs("--check", "--stale");
  expect(code).toBe(1);
  const found = value.stale.mentions.filter(({ kind }) => kind === "document").map(({ at }) => at);
  // the ADR and the README tell of the past, by the config
  expect([...new Set(found)]).toEqual(PAGES.filter((path) => !path.includes("/adr/")));
  // one paragraph and three rows of §2, both blocks of code of §3, three items of §5, and R-3 of §6
  expect(found.filter((path) => path === SEC)).toHaveLength(10);
  rmSync(join(dir, "docs/new.md"));
}, 120_000);

test("after: every part is written, and nothing else of a file", async () => {
  cpSync(EDITED, dir, { recursive: true });
  const before = new Map(PAGES.map((path) => [path, read(path)]));
  const open = await docs("--check");
  expect([open.code, open.value.parts.map(({ state }) => state)]).toEqual([1, Array(6).fill("out of date")]);
  expect(PAGES.map(read)).toEqual([...before.values()]);
  expect((await docs()).code).toBe(0);
  for (const [path, text] of before) expect(withoutParts(read(path)), path).toBe(text);
  // the SRM has CRLF, and onboarding no final line break
  expect(read("docs/srm/service-responsibility-matrix.md")).not.toMatch(/[^\r]\n/);
  expect(read("docs/onboarding.md")).toMatch(/changes\.$/);
  const closed = await docs("--check", "--stale");
  expect(closed.value.parts.map(({ state }) => state)).toEqual(Array(6).fill("up to date"));
  // what is left is in the code, in comments of the database, and in the list of functions, until those are cleaned up
  expect(closed.value.stale.mentions.filter(({ kind, part }) => kind === "document" && part === null)).toEqual([]);
  const status = JSON.parse((await inThisProcess(["status", dir, "--format", "json"])).stdout) as {
    steps: { id: string; state: { kind: string }; evidence: object | null }[];
  };
  expect(status.steps.find(({ id }) => id === "documents")).toMatchObject({
    state: { kind: "failed" },
    evidence: { note: null },
  });
}, 240_000);

test("the matrix names every relation, and reads are open to whom PostgreSQL opens them", async () => {
  const rows = read(SEC)
    .split("\n")
    .filter((line) => /^\| `\w+` +\| (?:read|insert|update|delete)/.test(line))
    .map((line) => line.split(/ *(?<!\\)\| */).slice(1, -1));
  expect(new Set(rows.map(([relation]) => relation)).size).toBe(30);
  const said = rows
    .filter(([, may]) => may?.split(", ").includes("read"))
    .flatMap(([relation, , who]) =>
      (who ?? "").split(/, | and /).map((role) => `${relation} ${role}`.replaceAll("`", "")),
    )
    .filter((one) => !one.endsWith("—"))
    .toSorted();
  expect(said).toEqual(await openByPostgres());
}, 240_000);

/** Relations and roles with a permissive policy for reading that is not constantly false, and the privilege. */
async function openByPostgres(): Promise<string[]> {
  const source = await openSource({
    projectDir: dir,
    scratch: { kind: "embedded" },
    strict: true,
    progress: silent,
  });
  try {
    if (source.origin.kind !== "migrations") throw new Error("the casino has migrations");
    const found = await source.origin.scratch.db.query<{ one: string }>(
      `select distinct p.tablename || ' ' || r.rolname as one
         from pg_policies p join pg_roles r on r.rolname in ('anon', 'authenticated')
        where p.permissive = 'PERMISSIVE' and p.cmd in ('SELECT', 'ALL') and p.qual <> 'false'
          and (p.roles && array['public', r.rolname]::name[])
          and has_table_privilege(r.rolname, format('%I.%I', p.schemaname, p.tablename), 'select')`,
    );
    return found.map(({ one }) => one).toSorted();
  } finally {
    await source.close();
  }
}
