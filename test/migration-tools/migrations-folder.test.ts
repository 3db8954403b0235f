import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readMigrations } from "../../src/migration-tools/migrations-folder.ts";
import { TOOL_NAMES } from "../../src/migration-tools/names.ts";
import { project } from "../support/cli.ts";
import { drizzleJournal, EXAMPLES } from "./examples.ts";

describe.each(TOOL_NAMES)("%s", (layout) => {
  test("is found in its usual place, and read in its own order", async () => {
    const { folder, files, runs } = EXAMPLES[layout];
    const dir = project(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])));
    // the folder of Sqitch has the name that a project gives it
    const found = await readMigrations(layout === "sqitch" ? `${dir}/${folder}` : dir);
    expect(found.layout).toBe(layout);
    expect(found.files.map((file) => [file.path, file.sql.trim()])).toEqual(
      // a Flyway project of Java is known by its folder of resources
      runs.map(([path, sql]) => [`${folder.replace("src/main/resources/", "")}/${path}`, sql]),
    );
  });
});

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
      { "supabase/migrations/0000_a.sql": "a", "supabase/migrations/meta/_journal.json": drizzleJournal([]) },
      ".",
    ],
  ])("%s", async (_, files, where) => {
    const found = await readMigrations(`${project(files)}/${where}`);
    expect(found.files.map((file) => file.sql)).toEqual(["a"]);
  });

  test("Rails with schema.rb alone: says that it holds no policies", async () => {
    await expect(readMigrations(project({ "db/schema.rb": "", "db/migrate/1_a.rb": "" }))).rejects.toMatchObject({
      code: "NO_MIGRATIONS",
      message: expect.stringContaining("`db/schema.rb` holds no policies"),
      hint: expect.stringContaining("schema_format = :sql"),
    });
  });

  test("seeds beside plain migrations are none", async () => {
    const dir = project({ "db/seeds.sql": "x", "db/migrate/1.sql": "a" });
    expect((await readMigrations(dir)).files.map(({ sql }) => sql)).toEqual(["a"]);
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

describe("a project below the named folder", () => {
  const WEB = "apps/web/supabase/migrations";
  test.each<[name: string, files: Record<string, string>, folder: string, layout: string, projectDir: string]>([
    ["Supabase", { [`${WEB}/1_a.sql`]: "a" }, WEB, "supabase", "apps/web"],
    [
      "Prisma",
      { "services/api/prisma/migrations/1_a/migration.sql": "a" },
      "services/api/prisma/migrations",
      "prisma",
      "services/api",
    ],
    [
      "Drizzle, in a folder of another name",
      { "packages/db/out-sql/meta/_journal.json": drizzleJournal(["1_a"]), "packages/db/out-sql/1_a.sql": "a" },
      "packages/db/out-sql",
      "drizzle",
      "packages/db",
    ],
    [
      "Flyway, deeper than a folder is looked at by itself",
      { "services/pay/src/main/resources/db/migration/V1__a.sql": "a" },
      "services/pay/src/main/resources/db/migration",
      "flyway",
      "services/pay/src/main/resources",
    ],
    ["numbered files of no tool", { "backend/migrations/001_a.sql": "a" }, "backend/migrations", "plain", "backend"],
    [
      "a tool's folder goes before one of numbered files",
      { [`${WEB}/1_a.sql`]: "a", "backend/migrations/001_b.sql": "b" },
      WEB,
      "supabase",
      "apps/web",
    ],
    ["a dump at the top is none", { "schema.sql": "x", [`${WEB}/1_a.sql`]: "a" }, WEB, "supabase", "apps/web"],
    [
      "files of others, and invented ones",
      {
        [`${WEB}/1_a.sql`]: "a",
        ...Object.fromEntries(
          ["node_modules/x", "vendor/x", "dist", "tests/one", ".cache/x"].map((place) => [
            `${place}/supabase/migrations/1_b.sql`,
            "b",
          ]),
        ),
      },
      WEB,
      "supabase",
      "apps/web",
    ],
  ])("%s", async (_, files, folder, layout, projectDir) => {
    const dir = project(files);
    const found = await readMigrations(dir);
    expect({ ...found, files: found.files.map(({ sql }) => sql) }).toMatchObject({
      layout,
      folder: join(dir, folder),
      projectDir: join(dir, projectDir),
      isBelow: true,
      files: ["a"],
      notices: [],
    });
  });

  test("one in a usual place is not called below", async () => {
    expect((await readMigrations(project({ "supabase/migrations/1_a.sql": "a" }))).isBelow).toBe(false);
  });

  test("several: a command for each, which a shell reads as it is meant", async () => {
    const dir = project({
      [`${WEB}/1_a.sql`]: "a",
      "apps/it's mine/prisma/migrations/1_b/migration.sql": "b",
    });
    await expect(readMigrations(dir)).rejects.toMatchObject({
      kind: "usage",
      code: "AMBIGUOUS_MIGRATIONS",
      list: [
        expect.stringMatching(/^ {2}rlsmith init \S+ --folder 'apps\/it'\\''s mine\/prisma\/migrations' {3}# prisma$/),
        expect.stringMatching(/^ {2}rlsmith init \S+ --folder apps\/web\/supabase\/migrations {3}# supabase$/),
      ],
    });
    expect((await readMigrations(dir, "prisma")).layout).toBe("prisma");
    expect((await readMigrations(join(dir, WEB))).files.map(({ sql }) => sql)).toEqual(["a"]);
  });

  test("a plain folder of the project beside a tool's folder below: asks", async () => {
    const dir = project({ "sql/report.sql": "x", [`${WEB}/1_a.sql`]: "a" });
    await expect(readMigrations(dir)).rejects.toMatchObject({ code: "AMBIGUOUS_MIGRATIONS" });
  });

  test.each([
    ["a single file without a number", { "backend/migrations/seed.sql": "x" }],
    ["numbered files in a folder of another name", { "docs/queries/1.sql": "x" }],
    ["five folders down", { "a/b/c/d/e/migrations/1_a.sql": "x" }],
  ])("none: %s", async (_, files) => {
    await expect(readMigrations(project(files))).rejects.toMatchObject({ code: "NO_MIGRATIONS" });
  });
});
