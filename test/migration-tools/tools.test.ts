import { describe, expect, test } from "vitest";
import { TOOL_NAMES, type ToolName } from "../../src/migration-tools/names.ts";
import { ROW_SECURITY } from "../../src/migration-tools/output.ts";
import { detectTool, TOOLS } from "../../src/migration-tools/tools.ts";
import { drizzleJournal, EXAMPLES, type Example } from "./examples.ts";
import { folderOf, withFiles } from "./folder.ts";

const MIGRATION = { ...ROW_SECURITY, now: new Date("2026-03-04T05:06:07Z") };
const SQL = { up: "select 'the up migration';\n", down: "select 'the down migration';\n" };

const contentsOf = ({ folder, files }: Pick<Example, "folder" | "files">) => folderOf(folder, files);

describe.each(TOOL_NAMES)("%s", (name) => {
  const tool = TOOLS[name];
  const example = EXAMPLES[name];

  test("is listed under its own name", () => {
    expect(tool.name).toBe(name);
    expect(tool.opensTransaction).toBe(example.opensTransaction);
  });

  test("recognises its own folder, and no other tool does", () => {
    const folder = contentsOf(example);
    expect(detectTool(folder)).toBe(name);
    // any folder of .sql files is a plain one, if no tool takes it
    const others = TOOL_NAMES.filter((other) => other !== name && other !== "plain");
    expect(others.filter((other) => TOOLS[other].detect(folder))).toEqual([]);
  });

  test("finds no migrations in an empty folder", () => {
    expect(tool.detect(folderOf("empty", {}))).toBe(false);
    expect(tool.detect(folderOf("empty", { "README.md": "" }))).toBe(false);
  });

  test("reads the files in the order in which it runs them", () => {
    const { files } = tool.read(contentsOf(example));
    expect(files.map(({ path, sql }) => [path, sql.trim()])).toEqual(example.runs);
  });

  test("counts lines from the top of the file", () => {
    for (const { path, sql, firstLine } of tool.read(contentsOf(example)).files) {
      const lines = (example.files[path] ?? "").split("\n").slice(firstLine - 1);
      expect(lines.join("\n").startsWith(sql)).toBe(true);
    }
  });

  test("gives the next migration its name", () => {
    expect(tool.nextName(contentsOf(example), MIGRATION)).toEqual(example.next);
  });

  // a dump has the migration once it has run
  test.skipIf(name === "rails")("runs what it has written last, and only its up part", () => {
    checkWritten(name, example);
  });

  // graphile-migrate has one migration in work
  test.skipIf(["graphile-migrate", "rails"].includes(name))("writes a second migration after the first", () => {
    const folder = contentsOf(example);
    const written = tool.write(folder, tool.nextName(folder, MIGRATION), SQL, MIGRATION);
    checkWritten(name, { ...example, files: withFiles(example.files, written) }, "claims_sync");
  });
});

/** The migration is written as the tool says; then the tool reads it back. */
function checkWritten(name: ToolName, project: Pick<Example, "folder" | "files">, slug = MIGRATION.slug): void {
  const tool = TOOLS[name];
  const folder = contentsOf(project);
  const migration = { ...MIGRATION, slug };
  const up = `select '${slug}: up';\n`;
  const down = `select '${slug}: down';\n`;
  const next = tool.nextName(folder, migration);
  const written = tool.write(folder, next, { up, down }, migration);
  // a file that is there already is the tool's own list, never a migration
  expect(written.filter(({ path }) => path in project.files).map(({ replace }) => replace)).toEqual(
    written.filter(({ path }) => path in project.files).map(() => true),
  );
  const after = withFiles(project.files, written);
  const contents = folderOf(project.folder, after);
  expect(detectTool(contents)).toBe(name);
  const { files } = tool.read(contents);
  // Flyway runs repeatable migrations after all others
  const last = files.filter(({ path }) => !path.startsWith("R__")).at(-1);
  expect(last?.path).toBe(next.up);
  expect(last?.sql).toContain(up);
  for (const { sql } of files) expect(sql).not.toContain(down);
  expect(after[next.down]).toContain(down);
}

