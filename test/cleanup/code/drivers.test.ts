import { describe, expect, test } from "vitest";
import { applied, clean, type Files } from "./support.ts";

// What sets `app.tenant_id` on a direct connection, by driver. The claim of it is `app_metadata.tenant_id`.

const CLAIM = "claims.app_metadata.tenant_id";
const tag = (setting: string, value: string): string => `select set_config('${setting}', \${${value}}, true)`;

interface Driver {
  name: string;
  imports: string;
  /** how a setting is set */
  set(setting: string, value: string): string;
  /** how two are */
  setTwo(a: string, b: string): string;
  two: string;
  connection: string;
  helper: string;
}

const DRIVERS: readonly Driver[] = [
  {
    name: "pg",
    imports: "",
    connection: "client",
    set: (setting, value) => `client.query("select set_config('${setting}', $1, true)", [${value}])`,
    setTwo: (a, b) =>
      `client.query("select set_config('app.größe', $1, true), set_config('app.tenant_id', $2, true)", [${a}, ${b}])`,
    two: `client.query("select set_config('app.größe', $1, true)", [size])`,
    helper: "pg-claims",
  },
  {
    name: "drizzle",
    imports: `import { sql } from "drizzle-orm";\n`,
    connection: "client",
    set: (setting, value) => `client.execute(sql\`${tag(setting, value)}\`)`,
    setTwo: (a, b) =>
      `client.execute(sql\`select set_config('app.größe', \${${a}}, true), set_config('app.tenant_id', \${${b}}, true)\`)`,
    two: `client.execute(sql\`${tag("app.größe", "size")}\`)`,
    helper: "drizzle-claims",
  },
  {
    name: "drizzle, raw",
    imports: `import { sql } from "drizzle-orm";\n`,
    connection: "client",
    set: (setting, value) => `client.execute(sql.raw(\`set local ${setting} = '\${${value}}'\`))`,
    setTwo: (a, b) =>
      `client.execute(sql.raw(\`select set_config('app.größe', '\${${a}}', true), set_config('app.tenant_id', '\${${b}}', true)\`))`,
    two: `client.execute(sql.raw(\`select set_config('app.größe', '\${size}', true)\`))`,
    helper: "drizzle-claims",
  },
  {
    name: "kysely",
    imports: `import { sql } from "kysely";\n`,
    connection: "client",
    set: (setting, value) => `sql\`${tag(setting, value)}\`.execute(client)`,
    setTwo: (a, b) =>
      `sql\`select set_config('app.größe', \${${a}}, true), set_config('app.tenant_id', \${${b}}::text, true) as tenant\`.execute(client)`,
    two: `sql\`${tag("app.größe", "size")}\`.execute(client)`,
    helper: "kysely-claims",
  },
  {
    name: "knex",
    imports: "",
    connection: "client",
    set: (setting, value) => `client.raw("select set_config('${setting}', ?, true)", [${value}])`,
    setTwo: (a, b) =>
      `client.raw("select set_config('app.größe', ?, true), set_config('app.tenant_id', ?, true)", [${a}, ${b}])`,
    two: `client.raw("select set_config('app.größe', ?, true)", [size])`,
    helper: "knex-claims",
  },
  {
    name: "knex, transacting",
    imports: "",
    connection: "client",
    set: (setting, value) => `knex.raw("select set_config('${setting}', ?, true)", [${value}]).transacting(client)`,
    setTwo: (a, b) =>
      `knex.raw("select set_config('app.größe', ?, true), set_config('app.tenant_id', ?::text, true)", [${a}, ${b}]).transacting(client)`,
    two: `knex.raw("select set_config('app.größe', ?, true)", [size]).transacting(client)`,
    helper: "knex-claims",
  },
  {
    name: "prisma",
    imports: "",
    connection: "client",
    set: (setting, value) => `client.$executeRaw\`${tag(setting, value)}\``,
    setTwo: (a, b) =>
      `client.$queryRaw\`select set_config('app.größe', \${${a}}, true), set_config('app.tenant_id', \${${b}}, true)\``,
    two: `client.$queryRaw\`${tag("app.größe", "size")}\``,
    helper: "prisma-claims",
  },
  {
    name: "prisma, unsafe",
    imports: "",
    connection: "client",
    set: (setting, value) => `client.$executeRawUnsafe(\`SET LOCAL "${setting}" = '\${${value}}'\`)`,
    setTwo: (a, b) =>
      `client.$executeRawUnsafe("select set_config('app.größe', $1, true), set_config('app.tenant_id', $2, true)", ${a}, ${b})`,
    two: `client.$executeRawUnsafe("select set_config('app.größe', $1, true)", size)`,
    helper: "prisma-claims",
  },
  {
    name: "postgres.js",
    imports: "",
    connection: "client",
    set: (setting, value) => `client\`${tag(setting, value)}\``,
    setTwo: (a, b) =>
      `client\`select set_config('app.größe', \${${a}}, true), set_config('app.tenant_id', \${${b}}, true)\``,
    two: `client\`${tag("app.größe", "size")}\``,
    helper: "postgres-claims",
  },
  {
    name: "postgres.js, unsafe",
    imports: "",
    connection: "client",
    set: (setting, value) => `client.unsafe("select set_config('${setting}', $1, true)", [${value}])`,
    setTwo: (a, b) =>
      `client.unsafe("select set_config('app.größe', $1, true), set_config('app.tenant_id', $2, true)", [${a}, ${b}])`,
    two: `client.unsafe("select set_config('app.größe', $1, true)", [size])`,
    helper: "postgres-claims",
  },
];

