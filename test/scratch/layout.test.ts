import { describe, expect, test } from "vitest";
import type { LayoutName } from "../../src/layouts.ts";
import { readMigrations } from "../../src/scratch/layout.ts";
import { project } from "../support/cli.ts";

const journal = (tags: string[]): string =>
  JSON.stringify({ version: "7", entries: tags.map((tag, idx) => ({ idx, tag })) });

// the order and the parts that each tool itself would run
const cases: [layout: LayoutName, files: Record<string, string>, expected: [path: string, sql: string][]][] = [
  [
    "supabase",
    {
      "supabase/migrations/20250102_b.sql": "b",
      "supabase/migrations/20250101_a.sql": "a",
      "supabase/migrations/README.sql": "not one",
    },
    [
      ["supabase/migrations/20250101_a.sql", "a"],
      ["supabase/migrations/20250102_b.sql", "b"],
    ],
  ],
  [
    "drizzle",
    {
      "drizzle/0001_x.sql": "1",
      "drizzle/0000_y.sql": "0",
      "drizzle/loose.sql": "no",
      "drizzle/meta/_journal.json": journal(["0000_y", "0001_x"]),
    },
    [
      ["drizzle/0000_y.sql", "0"],
      ["drizzle/0001_x.sql", "1"],
    ],
  ],
  [
    "prisma",
    {
      "prisma/migrations/2_b/migration.sql": "b",
      "prisma/migrations/1_a/migration.sql": "a",
      "prisma/migrations/migration_lock.toml": "",
    },
    [
      ["prisma/migrations/1_a/migration.sql", "a"],
      ["prisma/migrations/2_b/migration.sql", "b"],
    ],
  ],
  [
    "flyway",
    {
      "migrations/V10__c.sql": "c",
      "migrations/V1__older.sql": "older than the baseline",
      "migrations/B1.5__base.sql": "base",
      "migrations/V2__a.sql": "a",
      "migrations/V2.1__b.sql": "b",
      "migrations/R__r.sql": "r",
      "migrations/U2__u.sql": "u",
    },
    [
      ["migrations/B1.5__base.sql", "base"],
      ["migrations/V2__a.sql", "a"],
      ["migrations/V2.1__b.sql", "b"],
      ["migrations/V10__c.sql", "c"],
      ["migrations/R__r.sql", "r"],
    ],
  ],
  [
    "golang-migrate",
    {
      "migrations/2_b.up.sql": "b",
      "migrations/2_b.down.sql": "no",
      "migrations/10_c.up.sql": "c",
      "migrations/1_a.up.sql": "a",
    },
    [
      ["migrations/1_a.up.sql", "a"],
      ["migrations/2_b.up.sql", "b"],
      ["migrations/10_c.up.sql", "c"],
    ],
  ],
  [
    "goose",
    {
      "migrations/00001_a.sql":
        "-- +goose Up\n-- +goose StatementBegin\nup\n-- +goose StatementEnd\n-- +goose Down\ndown\n",
      "migrations/10_c.sql": "-- +goose Up\nten\n",
      "migrations/2_b.sql": "-- +goose Up\ntwo\n-- +goose Down\n",
    },
    [
      ["migrations/00001_a.sql", "-- +goose StatementBegin\nup\n-- +goose StatementEnd"],
      ["migrations/2_b.sql", "two"],
      ["migrations/10_c.sql", "ten"],
    ],
  ],
  [
    "tern",
    { "migrations/001_a.sql": "up\n---- create above / drop below ----\ndown\n" },
    [["migrations/001_a.sql", "up"]],
  ],
  [
    "dbmate",
    { "db/migrations/1_a.sql": "-- migrate:up\nup\n-- migrate:down\ndown\n" },
    [["db/migrations/1_a.sql", "up"]],
  ],
  [
    "sqitch",
    {
      "db/sqitch.plan":
        "%syntax-version=1.0.0\n%project=x\n\nzeta 2025-01-01T00:00:00Z a <a@b> # first\nalpha [zeta] 2025-01-02T00:00:00Z a <a@b>\n@v1 2025-01-03T00:00:00Z a <a@b>\nalpha [alpha@v1] 2025-01-04T00:00:00Z a <a@b>\n",
      "db/deploy/alpha.sql": "3",
      "db/deploy/alpha@v1.sql": "2",
      "db/deploy/zeta.sql": "1",
    },
    [
      ["db/deploy/zeta.sql", "1"],
      ["db/deploy/alpha@v1.sql", "2"],
      ["db/deploy/alpha.sql", "3"],
    ],
  ],
  [
    "plain",
    { "sql/02.sql": "b", "sql/01.sql": "a" },
    [
      ["sql/01.sql", "a"],
      ["sql/02.sql", "b"],
    ],
  ],
];