describe("names of the next migration", () => {
  const cases: [why: string, name: ToolName, files: Record<string, string>, up: string][] = [
    ["a name in the future", "supabase", { "20991231235959_a.sql": "" }, "20991231235960_rls_jwt_only.sql"],
    [
      "timestamps where others have them",
      "golang-migrate",
      { "20250101000000_a.up.sql": "" },
      "20260304050607_rls_jwt_only.up.sql",
    ],
    ["no migration yet", "goose", {}, "00001_rls_jwt_only.sql"],
    ["no migration yet, and timestamps are the custom", "dbmate", {}, "20260304050607_rls_jwt_only.sql"],
    ["9 before 10", "flyway", { "V9__a.sql": "", "V10__b.sql": "" }, "V11__rls_jwt_only.sql"],
    ["timestamps as versions", "flyway", { "V20250101000000__a.sql": "" }, "V20260304050607__rls_jwt_only.sql"],
    ["the width that others have", "tern", { "0009_a.sql": "" }, "0010_rls_jwt_only.sql"],
    // words come after every digit
    ["names without numbers", "plain", { "alpha.sql": "" }, "zz_20260304050607_rls_jwt_only.sql"],
  ];
  test.each(cases)("%s (%s)", (_, name, files, up) => {
    expect(TOOLS[name].nextName(folderOf(EXAMPLES[name].folder, files), MIGRATION).up).toBe(up);
  });
});

test("the Supabase CLI's folder is recognised although another tool's files are beside it", () => {
  const files = { "0000_a.sql": "a", "meta/_journal.json": drizzleJournal(["0000_a"]) };
  expect(detectTool(folderOf("supabase/migrations", files))).toBe("supabase");
  expect(detectTool(folderOf("drizzle", files))).toBe("drizzle");
});

test("an entry is added to Drizzle's journal in the journal's own format", () => {
  const folder = contentsOf(EXAMPLES.drizzle);
  const written = TOOLS.drizzle.write(folder, EXAMPLES.drizzle.next, SQL, MIGRATION);
  const journal: unknown = JSON.parse(written.find(({ path }) => path === "meta/_journal.json")?.content ?? "");
  expect(journal).toEqual({
    version: "7",
    dialect: "postgresql",
    entries: [
      { idx: 0, version: "7", tag: "0000_y" },
      { idx: 1, version: "7", tag: "0001_x" },
      { idx: 2, version: "7", when: MIGRATION.now.getTime(), tag: "0002_rls_jwt_only", breakpoints: true },
    ],
  });
});

describe("Drizzle's folder for each migration, without a journal", () => {
  // as drizzle-kit 1.0.0-beta.24 writes them, and drizzle-orm 1.0.0-rc.5 reads them: every folder with a migration.sql,
  // by name
  const files = {
    "20250102000000_b/migration.sql": "b",
    "20250102000000_b/snapshot.json": "{}",
    "20250101000000_a/migration.sql": "a",
    "20250101000000_a/snapshot.json": "{}",
    "20250103000000_empty/snapshot.json": "{}",
  };
  const example = {
    ...EXAMPLES.drizzle,
    files,
    runs: [
      ["20250101000000_a/migration.sql", "a"],
      ["20250102000000_b/migration.sql", "b"],
    ],
  };

  test("is recognised, and read by name", () => {
    const folder = contentsOf(example);
    expect(TOOL_NAMES.filter((name) => name !== "prisma" && TOOLS[name].detect(folder))).toEqual(["drizzle"]);
    expect(detectTool(folder)).toBe("drizzle");
    expect(TOOLS.drizzle.read(folder).files.map(({ path, sql }) => [path, sql])).toEqual(example.runs);
  });

  test("gets a folder for the next one, and no journal", () => {
    const folder = contentsOf(example);
    const next = TOOLS.drizzle.nextName(folder, MIGRATION);
    expect(next).toEqual({
      up: "20260304050607_rls_jwt_only/migration.sql",
      down: "../rollbacks/20260304050607_rls_jwt_only.down.sql",
    });
    expect(TOOLS.drizzle.write(folder, next, SQL, MIGRATION).map(({ path }) => path)).toEqual([next.up, next.down]);
    checkWritten("drizzle", example);
  });

  test("one beside a journal is left out, as Drizzle refuses it", () => {
    const both = { ...files, "meta/_journal.json": drizzleJournal(["0_a"]), "0_a.sql": "a" };
    expect(TOOLS.drizzle.read(folderOf("drizzle", both))).toMatchObject({
      files: [{ path: "0_a.sql" }],
      notices: [
        "20250101000000_a/migration.sql is not in the journal and was left out",
        "20250102000000_b/migration.sql is not in the journal and was left out",
      ],
    });
  });
});

