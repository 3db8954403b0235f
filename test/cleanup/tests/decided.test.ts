import { describe, expect, test } from "vitest";
import type { DecidedCases } from "../../../src/cleanup/tests/index.ts";
import { inShort, suite } from "./support.ts";

// What a person decides about a case, and writes into the config with a reason, is done without a run that shows it.

const REASON = "its subject is the old path";
const decide = (name: string, decision: DecidedCases["decision"]): DecidedCases[] => [
  { pattern: `test/rls.test.ts: ${name}`, decision, reason: REASON },
];

const MIXED = `import { expect, test } from "vitest";
import { connect } from "../lib/db";
import { withVariable } from "./paths";

test("leaves nothing behind", async () => {
  const { rows } = await connect().query(
    "select current_user as role, coalesce(current_setting('app.tenant_id', true), '') as tenant",
  );
  expect(rows).toEqual([{ role: "app", tenant: "" }]);
});

test("by variable", async () => {
  expect(await withVariable("a", (sql) => sql.query("select id from invoice"))).toEqual({ rows: [{}] });
});
`;
const PASS = { "leaves nothing behind": "passed", "by variable": "passed" } as const;

test("without a decision both are for a person", () => {
  const decided = suite(MIXED).decide({ before: PASS, after: PASS });
  expect(inShort(decided)).toEqual({
    goes: [],
    stays: [
      ["leaves nothing behind", "mixed"],
      ["by variable", "only-test", "public.invoice"],
    ],
  });
});

describe("claim", () => {
  const one = suite(MIXED, {}, decide("leaves nothing behind", "claim"));
  const decided = one.decide({ before: PASS, after: PASS });

  test("the case reads the claim where it read the variable, and stays", () => {
    expect(inShort(decided).goes).toEqual([["leaves nothing behind"]]);
    const edited = one.edited(decided.goes.map(({ unit }) => unit));
    expect([...edited]).toEqual([
      [
        "test/rls.test.ts",
        MIXED.replace(
          "current_setting('app.tenant_id', true)",
          () => "(nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{app_metadata,tenant_id}')",
        ),
      ],
    ]);
  });

  test("in a text of single quotes they stay escaped", () => {
    const escaped = String.raw`test("reads", async () => {
  await connect().query('select current_setting(\'app.tenant_id\')');
});
`;
    const head = `import { test } from "vitest";\nimport { connect } from "../lib/db";\n\n`;
    const of = suite(head + escaped, {}, decide("reads", "claim"));
    const [text] = of.edited(of.units).values();
    expect(text).toContain(
      String.raw`'select (nullif(current_setting(\'request.jwt.claims\', true), \'\')::jsonb #>> \'{app_metadata,tenant_id}\')'`,
    );
  });

  test("a case that reads no variable itself stays what it was", () => {
    const of = suite(MIXED, {}, decide("by variable", "claim"));
    expect(inShort(of.decide({ before: PASS, after: PASS })).stays).toContainEqual([
      "by variable",
      "only-test",
      "public.invoice",
    ]);
  });
});

describe("delete", () => {
  test("the case goes, and what nothing else tests is named", () => {
    const one = suite(MIXED, {}, decide("by *", "delete"));
    const { goes } = one.decide({ before: PASS, after: { ...PASS, "by variable": "failed" } });
    expect(goes).toMatchObject([
      // the functions of the tests that only it used are `withVariable` alone, which is no function of the project
      { onMigrated: "failed", decided: REASON, alone: expect.arrayContaining(["public.invoice"]) as string[] },
    ]);
    const [text] = one.edited(goes.map(({ unit }) => unit)).values();
    expect(text).not.toContain("by variable");
    expect(text).not.toContain("withVariable");
  });

  test("also of a case that does not take the variable's path, such as one about the text of SQL", () => {
    const text = `import { expect, test } from "vitest";

test("sends it first", () => {
  expect("set_config('app.tenant_id', $1, true)").toMatch(/app\\.tenant_id/);
});

test("stays", () => {
  expect(1).toBe(1);
});
`;
    expect(suite(text).units).toEqual([]);
    const one = suite(text, {}, decide("sends it first", "delete"));
    const { goes } = one.decide({ after: { "sends it first": "failed", stays: "passed" } });
    expect([...one.edited(goes.map(({ unit }) => unit)).values()]).toEqual([
      `import { expect, test } from "vitest";

test("stays", () => {
  expect(1).toBe(1);
});
`,
    ]);
  });

  test("nothing else rests on a case that a decision takes away", () => {
    const claims = `import { expect, test } from "vitest";
import { withClaim, withVariable } from "./paths";

test("by variable", async () => {
  expect(await withVariable("a", (sql) => sql.query("select id from invoice"))).toEqual({ rows: [{}] });
});

test("by claim", async () => {
  expect(await withClaim("a", (sql) => sql.query("select id from invoice"))).toEqual({ rows: [{}] });
});
`;
    const runs = {
      before: { "by variable": "passed", "by claim": "passed" },
      after: { "by variable": "failed", "by claim": "passed" },
      mutants: [{ name: "m", relation: "public.invoice", differs: { "by claim": "failed" } }],
    } as const;
    // the case by claims covers the relation
    expect(inShort(suite(claims).decide(runs)).goes).toEqual([["by variable", "public.invoice by cases"]]);
    const decided = suite(claims, {}, decide("by claim", "delete")).decide(runs);
    expect(inShort(decided).stays).toEqual([["by variable", "only-test", "public.invoice"]]);
  });
});

test("keep: the case is not asked about any more, and nothing of it changes", () => {
  const one = suite(MIXED, {}, decide("*", "keep"));
  expect([one.units, one.kept]).toEqual([
    [],
    [
      ["leaves nothing behind", REASON],
      ["by variable", REASON],
    ],
  ]);
});
