import { describe, expect, test } from "vitest";
import { inShort, suite } from "./support.ts";

// A case may go if, and only if, what it notices is noticed without it. Each rule is tried with both outcomes.

const BY_VARIABLE = `import { expect, test } from "vitest";
import { withClaim, withVariable } from "./paths";

test("by variable", async () => {
  expect(await withVariable("a", (sql) => sql.query("select id from invoice"))).toEqual({ rows: [{}] });
});

test("by claim", async () => {
  expect(await withClaim("a", (sql) => sql.query("select id from invoice"))).toEqual({ rows: [{}] });
});
`;

const PASS = { "by variable": "passed", "by claim": "passed" } as const;
const AFTER = { "by variable": "failed", "by claim": "passed" } as const;
const INVOICE = { name: "public.invoice.read: using true", relation: "public.invoice" };

describe("a case that fails on the migrated state", () => {
  test("goes where the case by claims notices a mutant of its relation", () => {
    const decided = suite(BY_VARIABLE).decide({
      before: PASS,
      after: AFTER,
      mutants: [{ ...INVOICE, differs: { "by claim": "failed" } }],
    });
    expect(inShort(decided)).toEqual({ goes: [["by variable", "public.invoice by cases"]], stays: [] });
  });

  test("stays where nothing else notices a mutant of its relation", () => {
    const decided = suite(BY_VARIABLE).decide({
      before: PASS,
      after: AFTER,
      mutants: [{ ...INVOICE, differs: {} }],
    });
    expect(inShort(decided)).toEqual({ goes: [], stays: [["by variable", "only-test", "public.invoice"]] });
  });

  test("goes where emitted tests cover its relation", () => {
    const decided = suite(BY_VARIABLE).decide({ before: PASS, after: AFTER, emitted: ["public.invoice"] });
    expect(inShort(decided).goes).toEqual([["by variable", "public.invoice by emitted"]]);
  });

  test("stays where it noticed a mutant of the old state that nothing notices on the migrated one", () => {
    const decided = suite(BY_VARIABLE).decide({
      before: PASS,
      after: AFTER,
      mutants: [
        { ...INVOICE, differs: {} },
        { ...INVOICE, side: "before", differs: { "by variable": "failed" } },
      ],
      emitted: ["public.invoice"],
    });
    expect(inShort(decided).stays).toEqual([["by variable", "only-notices", INVOICE.name]]);
  });

  test("stays where it fails on the old state too, and where the old state is not at hand", () => {
    const one = suite(BY_VARIABLE);
    const emitted = ["public.invoice"];
    expect(inShort(one.decide({ before: AFTER, after: AFTER, emitted })).stays).toEqual([
      ["by variable", "fails-before"],
    ]);
    expect(inShort(one.decide({ before: null, after: AFTER, emitted })).stays).toEqual([
      ["by variable", "old-state-unknown"],
    ]);
  });
});

describe("a case that passes on the migrated state", () => {
  test("stays where it alone notices a mutant, and goes where another one notices it too", () => {
    const one = suite(BY_VARIABLE);
    const runs = { before: PASS, after: PASS, emitted: ["public.invoice"] };
    const alone = one.decide({ ...runs, mutants: [{ ...INVOICE, differs: { "by variable": "failed" } }] });
    expect(inShort(alone).stays).toEqual([["by variable", "only-notices", INVOICE.name]]);
    const both = one.decide({
      ...runs,
      mutants: [{ ...INVOICE, differs: { "by variable": "failed", "by claim": "failed" } }],
    });
    expect(inShort(both).goes).toEqual([["by variable", "public.invoice by cases"]]);
  });

  test("of two that notice the same, and that nothing else notices, one stays", () => {
    const twice = suite(`import { expect, test } from "vitest";
import { withVariable } from "./paths";

test("first", async () => {
  expect(await withVariable("a", (sql) => sql.query("select id from invoice"))).toEqual({ rows: [] });
});

test("second", async () => {
  expect(await withVariable("b", (sql) => sql.query("select id from invoice"))).toEqual({ rows: [] });
});
`);
    const after = { first: "passed", second: "passed" } as const;
    const decided = twice.decide({
      before: after,
      after,
      mutants: [{ ...INVOICE, differs: { first: "failed", second: "failed" } }],
    });
    expect(inShort(decided)).toEqual({
      goes: [["first", "public.invoice by cases"]],
      stays: [["second", "only-notices", INVOICE.name]],
    });
  });

  test("a result that a mutant's run does not have vouches for nothing, and is taken for noticed", () => {
    const one = suite(BY_VARIABLE);
    const decided = one.decide({
      before: PASS,
      after: PASS,
      emitted: ["public.invoice"],
      mutants: [{ ...INVOICE, differs: { "by variable": "skipped", "by claim": "skipped" } }],
    });
    expect(inShort(decided).stays).toEqual([["by variable", "only-notices", INVOICE.name]]);
  });

  test("a case that reads no relation and notices nothing goes", () => {
    const decided = suite(`import { expect, test } from "vitest";
import { connect } from "../lib/db";

test("the setting is empty", async () => {
  expect(await connect().query("select current_setting('app.tenant_id', true) as tenant")).toEqual({ rows: [] });
});

test("other", () => {
  expect(connect()).toBeDefined();
});
`).decide({ before: null, after: { "the setting is empty": "passed", other: "passed" } });
    expect(inShort(decided)).toEqual({ goes: [["the setting is empty"]], stays: [] });
  });
});

