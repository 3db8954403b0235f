import { expect, test } from "vitest";
import { fileFigures } from "../../src/metrics/index.ts";

const NAMES = new Set(["app.org_id", "set_org"]);

const figures = (files: Record<string, string>): ReturnType<typeof fileFigures> =>
  fileFigures(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    NAMES,
    "supabase/migrations",
  );

const NONE = { files: 0, lines: 0, naming: 0 };

test("code, tests and documents that name a variable or its setter", () => {
  expect(
    figures({
      "lib/db.ts": `await db.query("select set_org($1)");\nexport const other = 1;\n`,
      "lib/plain.ts": "export const plain = 1;\n",
      "lib/db.test.ts": `test("one", () => {});\nit.each([1])("two %s", () => set_org());\nlatest(1);\n`,
      "supabase/tests/rls.sql":
        "select plan(2);\nselect is(current_setting('app.org_id'), '1');\nselect lives_ok('x');\n",
      "docs/rls.md":
        "# Context\n\nCall `set_org` first.\n\n```sql\nset app.org_id = '1';\n```\n\n```sql\nselect 1;\n```\n",
    }),
  ).toEqual({
    service: { files: 1, lines: 2, naming: 1 },
    // `latest` is another word than `test`
    tests: { files: 2, lines: 6, naming: 2, cases: 4 },
    // # Context | Call `set_org` first. | ```sql | set app.org_id = '1'; | ```sql | select 1; : without `#` and `=`
    documents: { files: 1, lines: 11, naming: 2, words: 11, blocks: 1 },
  });
});

test("a longer name is another name", () => {
  expect(figures({ "a.ts": "my_app.org_id; app.org_ids; reset_org(); set_org_id()" })).toMatchObject({ service: NONE });
});

test("migrations are history", () => {
  expect(figures({ "supabase/migrations/1.sql": "set app.org_id = '1'", "db/x.sql": "set app.org_id = '1'" })).toEqual({
    service: NONE,
    tests: { ...NONE, cases: 0 },
    documents: { ...NONE, words: 0, blocks: 0 },
  });
});
