import { describe, expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import { parseConfigToml, type ConfigToml } from "../../src/pipeline/config-toml.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { silent } from "../../src/progress.ts";
import { project } from "../support/cli.ts";

const read = (text: string): ConfigToml => parseConfigToml(text, "supabase/config.toml");
const errorOf = (text: string): unknown => {
  try {
    return read(text);
  } catch (error) {
    return error;
  }
};

describe("auto_expose_new_tables", () => {
  test.each<[string, string, boolean | null]>([
    ["nothing", "", null],
    ["another key of the table", "[api]\nport = 54321\n", null],
    ["a table", "[api]\nauto_expose_new_tables = true\n", true],
    ["a comment behind it", "[api] # the Data API\nauto_expose_new_tables = false # for now\n", false],
    ["a comment instead of it", "# auto_expose_new_tables = true\n[api]\n# auto_expose_new_tables = true", null],
    ["a dotted key", "api.auto_expose_new_tables = false", false],
    ["a dotted key with spaces and quotes", 'api . "auto_expose_new_tables" = true', true],
    ["an inline table", "api = { port = 54321, auto_expose_new_tables = true }", true],
    ["a table of a remote", "[remotes.staging.api]\nauto_expose_new_tables = true", null],
    ["lines of a text that look like it", 'note = """\n[api]\nauto_expose_new_tables = true\n"""', null],
    ["carriage returns and a byte order mark", "\uFEFF[api]\r\nauto_expose_new_tables = true\r\n", true],
    ["a variable of the environment", '[api]\nauto_expose_new_tables = "env(EXPOSE)"', null],
    [
      "a number that is too long for JavaScript",
      "[api]\nmax = 9223372036854775807\nauto_expose_new_tables = true",
      true,
    ],
  ])("%s", (_, text, wanted) => {
    expect(read(text).autoExpose).toBe(wanted);
  });
});

describe("the paths of seeds", () => {
  test.each<[string, string, string[]]>([
    ["nothing", "", ["./seed.sql"]],
    ["a table without paths", "[db.seed]\nenabled = true\n", ["./seed.sql"]],
    ["paths", "[db.seed]\nsql_paths = [\"./a.sql\", 'b/*.sql']\n[auth]\nenabled = false\n", ["./a.sql", "b/*.sql"]],
    [
      "an array over several lines, with comments and a last comma",
      '[db.seed]\nsql_paths = [\n  "./a.sql", # first, "not this"\n  # "./b.sql",\n  "c[1].sql",\n]\n',
      ["./a.sql", "c[1].sql"],
    ],
    ["an inline table", '[db]\nseed = { enabled = true, sql_paths = ["./a.sql"] }', ["./a.sql"]],
    ["a dotted key", 'db.seed.sql_paths = ["./a.sql"]', ["./a.sql"]],
    ["a dotted key in a table", '[db]\nport = 1\nseed.sql_paths = ["./a.sql"]', ["./a.sql"]],
    ["none", "[db.seed]\nsql_paths = []", []],
    ["switched off", "[db.seed]\nenabled = false # for now\n", []],
    ["switched off in an inline table", '[db]\nseed = { enabled = false, sql_paths = ["./a.sql"] }', []],
    ["the seed of a remote", '[remotes.staging.db.seed]\nsql_paths = ["./a.sql"]', ["./seed.sql"]],
    ["a variable of the environment, as text", '[db.seed]\nsql_paths = ["env(SEED)"]', ["env(SEED)"]],
  ])("%s", (_, text, wanted) => {
    expect(read(text).seeds).toEqual(wanted);
  });
});

describe("a file that is not TOML", () => {
  // the lines at which each of them stops being TOML (toml.io, v1.0.0)
  test.each<[string, string, number]>([
    ["a value without quotes", "[api]\nport = env(PORT)\n", 2],
    ["a key twice", "[api]\nport = 1\n\nport = 2\n", 4],
    ["a header that is not closed", "[api\nport = 1\n", 1],
    ["an array that is not closed", '[db.seed]\nsql_paths = ["a.sql"\n', 3],
    ["JSON", '{ "api": {} }', 1],
  ])("%s", (_, text, line) => {
    const error = errorOf(text);
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({
      kind: "usage",
      code: "BAD_CONFIG_TOML",
      message: expect.stringMatching(
        new RegExp(`^\`supabase/config.toml\` is not TOML: line ${line}, column \\d+: \\S.*$`),
      ),
    });
  });

  test("its secrets are not in the error", () => {
    const error = errorOf('[auth.external.apple]\nsecret = "swordfish" oops\n');
    expect(error).toMatchObject({ code: "BAD_CONFIG_TOML" });
    expect(`${String(error)} ${JSON.stringify(error)} ${(error as ToolError).stack}`).not.toContain("swordfish");
    expect((error as ToolError).cause).toBeUndefined();
  });

  test("every command that replays the project says so", async () => {
    const projectDir = project({
      "supabase/migrations/20260101000000_a.sql": "create table public.note (id int);",
      "supabase/config.toml": "[api\n",
    });
    await expect(
      openSource({ projectDir, scratch: { kind: "embedded" }, strict: false, progress: silent }),
    ).rejects.toMatchObject({ code: "BAD_CONFIG_TOML", message: expect.stringContaining("`supabase/config.toml`") });
  });
});