describe("the runs", () => {
  test("a case that no run reports, that is skipped, or that shares its name stays", () => {
    const one = suite(BY_VARIABLE);
    expect(inShort(one.decide({ after: { "by claim": "passed" } })).stays).toEqual([["by variable", "not-reported"]]);
    const skipped = { "by variable": "skipped", "by claim": "passed" } as const;
    expect(inShort(one.decide({ after: skipped })).stays).toEqual([["by variable", "skipped"]]);
    const twice = suite(BY_VARIABLE.replace('test("by claim"', 'test("by variable"'));
    expect(inShort(twice.decide({ after: { "by variable": "passed" } })).stays).toEqual([["by variable", "same-name"]]);
  });

  test("the relations of a function in SQL count", () => {
    const decided = suite(BY_VARIABLE.replace("select id from invoice", "select * from open_invoices()")).decide({
      before: PASS,
      after: AFTER,
    });
    expect(inShort(decided).stays).toEqual([["by variable", "only-test", "public.invoice"]]);
  });
});

describe("functions of the project", () => {
  const files = { "lib/total.ts": `export function total(rows: object[]): number { return rows.length; }\n` };
  const text = (other: string): string => `import { expect, test } from "vitest";
import { total } from "../lib/total";
import { withVariable } from "./paths";

test("by variable", async () => {
  expect(total((await withVariable("a", (sql) => sql.query("select 1"))).rows)).toBe(1);
});

test("other", () => {
  expect(${other}).toBe(0);
});
`;
  const runs = { before: null, after: { "by variable": "passed", other: "passed" } } as const;

  test("a case is not the last to use one", () => {
    expect(inShort(suite(text("0"), files).decide(runs)).stays).toEqual([["by variable", "only-use", "total"]]);
    expect(inShort(suite(text("total([])"), files).decide(runs)).goes).toEqual([["by variable"]]);
  });
});

test("a case that calls what is not followed stays, unless every policy was weakened", () => {
  const one = suite(`import { expect, test } from "vitest";
import { firstInvoice } from "invoice-fixtures";
import { withVariable } from "./paths";

test("by variable", async () => {
  expect(await withVariable("a", (sql) => firstInvoice(sql))).toBeDefined();
});
`);
  const after = { "by variable": "passed" } as const;
  expect(inShort(one.decide({ after })).stays).toEqual([["by variable", "not-followed", "invoice-fixtures"]]);
  expect(inShort(one.decide({ after, allWeakened: true })).goes).toEqual([["by variable"]]);
});

