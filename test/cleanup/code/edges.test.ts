import { describe, expect, test } from "vitest";
import { applied, clean, cleanText, type Files } from "./support.ts";

// What must not be edited, or not in the plain way. `set_tenant_context` sets `app.tenant_id`.

const RPC = `supabase.rpc("set_tenant_context", { p_tenant_id: tenantId })`;
const inFunction = (body: string): string =>
  `export async function run(supabase: Client, tenantId: string, work: (id: string) => Promise<void>) {\n${body}\n  await work(tenantId);\n  return supabase;\n}\n`;

/** The reasons for which a text is left as it is. */
function refused(text: string, path = "example.ts"): string[] {
  const cleaned = clean({ [path]: text });
  expect(applied({ [path]: text }, cleaned)).toEqual({ [path]: text });
  return cleaned.decisions.map(({ reason }) => reason);
}

describe("left to a person", () => {
  test.each([
    ["a condition on the result", `  if ((await ${RPC}).error) return null;`, "result-used"],
    ["data that is read", `  const { data } = await ${RPC};\n  await work(data);`, "result-used"],
    ["an else branch", `  if (tenantId) await ${RPC};\n  else await work("none");`, "result-used"],
    ["a body of a loop", `  for (const _ of [1, 2]) await ${RPC};`, "result-used"],
    [
      "the error in a variable that is read later",
      `  const { error } = await ${RPC};\n  await work("");\n  if (error) throw error;`,
      "result-used",
    ],
    ["a callback that takes the result", `  await ${RPC}.then(({ data }) => work(data));`, "then-with-result"],
    [
      "a callback that is not async",
      `  await ${RPC}.then(() => {\n    void work(tenantId);\n  });`,
      "then-with-result",
    ],
    [
      "an argument that checks who is there",
      `  await supabase.rpc("set_tenant_context", { p_tenant_id: await requireTenant(tenantId) });`,
      "argument-has-effect",
    ],
    ["a receiver that does more", `  await login(tenantId).rpc("set_tenant_context", {});`, "argument-has-effect"],
    ["a function in SQL that checks", `  await supabase.rpc("check_and_set_tenant", {});`, "setter-checks"],
    [
      "a name that is used in a tuple",
      `  const [set] = await Promise.all([${RPC}, work("")]);\n  await work(set);`,
      "result-used",
    ],
  ])("%s", (_name, body, reason) => {
    expect(refused(inFunction(body))).toEqual([reason]);
  });

  test.each([
    [
      "Drizzle",
      "await tx.execute(sql`select set_config('app.tenant_id', ${tenantId}, true)`);",
      "driver-without-token",
    ],
    [
      "Kysely",
      "await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(trx);",
      "driver-without-token",
    ],
    ["Knex", "await trx.raw(\"select set_config('app.tenant_id', ?, true)\", [tenantId]);", "driver-without-token"],
    [
      "Prisma",
      "await prisma.$executeRaw`select set_config('app.tenant_id', ${tenantId}, true)`;",
      "driver-without-token",
    ],
    ["SET LOCAL", "await client.query(`set local app.tenant_id = '${tenantId}'`);", "driver-without-token"],
    [
      "a pool of no known type",
      "await db.query(\"select set_config('app.tenant_id', $1, true)\", [tenantId]);",
      "driver-without-token",
    ],
    [
      "a setting that stays",
      "await client.query(\"select set_config('app.tenant_id', $1, false)\", [tenantId]);",
      "driver-session-setting",
    ],
    ["the setter in SQL", 'await client.query("select set_tenant_context($1)", [tenantId]);', "driver-calls-setter"],
    [
      "the setter beside a query",
      "await client.query(\"select set_config('app.tenant_id', $1, true), * from a\", [tenantId]);",
      "driver-not-read",
    ],
    [
      "a name from a template",
      "await client.query(`select set_config('app.${name}', $1, true)`, [tenantId]);",
      "driver-name-at-run-time",
    ],
    [
      "a name from a parameter",
      'await client.query("select set_config($1, $2, true)", [name, tenantId]);',
      "driver-name-at-run-time",
    ],
    ["SQL that reads it", "await client.query(\"select current_setting('app.tenant_id')\");", "named-in-code"],
    ["a URL", "await fetch(`${url}/rest/v1/rpc/set_tenant_context`);", "named-in-code"],
  ])("a direct connection, %s", (_name, statement, reason) => {
    expect(refused(`export async function run(tenantId: string) {\n  ${statement}\n}\n`)).toEqual([reason]);
  });

  test("a tenant that does not come from the token", () => {
    expect(
      refused(`export async function run(client: Client, token: string, tenantId: string) {
  const claims = verifyToken(token);
  await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
  await client.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
}
`),
    ).toEqual(["driver-other-tenant"]);
  });

  test.each([
    ["on a condition", "  if (!scope.isAdmin) await SET;"],
    ["after a query", "  await client.query('select 1 from a');\n  await SET;"],
    ["in a loop", "  for (const _ of [1, 2]) {\n    await SET;\n  }"],
    ["twice", "  await SET;\n  await SET;"],
  ])("claims beside a variable that is set %s", (_name, body) => {
    const set = `client.query("select set_config('app.tenant_id', $1, true)", [scope.tenantId])`;
    const text = `export async function run(client: Client, scope: Scope) {
  await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ sub: scope.userId })]);
${body.replaceAll("SET", set)}
}
`;
    expect(new Set(refused(text))).toEqual(new Set(["driver-without-token"]));
  });
});