const inTransaction = (
  { imports }: Driver,
  body: string,
  lead = "",
): string => `${imports}import { open } from "./open";
${lead}
export async function run(token: string, size: string) {
  const claims = await verifyToken(token);
  return open().begin(async (client) => {
${body}
    return size;
  });
}
`;

const file = (text: string): Files => ({ "lib/run.ts": text });
const after = (files: Files): string => applied(files, clean(files))["lib/run.ts"] ?? "";
const reasons = (files: Files): string[] => clean(files).decisions.map(({ reason }) => reason);
const imported = (helper: string): string => `import { setClaims } from "./${helper}";\n`;

describe.each(DRIVERS.map((driver): [string, Driver] => [driver.name, driver]))("%s", (_name, driver) => {
  const set = (value: string): string => driver.set("app.tenant_id", value);

  test("is replaced by a call of the helper; a role that is taken anew is for a person", () => {
    const files = file(inTransaction(driver, `    await ${set(CLAIM)}; // of the token`));
    const cleaned = clean(files);
    expect(applied(files, cleaned)["lib/run.ts"]).toBe(
      // the tag has no other use
      inTransaction(
        { ...driver, imports: "" },
        "    await setClaims(client, claims); // of the token",
        imported(driver.helper),
      ),
    );
    expect([...cleaned.files.keys()]).toEqual([`lib/${driver.helper}.ts`, "lib/run.ts"]);
    expect(cleaned.decisions).toMatchObject([{ path: "lib/run.ts", reason: "role-of-token", what: "claims" }]);
  });

  test("takes the roles of the policies, where they are not those of Supabase", () => {
    const files = file(inTransaction(driver, `    await ${set(CLAIM)};`));
    const cleaned = clean(files, { roles: ["clerk"] });
    const helper = cleaned.files.get(`lib/${driver.helper}.ts`) ?? "";
    expect(helper).toContain('if (role !== "clerk") throw');
    expect(helper).not.toContain("authenticated");
  });

  test("by a name of the value, in CRLF, beside a setting that is no tenancy", () => {
    const body = `    await ${driver.setTwo("size", "tenant")};`;
    const lead = "";
    const text = inTransaction(driver, body, lead).replace(
      "  return open()",
      "  const { tenant_id: tenant } = claims.app_metadata;\n  return open()",
    );
    const expected = inTransaction(
      driver,
      `    await setClaims(client, claims);\n    await ${driver.two};`,
      imported(driver.helper),
    );
    expect(after(file(text.replaceAll("\n", "\r\n")))).toBe(expected.replaceAll("\n", "\r\n"));
  });

  test("goes where the claims of the token are set beside it", () => {
    const claims = driver.set("request.jwt.claims", "JSON.stringify(claims)");
    const files = file(inTransaction(driver, `    await ${claims};\n    await ${set(CLAIM)};`));
    expect(after(files)).toBe(inTransaction(driver, `    await ${claims};`));
    expect(reasons(files)).toEqual([]);
  });

  test("takes the tenant into claims that are made by hand", () => {
    const claims = (more: string): string => driver.set("request.jwt.claims", `JSON.stringify({ sub: size${more} })`);
    const files = file(inTransaction(driver, `    await ${claims("")};\n    await ${set("size")};`));
    expect(after(files)).toContain("app_metadata: { tenant_id: size }");
    expect(after(files)).not.toContain("app.tenant_id");
    expect(reasons(files)).toEqual(["claims-made-by-hand"]);
  });

  test.each([
    ["no claim of the token", "size"],
    ["another claim", "claims.app_metadata.home_tenant"],
    ["a claim that is not verified", "decodeToken(token).app_metadata.tenant_id"],
    ["made of it", "`${claims.app_metadata.tenant_id}-x`"],
  ])("is left to a person: %s", (_what, value) => {
    const files = file(inTransaction(driver, `    await ${set(value)};`));
    expect([...clean(files).files.keys()]).toEqual([]);
    expect(reasons(files)).toEqual(["driver-without-token"]);
  });

  test("is left to a person: other claims are set beside it, or another role is taken", () => {
    const claims = driver.set("request.jwt.claims", "JSON.stringify(claims)");
    const other = file(inTransaction(driver, `    await ${claims};\n    await ${set("size")};`));
    expect([after(other), reasons(other)]).toEqual([other["lib/run.ts"], ["driver-other-tenant"]]);
    if (driver.name === "pg") return;
    const role = driver.set("role", "size");
    const taken = file(inTransaction(driver, `    await ${role};\n    await ${set(CLAIM)};`));
    expect([after(taken), reasons(taken)]).toEqual([taken["lib/run.ts"], ["driver-without-token"]]);
  });

  test("is left to a person: the claims are set on a condition, or only after a query", () => {
    const claims = driver.set("request.jwt.claims", "JSON.stringify(claims)");
    const query = driver.set("app.größe", "work(claims)");
    for (const body of [
      `    if (size) {\n      await ${claims};\n    }\n    await ${set(CLAIM)};`,
      `    await ${set(CLAIM)};\n    await work(${query});\n    await ${claims};`,
    ]) {
      const files = file(inTransaction(driver, body));
      expect(after(files)).toBe(files["lib/run.ts"]);
      expect(reasons(files)).toEqual(["driver-without-token"]);
    }
  });

  test("is left to a person: on a condition and without one", () => {
    const body = `    await ${set(CLAIM)};\n    if (size) await ${set(CLAIM)};`;
    const files = file(inTransaction(driver, body));
    expect(after(files)).toBe(files["lib/run.ts"]);
    expect(reasons(files)).toEqual(["driver-without-token", "driver-without-token"]);
  });

  test("is left to a person: nobody awaits it", () => {
    const files = file(inTransaction(driver, `    ${set(CLAIM)};`));
    expect([after(files), reasons(files)]).toEqual([files["lib/run.ts"], ["driver-without-token"]]);
  });

  test("a name that hides the claims at the place is seen", () => {
    const body = `    const tenant = ${CLAIM};\n    for (const claims of [size]) await ${set("tenant")};`;
    const files = file(inTransaction(driver, body));
    expect(after(files)).toBe(files["lib/run.ts"]);
    expect(reasons(files)).toEqual(["driver-without-token"]);
  });
});

