import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LayoutName } from "../../src/layouts.ts";
import { outputFiles, outputNames, writeAll } from "../../src/plan/output.ts";
import { readMigrations } from "../../src/scratch/layout.ts";
import { project } from "../support/cli.ts";

const NOW = new Date("2026-03-04T05:06:07Z");
const journal = JSON.stringify({
  version: "7",
  dialect: "postgresql",
  entries: [{ idx: 0, version: "7", when: 1, tag: "0000_first", breakpoints: true }],
});

// what a project of each tool looks like, and where its own tool would look for the next migration
const cases: [layout: LayoutName, files: Record<string, string>, folder: string, up: string, down: string][] = [
  [
    "supabase",
    { "supabase/migrations/20250101000000_a.sql": "select 1;" },
    "supabase/migrations",
    "supabase/migrations/20260304050607_rls_jwt_only.sql",
    "supabase/rollbacks/20260304050607_rls_jwt_only.down.sql",
  ],
  // a name in the future must not run after the new migration
  [
    "supabase",
    { "supabase/migrations/20991231235959_a.sql": "select 1;" },
    "supabase/migrations",
    "supabase/migrations/20991231235960_rls_jwt_only.sql",
    "supabase/rollbacks/20991231235960_rls_jwt_only.down.sql",
  ],
  [
    "drizzle",
    { "drizzle/0000_first.sql": "select 1;", "drizzle/meta/_journal.json": journal },
    "drizzle",
    "drizzle/0001_rls_jwt_only.sql",
    "rollbacks/0001_rls_jwt_only.down.sql",
  ],
  [
    "prisma",
    { "prisma/migrations/20250101000000_a/migration.sql": "select 1;" },
    "prisma/migrations",
    "prisma/migrations/20260304050607_rls_jwt_only/migration.sql",
    "prisma/rollbacks/20260304050607_rls_jwt_only.down.sql",
  ],
  [
    "flyway",
    { "migrations/V9__a.sql": "select 1;", "migrations/V10__b.sql": "select 2;" },
    "migrations",
    "migrations/V11__rls_jwt_only.sql",
    "rollbacks/V11__rls_jwt_only.down.sql",
  ],
  [
    "golang-migrate",
    { "migrations/000009_a.up.sql": "select 1;", "migrations/000009_a.down.sql": "no" },
    "migrations",
    "migrations/000010_rls_jwt_only.up.sql",
    "migrations/000010_rls_jwt_only.down.sql",
  ],
  [
    "goose",
    { "migrations/00009_a.sql": "-- +goose Up\nselect 1;\n-- +goose Down\nno\n" },
    "migrations",
    "migrations/00010_rls_jwt_only.sql",
    "migrations/00010_rls_jwt_only.sql",
  ],
  [
    "tern",
    { "migrations/009_a.sql": "select 1;\n---- create above / drop below ----\nno\n" },
    "migrations",
    "migrations/010_rls_jwt_only.sql",
    "migrations/010_rls_jwt_only.sql",
  ],
  [
    "dbmate",
    { "db/migrations/20250101000000_a.sql": "-- migrate:up\nselect 1;\n-- migrate:down\nno\n" },
    "db/migrations",
    "db/migrations/20260304050607_rls_jwt_only.sql",
    "db/migrations/20260304050607_rls_jwt_only.sql",
  ],
  [
    "sqitch",
    { "db/sqitch.plan": "%project=x\n\na 2025-01-01T00:00:00Z a <a@b>\n", "db/deploy/a.sql": "select 1;" },
    "db",
    "db/deploy/rls_jwt_only.sql",
    "db/revert/rls_jwt_only.sql",
  ],
  [
    "plain",
    { "sql/01_a.sql": "select 1;", "sql/09_b.sql": "select 2;" },
    "sql",
    "sql/10_rls_jwt_only.sql",
    "rollbacks/10_rls_jwt_only.down.sql",
  ],
  [
    "plain",
    { "sql/alpha.sql": "select 1;" },
    "sql",
    "sql/zz_20260304050607_rls_jwt_only.sql",
    "rollbacks/zz_20260304050607_rls_jwt_only.down.sql",
  ],
];

describe.each(cases.map(([layout, files, folder, up, down]) => ({ layout, files, folder, up, down })))(
  "$layout: $up",
  ({ layout, files, folder, up, down }) => {
    test("the tool itself would run the migration last, and never the way back", async () => {
      const dir = project(files);
      const place = { layout, folder: join(dir, folder), projectDir: dir };
      const names = outputNames(place, NOW);
      expect([names.up, names.down]).toEqual([join(dir, up), join(dir, down)]);
      writeAll(
        outputFiles(place, names, { up: "select 'the way there';\n", down: "select 'the way back';\n" }, NOW),
        dir,
      );
      const read = await readMigrations(place.folder, layout);
      expect(read.files.at(-1)?.sql).toContain("the way there");
      for (const file of read.files) expect(file.sql).not.toContain("the way back");
      expect(readFileSync(names.down, "utf8")).toContain("the way back");
    });
  },
);

test("a file that is there is refused, and nothing is written", () => {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-output-"));
  writeFileSync(join(dir, "there.sql"), "mine");
  const files = [
    { path: join(dir, "new.sql"), content: "a" },
    { path: join(dir, "there.sql"), content: "b" },
  ];
  expect(() => writeAll(files, dir)).toThrow(expect.objectContaining({ code: "OUTPUT_EXISTS" }));
  expect(readdirSync(dir)).toEqual(["there.sql"]);
  expect(readFileSync(join(dir, "there.sql"), "utf8")).toBe("mine");
});

test("what cannot be written leaves nothing behind", () => {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-output-"));
  writeFileSync(join(dir, "file"), "");
  const files = [
    { path: join(dir, "a.sql"), content: "a" },
    // a folder cannot be made where a file stands
    { path: join(dir, "file", "b.sql"), content: "b" },
  ];
  expect(() => writeAll(files, dir)).toThrow(expect.objectContaining({ code: "CANNOT_WRITE" }));
  expect(existsSync(join(dir, "a.sql"))).toBe(false);
  expect(readdirSync(dir)).toEqual(["file"]);
});
