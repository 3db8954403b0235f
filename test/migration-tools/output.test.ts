import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readMigrations } from "../../src/migration-tools/migrations-folder.ts";
import { TOOL_NAMES } from "../../src/migration-tools/names.ts";
import { outputFiles, outputNames } from "../../src/migration-tools/output.ts";
import { writeAll } from "../../src/write-files.ts";
import { project } from "../support/cli.ts";
import { EXAMPLES } from "./examples.ts";

const NOW = new Date("2026-03-04T05:06:07Z");

// a dump of Rails has the migration once it has run
describe.each(TOOL_NAMES.filter((name) => name !== "rails"))("%s", (layout) => {
  test("the files that are written are on disk where the tool runs them last", async () => {
    const { folder, files, next, opensTransaction } = EXAMPLES[layout];
    const dir = project(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])));
    const place = { layout, folder: join(dir, folder), projectDir: dir };
    const names = outputNames(place, NOW);
    expect(names).toEqual({
      up: join(place.folder, next.up),
      down: join(place.folder, next.down),
      ownTransaction: !opensTransaction,
    });
    writeAll(outputFiles(place, names, { up: "select 'up';\n", down: "select 'down';\n" }, NOW), dir);
    const read = await readMigrations(place.folder, layout);
    const last = read.files.filter(({ path }) => !path.includes("R__")).at(-1);
    expect(last?.sql).toContain("select 'up'");
    for (const file of read.files) expect(file.sql).not.toContain("select 'down'");
    expect(readFileSync(names.down, "utf8")).toContain("select 'down'");
  });
});
