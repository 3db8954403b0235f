import { describe, expect, test } from "vitest";
import type { DecidedFiles } from "../../../src/cleanup/code/index.ts";
import { applied, clean } from "./support.ts";

// What the config decides about files, with a reason, is done; what its decision is not about stays with a person.

const FILE = "app/report.ts";
const REASON = "a job acts as the tenant of its row";
const claims = (role: string | null): DecidedFiles[] => [
  { pattern: "app/*", decision: "claims", role, reason: REASON },
];
const KEEP: DecidedFiles[] = [{ pattern: FILE, decision: "keep", role: null, reason: REASON }];

/** A transaction of `pg` that is sent some statements first. */
const transaction = (...statements: string[]): string => `import type { ClientBase } from "pg";

export async function report(client: ClientBase, tenant: string) {
${statements.map((one) => `  await client.query(${one});\n`).join("")}  return client.query("select id from bill");
}
`;
const SET = `"select set_config('app.tenant_id', $1, true)", [tenant]`;

const reasons = (text: string, decided: DecidedFiles[]): string[] =>
  clean({ [FILE]: text }, { decided }).decisions.map(({ reason }) => reason);
const after = (text: string, decided: DecidedFiles[]): string =>
  applied({ [FILE]: text }, clean({ [FILE]: text }, { decided }))[FILE] ?? "";

test("without a decision a person is asked", () => {
  expect(reasons(transaction(SET), [])).toEqual(["driver-without-token"]);
});

describe("claims", () => {
  test("the role is the one of the decision, or the one that the transaction has taken", () => {
    expect(after(transaction(SET), claims("authenticated"))).toContain('role: "authenticated"');
    expect(after(transaction(`"set local role anon"`, SET), claims(null))).toContain('role: "anon"');
  });

  test.each([
    ["no role is known", transaction(SET), null],
    ["the transaction has taken another role", transaction(`"set local role anon"`, SET), "authenticated"],
    ["the role of the transaction is made at run time", transaction("`set local role ${tenant}`", SET), null],
    ["no policy is for the role", transaction(SET), "service_role"],
  ])("it stays with a person where %s", (_why, text, role) => {
    expect(reasons(text, claims(role))).toEqual(["driver-without-token"]);
    expect(after(text, claims(role))).toBe(text);
  });

  test("it stays with a person where the setting outlives its transaction", () => {
    const text = transaction(`"select set_config('app.tenant_id', $1, false)", [tenant]`);
    expect(reasons(text, claims("authenticated"))).toEqual(["driver-session-setting"]);
  });

  test("it stays with a person where the value is made in SQL", () => {
    const text = transaction(`"select set_config('app.tenant_id', lower($1), true)", [tenant]`);
    expect(reasons(text, claims("authenticated"))).toEqual(["driver-without-token"]);
  });

  test("claims that are made by hand need no more confirmation, and are reported with the reason", () => {
    const text = transaction(
      `"set local role authenticated"`,
      `"select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ sub: tenant })]`,
      SET,
    );
    expect(reasons(text, [])).toEqual(["claims-made-by-hand"]);
    const { decisions, decided } = clean({ [FILE]: text }, { decided: claims(null) });
    expect([decisions, decided]).toMatchObject([
      [],
      [{ path: FILE, reason: "claims-made-by-hand", decision: "claims", because: REASON }],
    ]);
  });

  test("a role that the transaction takes anew needs no more confirmation either", () => {
    const text = `import type { ClientBase } from "pg";
import { verifyToken } from "./token";

export async function bills(client: ClientBase, token: string) {
  const claims = await verifyToken(token);
  await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
  return client.query("select id from bill");
}
`;
    expect(reasons(text, [])).toEqual(["role-of-token"]);
    const { decisions, decided } = clean({ [FILE]: text }, { decided: claims(null) });
    expect([decisions, decided.map(({ reason }) => reason)]).toEqual([[], ["role-of-token"]]);
  });

  test("a decision about other files is none, and the first that fits counts", () => {
    expect(
      reasons(transaction(SET), [{ pattern: "jobs/*", decision: "claims", role: "anon", reason: REASON }]),
    ).toEqual(["driver-without-token"]);
    expect(after(transaction(SET), [...claims("anon"), ...claims("authenticated")])).toContain('role: "anon"');
  });

  test("a test that sets the variable is not edited", () => {
    const path = "app/__tests__/report.test.ts";
    const cleaned = clean({ [path]: transaction(SET) }, { decided: claims("authenticated") });
    expect([cleaned.files.size, cleaned.decisions.map(({ reason }) => reason)]).toEqual([0, ["driver-in-test"]]);
  });
});