describe("outside of a transaction, what has a connection for each statement", () => {
  test.each([
    [
      "Drizzle on a pool",
      `import { sql } from "drizzle-orm";\nconst db = drizzle(new Pool());`,
      "await db.execute(sql`SET`);",
    ],
    ["Kysely", `import { sql } from "kysely";\nconst db = new Kysely({ dialect });`, "await sql`SET`.execute(db);"],
    ["Knex", `const db = knex({ client: "pg" });`, "await db.raw(`SET`);"],
    ["Prisma", `const db = new PrismaClient();`, "await db.$executeRaw`SET`;"],
    [
      "Drizzle by a URL",
      `import { sql } from "drizzle-orm";\nconst db = drizzle(process.env.DATABASE_URL!, { schema });`,
      "await db.execute(sql`SET`);",
    ],
    [
      "Drizzle by a connection",
      `import { sql } from "drizzle-orm";\nconst db = drizzle({ connection: { host } });`,
      "await db.execute(sql`SET`);",
    ],
    [
      "Drizzle by a client that is a pool",
      `import { sql } from "drizzle-orm";\nconst pool = new pg.Pool();\nconst db = drizzle({ client: pool });`,
      "await db.execute(sql`SET`);",
    ],
    ["Prisma, kept between reloads", `const db = kept.prisma ?? new PrismaClient();`, "await db.$executeRaw`SET`;"],
    ["Prisma with an extension", `const db = new PrismaClient().$extends({});`, "await db.$executeRaw`SET`;"],
    ["Knex with its type", `const db: Knex = knex({ client: "pg" });`, "await db.raw(`SET`);"],
    ["Knex by another name", `import make from "knex";\nconst db = make({ client: "pg" });`, "await db.raw(`SET`);"],
    ["postgres.js", `import postgres from "postgres";\nconst db = postgres(url);`, "await db`SET`;"],
  ])("%s: it has no effect and goes", (_name, lead, statement) => {
    const text = (body: string): string =>
      `${lead}\n\nexport async function run(id: string) {\n${body}  await work(id);\n}\n`;
    const put = (setting: string): string =>
      `  ${statement.replace("SET", `select set_config('${setting}', '7', true)`)}\n`;
    const files = file(text(put("app.tenant_id")));
    const cleaned = clean(files);
    expect(cleaned.changes.map(({ shape }) => shape)).toContain("dead-local-setting");
    expect(cleaned.decisions).toEqual([]);
    expect(applied(files, cleaned)["lib/run.ts"]).toContain("{\n  await work(id);\n}");
    // on the connection for longer than the statement, it is somebody's
    const session = file(text(put("app.tenant_id").replace("true", "false")));
    expect([after(session), reasons(session)]).toEqual([session["lib/run.ts"], ["driver-session-setting"]]);
  });

  test.each([
    [
      "pg",
      "const db = new Pool();",
      `db.query("select set_config('app.tenant_id', $1, true)", [await requireTenant(id)])`,
    ],
    ["Prisma", "const db = new PrismaClient();", `db.$executeRaw\`${tag("app.tenant_id", "requireTenant(id)")}\``],
  ])("%s: a value that is made by a call that may do more is left to a person", (_name, lead, statement) => {
    const files = file(
      `${lead}\n\nexport async function run(id: string) {\n  await ${statement};\n  await work(id);\n}\n`,
    );
    expect([after(files), reasons(files)]).toEqual([files["lib/run.ts"], ["argument-has-effect"]]);
  });

  test.each([
    ["a client of its own", `const db = drizzle(new Client());`],
    ["a client of its own, by its name", `const db = drizzle({ client: new Client() });`],
    ["options that are not read", `const db = drizzle({ connection: url, ...options });`],
    ["a name that means itself", `const db = drizzle(db);`],
    ["a variable that is assigned", `let db = drizzle(new Pool());`],
    ["a parameter whose type a transaction has too", ``],
  ])("%s: it is left to a person", (_name, lead) => {
    const files = file(
      `import { sql } from "drizzle-orm";\n${lead}\nexport const run = async (${lead ? "" : "db: Kysely<Database>"}) => {\n  await db.execute(sql\`select set_config('app.tenant_id', '7', true)\`);\n};\n`,
    );
    expect([after(files), reasons(files)]).toEqual([files["lib/run.ts"], ["driver-without-token"]]);
  });
});