describe.each(cases.map(([layout, files, expected]) => ({ layout, files, expected })))(
  "$layout",
  ({ layout, files, expected }) => {
    test("is detected, in its own order", async () => {
      const dir = project(files);
      // sqitch keeps its plan at the top of its folder
      const found = await readMigrations(layout === "sqitch" ? `${dir}/db` : dir);
      expect(found.layout).toBe(layout);
      expect(found.files.map((file) => [file.path, file.sql.trim()])).toEqual(expected);
    });
  },
);

test("the folder itself may be named, and the layout set", async () => {
  const dir = project({ "supabase/migrations/20250101_a.sql": "a" });
  expect((await readMigrations(`${dir}/supabase/migrations`)).layout).toBe("supabase");
  expect((await readMigrations(`${dir}/supabase/migrations`, "plain")).layout).toBe("plain");
});

test("line numbers count from the top of the file", async () => {
  const dir = project({ "db/migrations/1_a.sql": "-- a comment\n-- migrate:up\nselect 1;\n" });
  expect((await readMigrations(dir)).files[0]?.firstLine).toBe(3);
});

describe("which folder", () => {
  test.each([
    [
      "a seed beside the migrations is none",
      { "supabase/seed.sql": "x", "supabase/migrations/1_a.sql": "a" },
      "supabase",
    ],
    ["the Supabase folder", { "supabase/seed.sql": "x", "supabase/migrations/1_a.sql": "a" }, "."],
    ["a dump at the top is none", { "schema.sql": "x", "migrations/1.sql": "a" }, "."],
    [
      "a tool's folder goes before a plain one",
      { "sql/report.sql": "x", "prisma/migrations/1/migration.sql": "a" },
      ".",
    ],
    [
      "what another tool writes for the Supabase CLI",
      { "supabase/migrations/0000_a.sql": "a", "supabase/migrations/meta/_journal.json": journal([]) },
      ".",
    ],
  ])("%s", async (_, files, where) => {
    const found = await readMigrations(`${project(files)}/${where}`);
    expect(found.files.map((file) => file.sql)).toEqual(["a"]);
  });

  test("two of them: asks", async () => {
    const dir = project({ "supabase/migrations/1_a.sql": "a", "prisma/migrations/1/migration.sql": "b" });
    await expect(readMigrations(dir)).rejects.toMatchObject({
      kind: "usage",
      code: "AMBIGUOUS_MIGRATIONS",
      message: expect.stringContaining("`supabase/migrations`, `prisma/migrations`"),
    });
  });

  test.each([
    ["NO_SUCH_FOLDER", {}, "missing"],
    ["NO_MIGRATIONS", { "README.md": "" }, "."],
    ["NO_MIGRATIONS", { "supabase/migrations/readme.sql": "" }, "."],
    ["BAD_JOURNAL", { "drizzle/meta/_journal.json": "{" }, "."],
  ])("%s", async (code, files, where) => {
    await expect(readMigrations(`${project(files)}/${where}`)).rejects.toMatchObject({ code });
  });
});

test.each([
  [
    "supabase",
    { "supabase/migrations/1_a.sql": "", "supabase/migrations/notes.sql": "" },
    /notes\.sql has no timestamp/,
  ],
  ["drizzle", { "drizzle/meta/_journal.json": journal(["0_a", "1_b"]), "drizzle/0_a.sql": "" }, /1_b\.sql is listed/],
  ["flyway", { "migrations/V1__a.sql": "", "migrations/U1__a.sql": "" }, /U1__a\.sql is an undo migration/],
  ["goose", { "migrations/1_a.sql": "-- +goose Up\n", "migrations/2_b.go": "" }, /2_b\.go is a migration in Go/],
])("%s: what is left out is told", async (_, files, expected) => {
  const { notices } = await readMigrations(project(files));
  expect(notices).toEqual([expect.stringMatching(expected)]);
});