describe("Rails", () => {
  const folder = contentsOf(EXAMPLES.rails);

  test("gets a migration in Ruby, of the version of the others, in which nothing is interpolated", () => {
    const sql = { up: "select '#{x}';\n  SQL\nselect '\\\\';\n", down: "select 2;\n" };
    const written = TOOLS.rails.write(folder, EXAMPLES.rails.next, sql, MIGRATION);
    expect(written).toEqual([
      {
        path: EXAMPLES.rails.next.up,
        content: `class RlsJwtOnly < ActiveRecord::Migration[7.2]
  def up
    execute <<-'SQL_'
select '#{x}';
  SQL
select '\\\\';
    SQL_
  end

  def down
    execute <<-'SQL'
select 2;
    SQL
  end
end
`,
      },
    ]);
  });

  test("a migration that the dump does not have is reported", () => {
    const more = { ...EXAMPLES.rails.files, "migrate/20250103000000_c.rb": "" };
    expect(TOOLS.rails.read(folderOf("db", more)).notices).toEqual([
      "migrate/20250103000000_c.rb is newer than structure.sql and was left out",
    ]);
  });
});

describe("graphile-migrate", () => {
  const tool = TOOLS["graphile-migrate"];
  const GMRC = `/* JSON5 */ {
    // values
    placeholders: { ':DATABASE_VISITOR': 'app_visitor', ":APP_SECRET": "!ENV", },
    "afterReset": ["!afterReset.sql", { _: "sql", file: "more.sql" }, { "_": "command", "command": "echo" }],
  }`;
  const files = {
    "../.gmrc": GMRC,
    "afterReset.sql": "reset",
    "more.sql": "more",
    "committed/000001.sql":
      "grant x to :DATABASE_VISITOR; do $$ ':DATABASE_VISITOR' $$; a::DATABASE; :DATABASE_VISITORS",
    "current/2-b.sql": "two",
    "current/1.sql": "--! include deep/f.sql\none",
    "fixtures/deep/f.sql": "to :DATABASE_VISITOR",
  };

  test("what runs on a new database, the committed files, and those in work, with their placeholders", () => {
    const { files: read } = tool.read(folderOf("migrations", files));
    expect(read.map(({ path, sql }) => [path, sql])).toEqual([
      ["afterReset.sql", "reset"],
      ["more.sql", "more"],
      // its README: they are replaced everywhere, also in strings; a longer name is another one
      ["committed/000001.sql", "grant x to app_visitor; do $$ 'app_visitor' $$; a::DATABASE; :DATABASE_VISITORS"],
      ["current/1.sql", "to app_visitor\none"],
      ["current/2-b.sql", "two"],
    ]);
  });

  test("a placeholder without a value is named, with its place", () => {
    const more = { ...files, "current/3.sql": "select\n:DATABASE_OWNER, :APP_SECRET;" };
    const refused = (): unknown => tool.read(folderOf("migrations", more));
    expect(refused).toThrowError(
      expect.objectContaining({
        code: "UNSET_VARIABLES",
        names: ["DATABASE_OWNER", "APP_SECRET"],
        list: ["  migrations/current/3.sql:2 :DATABASE_OWNER", "  migrations/current/3.sql:2 :APP_SECRET"],
      }),
    );
    const values = { DATABASE_OWNER: "owner", APP_SECRET: "s", DATABASE_VISITOR: "other" };
    const { files: read } = tool.read(folderOf("migrations", more), values);
    expect(read.at(-1)?.sql).toBe("select\nowner, s;");
    expect(read.find(({ path }) => path.startsWith("committed"))?.sql).toMatch(/^grant x to other;/);
  });

  test("the next one goes behind the files in work", () => {
    expect(tool.nextName(folderOf("migrations", files), MIGRATION).up).toBe("current/3-rls_jwt_only.sql");
  });

  test("a migration in work is not replaced", () => {
    const folder = folderOf("migrations", { "committed/000001.sql": "a", "current.sql": "select 1;" });
    expect(() => tool.write(folder, tool.nextName(folder, MIGRATION), SQL, MIGRATION)).toThrowError(
      expect.objectContaining({ code: "OUTPUT_EXISTS", hint: expect.stringContaining("graphile-migrate commit") }),
    );
  });

  test("a config that is not JSON5", () => {
    expect(() => tool.read(folderOf("migrations", { ...files, "../.gmrc": "{ placeholders: " }))).toThrowError(
      expect.objectContaining({ code: "BAD_GMRC" }),
    );
  });
});

