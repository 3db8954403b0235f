import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HELPERS, helperTests, helperText, type CodeStyle } from "../../../src/cleanup/code/helper/index.ts";
import { parseModule } from "../../../src/cleanup/code/index.ts";
import { sharedBase, sharedServer } from "../../support/fork.ts";

// The small modules that `cleanup --code` writes into a project. Each is run against a server: what PostgreSQL says of
// the role and the claims is what counts. Packages that are not installed here are replaced by what they send: a text
// with `$1` and its values.

const MODULES = resolve(import.meta.dirname, "../../../node_modules");
const STYLE: CodeStyle = {
  typed: false,
  singleQuotes: false,
  semicolons: true,
  indent: "  ",
  lineEnd: "\n",
  importEnding: ".mjs",
  runner: "node",
};
const drivers = Object.entries(HELPERS);
type Driver = keyof typeof HELPERS;

let dir: string;
let client: Client;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rlsmith-helper-"));
  await sharedBase();
  client = new Client({ connectionString: (await sharedServer()).url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  rmSync(dir, { recursive: true, force: true });
});

/** A template as the drivers send it. */
const TAG = `const sql = (strings, ...values) => {
  const text = strings.reduce((left, right, n) => left + "$" + n + right);
  return { text, values, execute: (trx) => trx.query(text, values) };
};
`;

const tagged = async (strings: TemplateStringsArray, ...values: string[]): Promise<unknown> =>
  client.query(
    strings.reduce((left, right, n) => `${left}$${n}${right}`),
    values,
  );

const numbered = (text: string): string => {
  let n = 0;
  return text.replaceAll("?", () => `$${(n += 1)}`);
};

const CONNECTIONS: Readonly<Record<Driver, () => unknown>> = {
  pg: () => client,
  drizzle: () => ({
    execute: async ({ text, values }: { text: string; values: string[] }) => client.query(text, values),
  }),
  kysely: () => client,
  knex: () => ({ raw: async (text: string, values: string[]) => client.query(numbered(text), values) }),
  prisma: () => ({ $executeRaw: tagged }),
  "postgres-js": () => tagged,
};

type SetClaims = (connection: unknown, claims: object) => unknown;

async function load(driver: Driver): Promise<SetClaims> {
  const file = join(dir, `${driver}.mjs`);
  const text = helperText(HELPERS[driver], STYLE);
  writeFileSync(file, text.replace(/^import \{ sql \} from "(?:drizzle-orm|kysely)";\n/, TAG));
  return ((await import(/* @vite-ignore */ pathToFileURL(file).href)) as { setClaims: SetClaims }).setClaims;
}

const state = async (): Promise<{ role: string; claims: string | null }> => {
  const { rows } = await client.query<{ role: string; claims: string | null }>(
    "select current_user as role, nullif(current_setting('request.jwt.claims', true), '') as claims",
  );
  if (!rows[0]) throw new Error("no row");
  return rows[0];
};

describe.each(drivers)("%s", (driver, template) => {
  test.each(["authenticated", "anon"])("takes the role %s and the claims, until the transaction ends", async (role) => {
    const setClaims = await load(driver as Driver);
    const claims = { sub: 'Zoë\'s "ﬁ" 😀 \\ $1 ?', role, app_metadata: { tenant_id: "7" } };
    const before = await state();
    await client.query("begin");
    await setClaims(CONNECTIONS[driver as Driver](), claims);
    const inside = await state();
    expect(inside.role).toBe(role);
    expect(JSON.parse(inside.claims ?? "")).toEqual(claims);
    await client.query("commit");
    expect(await state()).toEqual(before);
  });

  test.each([{ role: "service_role" }, { role: "postgres" }, {}, { role: null }, { role: ["authenticated"] }])(
    "refuses %j, and changes nothing",
    async (claims) => {
      const setClaims = await load(driver as Driver);
      const before = await state();
      await client.query("begin");
      await expect((async () => setClaims(CONNECTIONS[driver as Driver](), claims))()).rejects.toThrow("role");
      expect(await state()).toEqual(before);
      await client.query("rollback");
    },
  );

  test.each([
    { singleQuotes: true, semicolons: false, indent: "\t", typed: true },
    { singleQuotes: true, semicolons: true, indent: "    ", typed: false },
    { lineEnd: "\r\n" as const, typed: true, semicolons: false },
  ])("is written in the style %j", (style) => {
    for (const runner of ["vitest", "jest", "jest-globals", "node"] as const) {
      const own = { ...STYLE, ...style, runner };
      for (const text of [helperText(template, own), helperTests(template, own)]) {
        expect(parseModule({ path: own.typed ? "a.ts" : "a.js", text }), text).not.toBeNull();
        expect(text).not.toMatch(/[«»@]equal|@rejects|@imports|[«»]/);
        const code = text.replaceAll(/`[^`]*`/g, "");
        const semicolons = text.split(/\r?\n/).filter((line) => line.endsWith(";"));
        expect(semicolons.length > 0).toBe(own.semicolons);
        expect(code.includes('"')).toBe(!own.singleQuotes);
        expect(text.replaceAll("\r\n", "").includes("\n")).toBe(own.lineEnd === "\n");
      }
    }
  });
});

const INSTALLED = drivers.filter(([driver]) => driver !== "drizzle" && driver !== "kysely");

test.each(INSTALLED)("the tests of %s pass, as node runs them", (driver, template) => {
  const folder = join(dir, `run-${driver}`);
  mkdirSync(folder);
  writeFileSync(join(folder, `${template.name}.mjs`), helperText(template, STYLE));
  writeFileSync(join(folder, `${template.name}.test.mjs`), helperTests(template, STYLE));
  const output = execFileSync(
    process.execPath,
    ["--test", "--test-reporter=tap", join(folder, `${template.name}.test.mjs`)],
    {
      encoding: "utf8",
      env: { PATH: process.env["PATH"] },
    },
  );
  expect(output).toContain("# pass 2");
  expect(output).toContain("# fail 0");
});

test("helpers and tests have the types that a strict project asks for", () => {
  const folder = join(dir, "typed");
  mkdirSync(folder);
  symlinkSync(MODULES, join(folder, "node_modules"), "dir");
  const style = { ...STYLE, typed: true, importEnding: "", runner: "vitest" as const };
  for (const [, template] of INSTALLED) {
    writeFileSync(join(folder, `${template.name}.ts`), helperText(template, style));
    writeFileSync(join(folder, `${template.name}.test.ts`), helperTests(template, style));
  }
  // what the drivers' own types look like
  writeFileSync(
    join(folder, "use.ts"),
    `import type { Client, Pool, PoolClient } from "pg";
import { setClaims } from "./pg-claims";

interface Claims {
  role: string;
  app_metadata?: { tenant_id: string };
}

export const use = async (all: [Client, Pool, PoolClient], claims: Claims): Promise<void> => {
  for (const one of all) await setClaims(one, claims);
};
`,
  );
  const options = {
    target: "es2023",
    module: "esnext",
    moduleResolution: "bundler",
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noPropertyAccessFromIndexSignature: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    isolatedDeclarations: true,
    declaration: true,
    verbatimModuleSyntax: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    noEmit: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options }));
  let output = "";
  try {
    execFileSync(join(MODULES, ".bin/tsc"), ["-p", folder], { encoding: "utf8" });
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  expect(output).toBe("");
});