describe("two paths in one case", () => {
  const table = `import { describe, expect, test } from "vitest";
import { withClaim, withVariable } from "./paths";

describe.each([
  ["variable", withVariable],
  ["claim", withClaim],
] as const)("by %s", (_path, inContext) => {
  test("sees its own", async () => {
    expect(await inContext("a", (sql) => sql.query("select id from visit"))).toEqual({ rows: [{}] });
  });
});
`;
  const names = { variable: "by variable > sees its own", claim: "by claim > sees its own" };

  test("the row of the variable goes where the row of the claim passes", () => {
    const one = suite(table);
    const decided = one.decide({
      before: { [names.variable]: "passed", [names.claim]: "passed" },
      after: { [names.variable]: "failed", [names.claim]: "passed" },
    });
    expect(inShort(decided)).toEqual({ goes: [['["variable", withVariable]', "public.visit by twin"]], stays: [] });
    const edited = one.edited(decided.goes.map(({ unit }) => unit));
    expect(edited.get("test/rls.test.ts")).toBe(
      table.replace('  ["variable", withVariable],\n', "").replace("withClaim, withVariable", "withClaim"),
    );
    // the helper that nothing uses any more
    expect(edited.get("test/paths.ts")).not.toContain("withVariable");
    expect([...edited.keys()]).toEqual(["test/paths.ts", "test/rls.test.ts"]);
  });

  test("and stays where the row of the claim fails", () => {
    const decided = suite(table).decide({
      before: { [names.variable]: "passed", [names.claim]: "failed" },
      after: { [names.variable]: "failed", [names.claim]: "failed" },
    });
    expect(inShort(decided).stays).toEqual([['["variable", withVariable]', "only-test", "public.visit"]]);
  });

  test("a list that something else uses too stays", () => {
    const text = `${table.replace("describe.each([", "const PATHS = [").replace("] as const)(", "] as const;\n\ndescribe.each(PATHS)(")}
test("there are two", () => {
  expect(PATHS).toHaveLength(2);
});
`;
    const runs = { [names.variable]: "passed", [names.claim]: "passed", "there are two": "passed" } as const;
    expect(inShort(suite(text).decide({ before: runs, after: runs })).stays).toEqual([
      ['["variable", withVariable]', "table-in-use"],
    ]);
  });

  test("a list in code that is not of the tests stays", () => {
    const files = { "lib/paths.ts": 'export const PATHS = ["claim", "variable"] as const;\n' };
    const text = `import { expect, it } from "vitest";
import { PATHS } from "../lib/paths";
import { withClaim, withVariable } from "./paths";

it.each(PATHS)("sees its own, by %s", async (path) => {
  const run = path === "variable" ? withVariable : withClaim;
  expect(await run("a", (sql) => sql.query("select id from visit"))).toEqual({ rows: [{}] });
});
`;
    const runs = { "sees its own, by claim": "passed", "sees its own, by variable": "passed" } as const;
    expect(inShort(suite(text, files).decide({ before: runs, after: runs })).stays).toEqual([
      ['"variable"', "table-in-use"],
    ]);
  });

  test("a row that is a name, with a condition on it", () => {
    const text = `import { expect, it } from "vitest";
import { withClaim, withVariable } from "./paths";

it.each(["claim", "variable"])("sees its own, by %s", async (path) => {
  const run = path === "variable" ? withVariable : withClaim;
  expect(await run("a", (sql) => sql.query("select id from visit"))).toEqual({ rows: [{}] });
});
`;
    const one = suite(text);
    const decided = one.decide({
      before: { "sees its own, by claim": "passed", "sees its own, by variable": "passed" },
      after: { "sees its own, by claim": "passed", "sees its own, by variable": "failed" },
    });
    expect(inShort(decided).goes).toEqual([['"variable"', "public.visit by twin"]]);
    expect(one.edited(decided.goes.map(({ unit }) => unit)).get("test/rls.test.ts")).toBe(
      text
        .replace('["claim", "variable"]', '["claim"]')
        .replace('path === "variable" ? withVariable : withClaim', "withClaim")
        .replace("withClaim, withVariable", "withClaim"),
    );
  });

  test("a loop", () => {
    const text = `import { expect, test } from "vitest";
import { withClaim, withVariable } from "./paths";

for (const path of ["claim", "variable"]) {
  test(\`sees its own, by \${path}\`, async () => {
    if (path === "variable") {
      expect(await withVariable("a", (sql) => sql.query("select id from visit"))).toEqual({ rows: [{}] });
    } else {
      expect(await withClaim("a", (sql) => sql.query("select id from visit"))).toEqual({ rows: [{}] });
    }
  });
}
`;
    const one = suite(text);
    const decided = one.decide({
      before: { "sees its own, by claim": "passed", "sees its own, by variable": "passed" },
      after: { "sees its own, by claim": "passed", "sees its own, by variable": "failed" },
    });
    expect(inShort(decided).goes).toEqual([['"variable"', "public.visit by twin"]]);
    const edited = one.edited(decided.goes.map(({ unit }) => unit)).get("test/rls.test.ts") ?? "";
    expect(edited).toContain('for (const path of ["claim"])');
    expect(edited).toContain('await withClaim("a"');
    expect(edited).not.toContain("withVariable");
  });

  const halves = (claim: string): string => `import { expect, test } from "vitest";
import { withClaim, withVariable } from "./paths";

test("sees its own", async () => {
  const own = "select id from visit";
  const byVariable = await withVariable("a", (sql) => sql.query(own));
  expect(byVariable.rows).toHaveLength(1);

  const byClaim = await withClaim("a", (sql) => sql.query(own));
  expect(byClaim.rows).${claim};
});
`;

  test("one half after the other: the half of the variable goes where the other one says the same", () => {
    const one = suite(halves("toHaveLength(1)"));
    const decided = one.decide({ before: { "sees its own": "passed" }, after: { "sees its own": "failed" } });
    expect(inShort(decided)).toEqual({ goes: [["sees its own", "public.visit by twin"]], stays: [] });
    expect(one.edited(decided.goes.map(({ unit }) => unit)).get("test/rls.test.ts"))
      .toBe(`import { expect, test } from "vitest";
import { withClaim } from "./paths";

test("sees its own", async () => {
  const own = "select id from visit";

  const byClaim = await withClaim("a", (sql) => sql.query(own));
  expect(byClaim.rows).toHaveLength(1);
});
`);
  });

  test("and is left to a person where the other one says something else", () => {
    const decided = suite(halves("toHaveLength(2)")).decide({ after: { "sees its own": "passed" } });
    expect(inShort(decided).stays).toEqual([["sees its own", "mixed"]]);
  });
});