describe("the function that only sets the context", () => {
  const caller = `import { setContext } from "./context";

export async function run(supabase: Client, tenantId: string) {
  await setContext(supabase, tenantId);
  return supabase.from(tenantId);
}
`;
  const cleanedCaller = `export async function run(supabase: Client, tenantId: string) {
  return supabase.from(tenantId);
}
`;
  const files = (body: string): Files => ({
    "context.ts": `export async function setContext(supabase: Client, tenantId: string) {\n${body}\n}\n`,
    "run.ts": caller,
  });

  test.each([
    ["returns early", `  if (!tenantId) return;\n  await ${RPC};`],
    [
      "makes its client",
      `  const client = await createServerClient();\n  await client.rpc("set_tenant_context", { p_tenant_id: tenantId });`,
    ],
    [
      "catches",
      `  try {\n    await ${RPC}.throwOnError();\n  } catch (error) {\n    throw new Error("no context", { cause: error });\n  }`,
    ],
  ])("%s: it goes", (_name, body) => {
    expect(applied(files(body), clean(files(body)))).toEqual({ "run.ts": cleanedCaller });
  });

  test.each([
    ["writes to a log", `  await ${RPC};\n  await log(tenantId);`, "tenantId"],
    ["checks first", `  if (!tenantId) throw new Error("no tenant");\n  await ${RPC};`, "tenantId"],
    ["counts", `  count += 1;\n  await ${RPC};`, ""],
  ])("%s: it stays without the call, and is still called", (_name, body, left) => {
    const after = applied(files(body), clean(files(body)));
    expect(after["run.ts"]).toBe(caller.replace("setContext(supabase, tenantId)", `setContext(${left})`));
    expect(after["context.ts"]).not.toContain("set_tenant_context");
  });

  test("is imported under another name, as the default, and through import * as", () => {
    const all: Files = {
      "context.ts": `export default async function setContext(supabase: Client, tenantId: string) {\n  await ${RPC};\n}\n`,
      "a.ts": caller.replace("{ setContext }", "put").replace("setContext(", "put("),
      "b.ts": caller.replace("{ setContext }", "{ default as setIt }").replace("setContext(", "setIt("),
    };
    expect(applied(all, clean(all))).toEqual({ "a.ts": cleanedCaller, "b.ts": cleanedCaller });
    const space: Files = {
      ...files(`  await ${RPC};`),
      "run.ts": caller.replace("{ setContext }", "* as context").replace("setContext(", "context.setContext("),
    };
    // who else uses a name of `* as` is not followed: the function stays
    const cleaned = clean(space);
    expect(applied(space, cleaned)["run.ts"]).toContain("return supabase.from(tenantId);");
    expect(cleaned.decisions).toMatchObject([{ path: "context.ts", reason: "setter-stays" }]);
  });

  test("is passed on as a value: it stays, and the place is named", () => {
    const all: Files = {
      ...files(`  await ${RPC};`),
      "run.ts": caller.replace("return supabase", "register(setContext);\n  return supabase"),
    };
    const cleaned = clean(all);
    expect(applied(all, cleaned)["context.ts"]).toBe(all["context.ts"]);
    expect(cleaned.decisions).toMatchObject([{ path: "run.ts", line: 5, reason: "name-in-use" }]);
  });

  test("is exported and not imported: a framework may call it", () => {
    expect(refused(`export async function POST(supabase: Client, tenantId: string) {\n  await ${RPC};\n}\n`)).toEqual([
      "not-imported",
    ]);
  });

  test("that an import may mean by an alias of a bundler stays", () => {
    const all: Files = {
      ...files(`  await ${RPC};`),
      "other.ts": `import { setContext } from "~/context";\n\nregister(setContext);\n`,
    };
    const cleaned = clean(all);
    expect(applied(all, cleaned)).toEqual({ ...all, "run.ts": cleanedCaller });
    expect(cleaned.decisions).toMatchObject([{ path: "context.ts", line: 1, reason: "setter-stays" }]);
  });

  test("is loaded by require and import(), also by a barrel: it stays, and each place is named", () => {
    const all: Files = {
      ...files(`  await ${RPC};`),
      "index.ts": 'export { setContext as put } from "./context";\n',
      "a.cjs": 'const { setContext } = require("./context");\nmodule.exports = (db) => setContext(db, "a");\n',
      "b.js":
        'export const b = async (db) => {\n  const all = await import("./index.ts");\n  await all.put(db, "b");\n};\n',
      "c.js":
        'export const c = async () => {\n  const { other } = await import("./elsewhere.js");\n  return other.setContext;\n};\n',
      "elsewhere.js": "export const other = { setContext: 1 };\n",
    };
    const cleaned = clean(all);
    expect(applied(all, cleaned)["context.ts"]).toBe(all["context.ts"]);
    expect(cleaned.decisions.map(({ path, line, reason }) => [path, line, reason])).toEqual([
      ["a.cjs", 1, "loaded-at-run-time"],
      ["a.cjs", 2, "loaded-at-run-time"],
      ["b.js", 3, "loaded-at-run-time"],
    ]);
  });

  test("of a file that must not be edited stays", () => {
    const all = files(`  await ${RPC};`);
    expect([...clean(all, { frozen: ["run.ts"] }).files.keys()]).toEqual([]);
  });
});

