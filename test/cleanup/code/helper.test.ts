import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { PrismaPg } from "@prisma/adapter-pg";
import { sql as drizzleSql } from "drizzle-orm";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import knex, { type Knex } from "knex";
import { Kysely, PostgresDialect, sql as kyselySql, type QueryExecutorProvider } from "kysely";
import { Pool, type Client } from "pg";
import postgres, { type ISql } from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HELPERS, helperTests, helperText, type CodeStyle } from "../../../src/cleanup/code/helper/index.ts";
import { parseModule } from "../../../src/cleanup/code/index.ts";
import { sharedBase, sharedServer } from "../../support/fork.ts";
import { PrismaClient } from "./real-drivers/src/prisma/generated.ts";

// The small modules that `cleanup --code` writes into a project. Each is run against a server: what PostgreSQL says of
// the role and the claims is what counts, and the drivers are the real ones.

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
let url: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "rlsmith-helper-"));
  symlinkSync(MODULES, join(dir, "node_modules"), "dir");
  await sharedBase();
  ({ url } = await sharedServer());
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type SetClaims = (connection: unknown, claims: object) => unknown;

interface State {
  role: string;
  claims: string | null;
}

/** The statements that a transaction, or one outside of it, is sent by its driver. */
type Ask = () => Promise<State | undefined>;

/** A driver with one connection. */
interface Connected {
  transaction(work: (tx: unknown, ask: Ask) => Promise<void>): Promise<void>;
  ask: Ask;
  close(): Promise<unknown>;
}

const STATE = "select current_user::text as role, nullif(current_setting('request.jwt.claims', true), '') as claims";

const byPg =
  (of: Pick<Pool | Client, "query">): Ask =>
  async () =>
    (await of.query<State>(STATE)).rows[0];

const OPEN: Readonly<Record<Driver, (connectionString: string) => Connected>> = {
  pg: (connectionString) => {
    const pool = new Pool({ connectionString, max: 1 });
    const transaction = async (work: (tx: unknown, ask: Ask) => Promise<void>): Promise<void> => {
      const client = await pool.connect();
      await client.query("begin");
      await work(client, byPg(client));
      await client.query("commit");
      client.release();
    };
    return { transaction, ask: byPg(pool), close: async () => pool.end() };
  },
  drizzle: (connectionString) => {
    const pool = new Pool({ connectionString, max: 1 });
    const ask =
      (tx: Pick<NodePgDatabase, "execute">): Ask =>
      async () =>
        (await tx.execute<State & Record<string, unknown>>(drizzleSql.raw(STATE))).rows[0];
    const db = drizzle(pool);
    return {
      transaction: async (work) => db.transaction(async (tx) => work(tx, ask(tx))),
      ask: ask(db),
      close: async () => pool.end(),
    };
  },
  kysely: (connectionString) => {
    const ask =
      (trx: QueryExecutorProvider): Ask =>
      async () =>
        (await kyselySql.raw<State>(STATE).execute(trx)).rows[0];
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString, max: 1 }) }) });
    return {
      transaction: async (work) => db.transaction().execute(async (trx) => work(trx, ask(trx))),
      ask: ask(db),
      close: async () => db.destroy(),
    };
  },
  knex: (connection) => {
    const ask =
      (trx: Knex): Ask =>
      async () =>
        (await trx.raw<{ rows: State[] }>(STATE)).rows[0];
    const db = knex({ client: "pg", connection, pool: { min: 0, max: 1 } });
    return {
      transaction: async (work) => db.transaction(async (trx) => work(trx, ask(trx))),
      ask: ask(db),
      close: async () => db.destroy(),
    };
  },
  prisma: (connectionString) => {
    const ask =
      (tx: Pick<PrismaClient, "$queryRawUnsafe">): Ask =>
      async () =>
        (await tx.$queryRawUnsafe<State[]>(STATE))[0];
    const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: 1 }) });
    return {
      transaction: async (work) => prisma.$transaction(async (tx) => work(tx, ask(tx))),
      ask: ask(prisma),
      close: async () => prisma.$disconnect(),
    };
  },
  "postgres-js": (url) => {
    const ask =
      (tx: ISql): Ask =>
      async () =>
        (await tx.unsafe<State[]>(STATE))[0];
    const sql = postgres(url, { max: 1 });
    return {
      transaction: async (work) => void (await sql.begin(async (tx) => work(tx, ask(tx)))),
      ask: ask(sql),
      close: async () => sql.end(),
    };
  },
};