// what the helper of each driver does is tried on a server, in helper.test.ts and real-drivers.long.test.ts
describe("claims, for each driver", () => {
  const CALLS: readonly [driver: string, head: string, open: string, statement: string, receiver: string][] = [
    [
      "drizzle",
      `import { sql } from "drizzle-orm";\nimport { db } from "./client";`,
      "db.transaction(async (tx) => {",
      "await tx.execute(sql`select set_config('app.tenant_id', ${tenant}, true)`);",
      "tx",
    ],
    [
      "kysely",
      `import { sql } from "kysely";\nimport { db } from "./client";`,
      "db.transaction().execute(async (trx) => {",
      "await sql`select set_config('app.tenant_id', ${tenant}, true)`.execute(trx);",
      "trx",
    ],
    [
      "knex",
      `import { db } from "./client";`,
      "db.transaction(async (trx) => {",
      `await trx.raw("select set_config('app.tenant_id', ?, true)", [tenant]);`,
      "trx",
    ],
    [
      "postgres",
      `import { sql as root } from "./client";`,
      "root.begin(async (sql) => {",
      "await sql`select set_config('app.tenant_id', ${tenant}, true)`;",
      "sql",
    ],
    [
      "prisma",
      `import { prisma } from "./client";`,
      "prisma.$transaction(async (tx) => {",
      "await tx.$executeRaw`select set_config('app.tenant_id', ${tenant}, true)`;",
      "tx",
    ],
  ];

  test.each(CALLS)("%s", (driver, head, open, statement, receiver) => {
    const text = `${head}

export const report = (tenant: string) =>
  ${open}
    ${statement}
    return work(${receiver});
  });
`;
    expect(reasons(text, [])).toEqual(["driver-without-token"]);
    expect(reasons(text, claims("authenticated"))).toEqual([]);
    const { files } = clean({ [FILE]: text }, { decided: claims("authenticated") });
    expect([...files.keys()]).toContain(`app/${driver}-claims.ts`);
    expect(files.get(FILE)?.replaceAll(/\s+/g, " ")).toContain(
      `await setClaims(${receiver}, { role: "authenticated", app_metadata: { tenant_id: tenant }, });`,
    );
  });
});

describe("keep", () => {
  test("what names a variable stays, and is reported with the reason", () => {
    const { files, decisions, decided } = clean({ [FILE]: transaction(SET) }, { decided: KEEP });
    expect([files.size, decisions, decided]).toMatchObject([
      0,
      [],
      [{ path: FILE, line: 4, reason: "driver-without-token", decision: "keep", because: REASON }],
    ]);
  });

  test("a file that cannot be read is named nevertheless", () => {
    const unread = [{ path: FILE, text: "app.tenant_id (", why: "not-parsed" as const }];
    expect(clean({}, { unread, decided: KEEP }).decisions.map(({ reason }) => reason)).toEqual(["not-parsed"]);
  });
});

describe("a module that has imported the helper already", () => {
  const HELPER = `import type { ClientBase } from "pg";

export async function setClaims(client: ClientBase, claims: object) {
  await client.query("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)", [
    JSON.stringify(claims),
  ]);
}
`;
  const using = (head: string, name: string, rest: string): string => `import type { ClientBase } from "pg";
${head}
import { verifyToken } from "./token";

export async function bills(client: ClientBase, token: string) {
  const claims = await verifyToken(token);
  ${rest}
  return client.query("select id from bill");
}

export async function items(client: ClientBase, token: string) {
  const claims = await verifyToken(token);
  await ${name}(client, claims);
  return client.query("select id from item");
}
`;
  const OLD = `await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);`;
  const of = (text: string) => {
    const files = { "db/pg-claims.ts": HELPER, "db/bills.ts": text };
    const cleaned = clean(files);
    return { text: applied(files, cleaned)["db/bills.ts"], cleaned };
  };

  test.each([
    ["by its name", `import { setClaims } from "./pg-claims";`, "setClaims"],
    ["by another name", `import { setClaims as asUser } from "./pg-claims";`, "asUser"],
  ])("%s calls it by that, and imports it once", (_how, head, name) => {
    const { text, cleaned } = of(using(head, name, OLD));
    expect(text).toBe(using(head, name, `await ${name}(client, claims);`));
    expect([...cleaned.files.keys()]).toEqual(["db/bills.ts"]);
    // a second run finds nothing
    expect(clean({ "db/pg-claims.ts": HELPER, "db/bills.ts": text ?? "" }).files.size).toBe(0);
  });

  test("also in a list of statements of Prisma", () => {
    const prisma = (first: string, head: string): string => `import { verifyToken } from "./token";
${head}import { prisma } from "./client";

export async function bills(token: string) {
  const claims = await verifyToken(token);
  const [, bills] = await prisma.$transaction([
    ${first},
    prisma.bill.findMany(),
  ]);
  return bills;
}

export const nobody = () => setClaims(prisma, { role: "anon" });
`;
    const head = `import { setClaims } from "./prisma-claims";\n`;
    const helper = `export const setClaims = (tx: object, claims: object) => null;\n`;
    const old = "prisma.$executeRaw`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`";
    const files = { "db/prisma-claims.ts": helper, "db/bills.ts": prisma(old, head) };
    const text = applied(files, clean(files))["db/bills.ts"];
    expect(text).toBe(prisma("setClaims(prisma, claims)", head));
  });

  test("is left to a person where a scope has a name of its own like it", () => {
    const head = `import { setClaims } from "./pg-claims";`;
    const rest = `const work = (setClaims: string) => setClaims;\n  work("");\n  ${OLD}`;
    const { cleaned } = of(using(head, "setClaims", rest));
    expect(cleaned.files.size).toBe(0);
    expect(cleaned.decisions.map(({ reason }) => reason)).toEqual(["driver-without-token"]);
  });

  test("is left to a person where its `setClaims` is something else", () => {
    const { cleaned } = of(using(`import { setClaims } from "./other";`, "setClaims", OLD));
    expect(cleaned.files.size).toBe(0);
    expect(cleaned.decisions.map(({ reason }) => reason)).toEqual(["driver-without-token"]);
  });
});