describe("what is given back", () => {
  const setter = `async function setContext(supabase: Client, context: Context) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: context.tenantId });
  return { tenantId: context.tenantId };
}

`;
  test.each([
    ["a member that is not in it", "  const scope = await setContext(supabase, context);\n  return work(scope.role);"],
    ["the whole object", "  const scope = await setContext(supabase, context);\n  return work(scope);"],
    [
      "an argument that changes",
      "  const scope = await setContext(supabase, context);\n  context = other;\n  return work(scope.tenantId);",
    ],
    [
      "a name that is hidden",
      "  const scope = await setContext(supabase, context);\n  return [1].map((context) => work(scope.tenantId, context));",
    ],
  ])("%s is left to a person", (_name, body) => {
    expect(refused(`${setter}export async function run(supabase: Client, context: Context) {\n${body}\n}\n`)).toEqual([
      "result-used",
    ]);
  });
});

describe("lines around a statement", () => {
  const kept = inFunction("  const a = 1; // one\n").replace("\n\n", "\n");

  test.each([
    ["a comment at its end", `  await ${RPC}; // set the tenant`],
    ["a comment about it", `  // the policies need the tenant\n  await ${RPC};`],
    ["a directive for it", `  // @ts-expect-error the types are old\n  await ${RPC};`],
    ["several lines", `  await supabase.rpc("set_tenant_context", {\n    p_tenant_id: tenantId, // of the user\n  });`],
  ])("%s goes with it", (_name, statement) => {
    expect(cleanText(inFunction(`  const a = 1; // one\n${statement}`))).toBe(kept);
  });

  test("a comment about what follows stays", () => {
    expect(cleanText(inFunction(`  // work, then answer\n  await ${RPC};`))).toBe(inFunction("  // work, then answer"));
  });

  test("a statement on the line of another goes alone", () => {
    expect(cleanText(inFunction(`  const a = 1; await ${RPC}; const b = 2;`))).toBe(
      inFunction("  const a = 1; const b = 2;"),
    );
  });

  test("text that is not ASCII, and CRLF, stay as they are", () => {
    const text = inFunction(`  const größe = "😀 ﬁ";\n  await ${RPC};`).replaceAll("\n", "\r\n");
    expect(cleanText(text)).toBe(inFunction(`  const größe = "😀 ﬁ";`).replaceAll("\n", "\r\n"));
  });
});