describe("a list of Prisma's $transaction", () => {
  const element = `prisma.$executeRaw\`${tag("app.tenant_id", CLAIM)}\``;
  const role = "prisma.$executeRaw`set local role authenticated`";
  const claims = `prisma.$executeRaw\`${tag("request.jwt.claims", "JSON.stringify(claims)")}\``;
  const text = (body: string): string =>
    `export async function run(prisma: Prisma, token: string) {\n  const claims = verifyToken(token);\n${body}\n}\n`;

  test.each([
    [
      "a pattern",
      `  const [, /* größe */ , rows] = await prisma.$transaction([${claims}, ${element}, prisma.bill.findMany()]);\n  return rows;`,
      `  const [, rows] = await prisma.$transaction([${claims}, prisma.bill.findMany()]);\n  return rows;`,
    ],
    [
      "a place that is read at once",
      `  return (await prisma.$transaction([${element}, ${claims}, prisma.bill.count()]))[2];`,
      `  return (await prisma.$transaction([${claims}, prisma.bill.count()]))[1];`,
    ],
    [
      "a result that nobody reads",
      `  await prisma.$transaction([${claims}, prisma.bill.deleteMany(), ${element}]);`,
      `  await prisma.$transaction([${claims}, prisma.bill.deleteMany()]);`,
    ],
    [
      "a role that is taken before",
      `  const [, , , rows] = await prisma.$transaction([${role}, ${claims}, ${element}, prisma.bill.findMany()]);\n  return rows;`,
      `  const [, , rows] = await prisma.$transaction([${role}, ${claims}, prisma.bill.findMany()]);\n  return rows;`,
    ],
  ])("beside the claims: %s", (_name, before, expected) => {
    expect(after(file(text(before)))).toBe(text(expected));
  });

  test.each([
    ["the answer is read", `  const [set] = await prisma.$transaction([${element}, ${claims}]);\n  return set;`],
    ["the result is passed on", `  return prisma.$transaction([${element}, ${claims}]);`],
    ["by a name", `  const all = await prisma.$transaction([${element}, ${claims}]);\n  return all;`],
    ["the claims come after a query", `  await prisma.$transaction([${element}, prisma.bill.count(), ${claims}]);`],
    [
      "another role is taken",
      `  await prisma.$transaction([${role.replace("authenticated", "postgres")}, ${claims}, ${element}]);`,
    ],
    ["the rest", `  const [, ...rows] = await prisma.$transaction([${element}, ${claims}]);\n  return rows;`],
  ])("is left to a person: %s", (_name, body) => {
    const files = file(text(body));
    expect(after(files)).toBe(files["lib/run.ts"]);
    expect(reasons(files).length).toBeGreaterThan(0);
  });

  test("without a token it is left to a person", () => {
    const files = file(
      `export const run = (prisma: Prisma, id: string) =>\n  prisma.$transaction([prisma.$executeRaw\`${tag("app.tenant_id", "id")}\`, prisma.bill.count()]);\n`,
    );
    expect([after(files), reasons(files)]).toEqual([files["lib/run.ts"], ["driver-without-token"]]);
  });
});