async function load(driver: Driver): Promise<SetClaims> {
  const file = join(dir, `${driver}.mjs`);
  writeFileSync(file, helperText(HELPERS[driver], STYLE));
  return ((await import(/* @vite-ignore */ pathToFileURL(file).href)) as { setClaims: SetClaims }).setClaims;
}

describe.each(drivers)("%s", (name, template) => {
  const driver = name as Driver;
  let connected: Connected;
  beforeAll(() => (connected = OPEN[driver](url)));
  afterAll(async () => connected.close());

  test.each(["authenticated", "anon"])("takes the role %s and the claims, until the transaction ends", async (role) => {
    const setClaims = await load(driver);
    const claims = { sub: 'Zoë\'s "ﬁ" 😀 \\ $1 ? ?? :a', role, app_metadata: { tenant_id: "7" } };
    const before = await connected.ask();
    expect(before).toMatchObject({ claims: null });
    await connected.transaction(async (tx, ask) => {
      await setClaims(tx, claims);
      const inside = await ask();
      expect(inside?.role).toBe(role);
      expect(JSON.parse(inside?.claims ?? "")).toEqual(claims);
    });
    expect(await connected.ask()).toEqual(before);
  });

  test.each([{ role: "service_role" }, { role: "postgres" }, {}, { role: null }, { role: ["authenticated"] }])(
    "refuses %j, and changes nothing",
    async (claims) => {
      const setClaims = await load(driver);
      const before = await connected.ask();
      await connected.transaction(async (tx, ask) => {
        await expect((async () => setClaims(tx, claims))()).rejects.toThrow("role");
        expect(await ask()).toEqual(before);
      });
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

test.each(drivers)("the tests of %s pass, as node runs them", (driver, template) => {
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
  const style = { ...STYLE, typed: true, importEnding: "", runner: "vitest" as const };
  for (const [, template] of drivers) {
    writeFileSync(join(folder, `${template.name}.ts`), helperText(template, style));
    writeFileSync(join(folder, `${template.name}.test.ts`), helperTests(template, style));
  }
  writeFileSync(join(folder, "use.ts"), USE);
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

/** Connections and transactions, as the drivers' own types name them. */
const USE = `import type { ITXClientDenyList } from "@prisma/client/runtime/client";
import type { PgDatabase, PgQueryResultHKT, PgTransaction } from "drizzle-orm/pg-core";
import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { Knex } from "knex";
import type { ControlledTransaction, Transaction } from "kysely";
import type { Client, Pool, PoolClient } from "pg";
import type { ISql, ReservedSql, Sql, TransactionSql } from "postgres";
import type { PrismaClient } from "${join(import.meta.dirname, "real-drivers/src/prisma/generated.ts")}";
import { setClaims as byDrizzle } from "./drizzle-claims";
import { setClaims as byKnex } from "./knex-claims";
import { setClaims as byKysely } from "./kysely-claims";
import { setClaims as byPg } from "./pg-claims";
import { setClaims as byPostgres } from "./postgres-claims";
import { setClaims as byPrisma } from "./prisma-claims";

interface Claims {
  role: string;
  app_metadata?: { tenant_id: string };
}

interface Tables {
  bill: { id: number; title: string };
}

export const pg = async (all: [Client, Pool, PoolClient], claims: Claims): Promise<void> => {
  for (const one of all) await byPg(one, claims);
};

export const drizzle = async (
  all: [
    PostgresJsDatabase,
    PgDatabase<PgQueryResultHKT>,
    PgTransaction<PgQueryResultHKT, Record<string, never>, Record<string, never>>,
  ],
  claims: Claims,
): Promise<void> => {
  for (const one of all) await byDrizzle(one, claims);
};

export const kysely = async (
  all: [Transaction<Tables>, ControlledTransaction<Tables>, ControlledTransaction<Tables, ["one"]>],
  claims: Claims,
): Promise<void> => {
  for (const one of all) await byKysely(one, claims);
};

export const knex = async (all: [Knex, Knex.Transaction, Knex.Transaction<Tables, Tables[]>], claims: Claims): Promise<void> => {
  for (const one of all) await byKnex(one, claims);
};

export const postgres = async (
  all: [Sql, ISql, ReservedSql, TransactionSql, TransactionSql<{ big: bigint }>],
  claims: Claims,
): Promise<void> => {
  for (const one of all) await byPostgres(one, claims);
};

export const prisma = async (
  client: PrismaClient,
  tx: Omit<PrismaClient, ITXClientDenyList>,
  claims: Claims,
): Promise<number> => {
  const [set] = await client.$transaction([byPrisma(client, claims), client.$queryRaw\`select 1\`]);
  return set + (await byPrisma(tx, claims));
};
`;