test.each([
  // the role that stays on a connection is no matter of the variable
  ["select current_user as role, coalesce(current_setting('app.tenant_id', true), '') as tenant", ["mixed"]],
  ["select current_setting('app.tenant_id', true) as tenant", []],
])("a state of the session: %s", (sql, stays) => {
  const text = `import { expect, test } from "vitest";
import { connect } from "../lib/db";

const state = "${sql}";

test("leaves nothing", async () => {
  expect((await connect().query(state)).rows).toEqual([{}]);
});
`;
  const decided = suite(text).decide({ before: { "leaves nothing": "passed" }, after: { "leaves nothing": "passed" } });
  expect(decided.stays.map(({ because }) => because)).toEqual(stays);
});

test("mocks that answer one call after the other are left to a person", () => {
  const decided = suite(`import { expect, test, vi } from "vitest";

test("two answers", async () => {
  const rpc = vi.fn().mockResolvedValueOnce({ error: null }).mockResolvedValueOnce({ data: [] });
  await { rpc }.rpc("set_tenant_context", { p_tenant_id: "a" });
  expect(await rpc("list")).toEqual({ data: [] });
});
`).decide({ after: { "two answers": "passed" } });
  expect(inShort(decided).stays).toEqual([["two answers", "order-of-calls"]]);
});

test("a hook that sets the variable makes its cases ones of the variable's path; a mock of the function does not", () => {
  const text = (hook: string): string => `import { beforeEach, describe, expect, test, vi } from "vitest";
import { connect } from "../lib/db";
import { setContext } from "../lib/context";

describe("invoices", () => {
  beforeEach(async () => {
    ${hook}
  });

  test("one", async () => {
    expect(await connect().query("select 1")).toEqual({ rows: [] });
  });
});

test("other", () => expect(connect()).toBeDefined());
`;
  const files = {
    "lib/context.ts": `export async function setContext(sql: Client, tenant: string): Promise<void> {
  await sql.rpc("set_tenant_context", { p_tenant_id: tenant });
}
`,
  };
  expect(suite(text('await setContext(connect(), "a");'), files).units).toHaveLength(1);
  expect(suite(text("vi.mocked(setContext).mockReset();"), files).units).toEqual([]);
});

test("a text that only names the variable does not take its path", () => {
  const one = suite(`import { expect, test } from "vitest";
import { scan } from "../lib/scan";

test("the scanner", () => {
  expect(scan("current_setting('app.tenant_id')")).toEqual([]);
});
`);
  expect(one.units).toEqual([]);
});