describe("what is left over", () => {
  test("an import for its effect keeps a file, and an import that was unused before stays", () => {
    const files: Files = {
      "context.ts": `import "./polyfill";\n\nexport const setContext = async (supabase: Client, tenantId: string) => {\n  await ${RPC};\n};\n`,
      "run.ts": `import { unused } from "./other";\nimport { setContext } from "./context";\n\nexport const run = async (supabase: Client) => {\n  await setContext(supabase, "a");\n  return supabase.from("a");\n};\n`,
      "polyfill.ts": "globalThis.a = 1;\n",
      "other.ts": "export const unused = 1;\n",
    };
    const after = applied(files, clean(files));
    expect(after["context.ts"]).toContain('import "./polyfill";');
    expect(after["other.ts"]).toBe(files["other.ts"]);
  });

  test("a rest element, a default export and a class keep their names", () => {
    const text = `export async function run({ tenantId, ...rest }: Input) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  return rest;
}
`;
    expect(cleanText(text)).toContain("{ tenantId, ...rest }");
  });

  test("an error code that somebody compares with stays", () => {
    const text = `type Code = "CONTEXT_FAILED" | "OTHER_ERROR";

export const isContext = (code: Code): boolean => code === "CONTEXT_FAILED";

export async function run(supabase: Client) {
  const { error } = await supabase.rpc("set_tenant_context", {});
  if (error) throw new Failure("CONTEXT_FAILED");
  return supabase;
}
`;
    expect(cleanText(text)).toContain('type Code = "CONTEXT_FAILED" | "OTHER_ERROR";');
  });

  test("a key of the generated types stays while somebody names it", () => {
    const files: Files = {
      "types.ts":
        "export interface Database {\n  public: { Functions: { set_tenant_context: { Args: { a: string } } } };\n}\n",
      "args.ts": `import type { Database } from "./types";\nexport type Args = Database["public"]["Functions"]["set_tenant_context"]["Args"];\n`,
    };
    expect([...clean(files).files.keys()]).toEqual([]);
  });
});

describe("claims that are taken apart where the token is checked", () => {
  const code = (made: string, value: string, more = ""): string => `import type { Client } from "pg";
import { verifyToken } from "./token";

export async function bills(client: Client, token: string) {
  ${made}
  await client.query("begin");
  await client.query("set local role authenticated");
  ${value}
  return client.query("select id from bill"${more});
}
`;
  const set = (value: string): string =>
    `await client.query("select set_config('app.tenant_id', $1, true)", [${value}]);`;
  const CLAIMED = `await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);`;
  const run = (text: string): string => {
    const files = { "lib/bills.ts": text };
    return applied(files, clean(files))["lib/bills.ts"] ?? "";
  };
  const APART = "const { app_metadata: { tenant_id } } = verifyToken(token);";

  test("get a name, and the names that nothing uses any more go", () => {
    expect(run(code(APART, set("tenant_id")))).toBe(code("const claims = verifyToken(token);", CLAIMED));
    const wrapped = "const { payload: { app_metadata } } = await verifyToken(token);";
    expect(run(code(wrapped, set("app_metadata.tenant_id")))).toBe(
      code("const { payload: claims } = await verifyToken(token);", CLAIMED),
    );
  });

  test("a name that another function has for its claims is free", () => {
    const other = "\nexport const subject = (claims: { sub: string }) => claims.sub;\n";
    expect(run(code(APART, set("tenant_id")) + other)).toBe(
      code("const claims = verifyToken(token);", CLAIMED) + other,
    );
  });

  test("names that are still used are taken from it", () => {
    const both = "const { sub, app_metadata: { tenant_id } } = verifyToken(token);";
    expect(run(code(both, set("tenant_id"), ", [sub]"))).toBe(
      code("const claims = verifyToken(token);\n  const { sub } = claims;", CLAIMED, ", [sub]"),
    );
  });

  test("stay where the name is taken, the key is another one, or the values are of two tokens", () => {
    const listed = (text: string) => clean({ "lib/bills.ts": text }).decisions.map(({ reason }) => reason);
    const taken = code(`const claims = 1;\n  ${APART}`, set("tenant_id"), ", [claims]");
    expect(listed(taken)).toEqual(["driver-without-token"]);
    expect(listed(code("const { tenant_id } = verifyToken(token);", set("tenant_id")))).toEqual([
      "driver-without-token",
    ]);
    const two = `${APART}\n  const { app_metadata: { tenant_id: other } } = verifyToken("x");`;
    const both = `${set("tenant_id")}\n  ${set("other")}`;
    expect(listed(code(two, both))).toContain("driver-without-token");
  });
});