test("Sqitch's plan keeps a note of the change", () => {
  const folder = contentsOf(EXAMPLES.sqitch);
  const written = TOOLS.sqitch.write(folder, EXAMPLES.sqitch.next, SQL, MIGRATION);
  const lines = written.find(({ path }) => path === "sqitch.plan")?.content.split("\n") ?? [];
  expect(lines.at(-2)).toBe(
    "rls_jwt_only 2026-03-04T05:06:07Z rlsmith <rlsmith@localhost> # row security by JWT claims only",
  );
});

describe("a file that is left out is reported, with the reason", () => {
  const cases: [name: ToolName, files: Record<string, string>, notice: string][] = [
    ["supabase", { "1_a.sql": "", "notes.sql": "" }, "notes.sql has no timestamp in its name and was left out"],
    [
      "drizzle",
      { "meta/_journal.json": drizzleJournal(["0_a", "1_b"]), "0_a.sql": "" },
      "1_b.sql is listed, but does not exist",
    ],
    [
      "drizzle",
      { "meta/_journal.json": drizzleJournal(["0_a"]), "0_a.sql": "", "2_c.sql": "" },
      "2_c.sql is not in the journal and was left out",
    ],
    ["flyway", { "V1__a.sql": "", "U1__a.sql": "" }, "U1__a.sql is an undo migration and was left out"],
    ["flyway", { "B2__b.sql": "", "V1__a.sql": "" }, "V1__a.sql is older than the baseline B2__b.sql and was left out"],
    ["flyway", { "V1__a.sql": "", "a.sql": "" }, "a.sql has no name that Flyway knows and was left out"],
    ["golang-migrate", { "1_a.up.sql": "", "a.sql": "" }, "a.sql is no .up.sql and was left out"],
    ["goose", { "1_a.sql": "-- +goose Up\n", "2_b.go": "" }, "2_b.go is a migration in Go and was left out"],
    ["tern", { "1_a.sql": "", "a.sql": "" }, "a.sql has no number in its name and was left out"],
    ["sqitch", { "sqitch.plan": "a 2025-01-01T00:00:00Z a <a@b>\n" }, "deploy/a.sql is listed, but does not exist"],
  ];
  test.each(cases)("%s %o", (name, files, notice) => {
    expect(TOOLS[name].read(folderOf(EXAMPLES[name].folder, files)).notices).toEqual([notice]);
  });
});