describe("SQL that reaches the database by way of other code", () => {
  const SET = `"select set_config('app.tenant_id', 'a', true)"`;
  const shape = ({ units }: ReturnType<typeof suite>) => units.map(({ kind, unclear }) => [kind, unclear]);
  const one = (body: string, above = ""): ReturnType<typeof suite> =>
    suite(`import { expect, test } from "vitest";
import { deliver } from "outbox";
import { connect } from "../lib/db";
${above}
test("own rows", async () => {
  ${body}
  expect(connect()).toBeDefined();
});
`);

  test("a parameter, the result of a function and the elements of a list are followed to where they are sent", () => {
    const visible = "const visible = (sql: string) => connect().query(sql);";
    expect(shape(one(`await visible(${SET});`, visible))).toEqual([["case", null]]);
    const made = `const enter = () => ${SET};`;
    expect(shape(one("await connect().query(enter());", made))).toEqual([["case", null]]);
    expect(shape(one(`for (const sql of [${SET}]) await connect().query(sql);`))).toEqual([["case", null]]);
    expect(shape(one(`await connect().query(connect() ? ${SET} : "select 1");`))).toEqual([["case", null]]);
  });

  test("where it cannot be followed, the case is left to a person", () => {
    expect(shape(one(`await deliver(${SET});`))).toEqual([["case", "sql-not-followed"]]);
    expect(shape(one(`await later();`, `const later = () => deliver(${SET});`))).toEqual([
      ["case", "sql-not-followed"],
    ]);
    const rows = suite(`import { expect, test } from "vitest";
import { connect } from "../lib/db";
test.each([
  ["variable", (id: string) => [["select set_config('app.tenant_id', $1, true)", [id]]]],
  ["claim", (id: string) => [["select set_config('request.jwt.claims', $1, true)", [id]]]],
] as [string, (id: string) => [string, string[]][]][])("by %s", async (_, statements) => {
  for (const [sql, values] of statements("a")) await connect().query(sql, values);
  expect(connect()).toBeDefined();
});
`);
    expect(shape(rows)).toEqual([["case", "sql-not-followed"]]);
  });

  test("a text that is only compared, or that is the text of a migration, is none", () => {
    expect(shape(one(`expect(String(connect())).toContain(${SET});`))).toEqual([]);
    expect(shape(one(`deliver("drop function set_tenant_context(uuid)");`))).toEqual([]);
  });
});

test("a file that would be empty goes", () => {
  const one = suite(`import { expect, test } from "vitest";
import { withVariable } from "./paths";

test("the setting", async () => {
  expect(await withVariable("a", (sql) => sql.query("select 1"))).toEqual({ rows: [] });
});
`);
  expect(one.edited(one.units).get("test/rls.test.ts")).toBeNull();
});

test("tests that prove nothing are named with the reason, and none that proves something", () => {
  const one = suite(
    `import { describe, expect, test } from "vitest";
import { serviceClient, userClient } from "../lib/clients";

const url = process.env["STAGING"];

test("nothing expected", async () => {
  await userClient().query("select 1");
});

test("ends early", async () => {
  if (!url) return;
  expect(await fetch(url)).toBeDefined();
});

test("service", async () => {
  expect(await serviceClient().query("select 1")).toBeDefined();
});

test("service and user", async () => {
  await serviceClient().query("delete from invoice");
  expect(await userClient().query("select 1")).toBeDefined();
});

test("in a branch", async () => {
  const found = await userClient().query("select 1");
  if (found) expect(found.rows).toEqual([]);
});

test.skipIf(!url)("if there is one", () => expect(url).toBeDefined());

describe.skip("later", () => {
  test("one", () => expect(1).toBe(1));
});

test("proves something", async () => {
  const { rows } = await userClient().query("select 1");
  if (rows.length > 1) throw new Error("too many");
  expect(rows).toEqual([{}]);
});
`,
    {
      "lib/clients.ts": `export function serviceClient() { return connect(process.env["SERVICE_ROLE_KEY"]); }
export function userClient() { return connect(process.env["ANON_KEY"]); }
`,
    },
  );
  expect(one.idle).toEqual([
    "expects-nothing: nothing expected",
    "needs-environment: ends early",
    "service-role: service",
    "expects-in-branch: in a branch",
    "needs-environment: if there is one",
    "skipped: later > one",
  ]);
});