describe("the helper", () => {
  const [, drizzle, , , knex] = DRIVERS;
  const run = drizzle ? inTransaction(drizzle, `    await ${drizzle.set("app.tenant_id", CLAIM)};`) : "";

  test("is written once, in the folder of the database, with tests as the project has them", () => {
    const files: Files = {
      "src/db/open.ts": "export const open = () => null;\n",
      "src/a/run.ts": run.replaceAll('"', "'").replace("./open", "../db/open.js"),
      "src/b.ts": run.replace("./open", "./db/open.js"),
      "src/b.test.ts": `import { test } from "vitest";\n\ntest("b", () => {});\n`,
    };
    const cleaned = clean(files);
    const left = applied(files, cleaned);
    expect(Object.keys(left).filter((path) => !(path in files))).toEqual([
      "src/db/drizzle-claims.test.ts",
      "src/db/drizzle-claims.ts",
    ]);
    expect(left["src/a/run.ts"]).toContain("import { setClaims } from '../db/drizzle-claims.js';\n");
    expect(left["src/b.ts"]).toContain('import { setClaims } from "./db/drizzle-claims.js";\n');
    expect(left["src/db/drizzle-claims.test.ts"]).toContain("from 'vitest';");
    expect(clean(left).files.size).toBe(0);
  });

  test("of two drivers has a file for each", () => {
    const files: Files = {
      "db/a.ts": run,
      "db/b.ts": knex ? inTransaction(knex, `    await ${knex.set("app.tenant_id", CLAIM)};`) : "",
    };
    expect([...clean(files).files.keys()]).toEqual(["db/a.ts", "db/b.ts", "db/drizzle-claims.ts", "db/knex-claims.ts"]);
  });

  test.each([
    ["a file has its name", { "lib/drizzle-claims.ts": "export const other = 1;\n" }, run],
    [
      "the module has the name",
      {},
      run
        .replace("return size;", "setClaims();\n    return size;")
        .replace("./open", "./open")
        .concat("function setClaims() {}\n"),
    ],
    ["sql is another package's", {}, run.replace("drizzle-orm", "slonik")],
    [
      "CommonJS",
      {},
      run.replaceAll(/^import .*\n/gm, "").replace("export", "const { sql } = require('drizzle-orm');\nexport"),
    ],
  ])("is not written where %s", (_name, more, text) => {
    const files: Files = { ...more, "lib/run.ts": text };
    expect(after(files)).toBe(text);
    expect(reasons(files)).toEqual(["driver-without-token"]);
  });

  test("that must not be written leaves the statement", () => {
    expect([...clean(file(run), { frozen: ["lib/drizzle-claims.ts"] }).files.keys()]).toEqual([]);
  });
});

