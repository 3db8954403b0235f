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