test("a module that uses two drivers imports the helpers of both under two names", () => {
  const before = {
    "src/bills.ts": `import { sql } from "drizzle-orm";
import { db } from "./drizzle";
import { prisma } from "./prisma";
import { verifyToken } from "./token";

export async function total(token: string) {
  const claims = await verifyToken(token);
  const [, rows] = await prisma.$transaction([
    prisma.$executeRaw\`select set_config('app.tenant_id', \${claims.app_metadata.tenant_id}, true)\`,
    prisma.$queryRaw\`select sum(amount) from bill\`,
  ]);
  return rows;
}

export async function lines(token: string) {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) => {
    await tx.execute(sql\`select set_config('app.tenant_id', \${claims.app_metadata.tenant_id}, true)\`);
    return tx.execute(sql\`select line from audit\`);
  });
}
`,
    "src/drizzle.ts": `import { drizzle } from "drizzle-orm/node-postgres";\nexport const db = drizzle("");\n`,
    "src/prisma.ts": `import { PrismaClient } from "@prisma/client";\nexport const prisma = new PrismaClient();\n`,
  };
  const after = applied(before, clean(before))["src/bills.ts"] ?? "";
  const imported = [...after.matchAll(/^import \{ (.*) \} from "\.\/(\w+)-claims";$/gm)].map(([, name, from]) => [
    from,
    name,
  ]);
  expect(Object.fromEntries(imported)).toEqual(
    after.includes("setPrismaClaims")
      ? { drizzle: "setClaims", prisma: "setClaims as setPrismaClaims" }
      : { prisma: "setClaims", drizzle: "setClaims as setDrizzleClaims" },
  );
  const calls = (name: string): number => after.split(`${name}(`).length - 1;
  expect(calls("setClaims") + calls("setPrismaClaims") + calls("setDrizzleClaims")).toBe(2);
  expect(after).not.toContain("app.tenant_id");
});
