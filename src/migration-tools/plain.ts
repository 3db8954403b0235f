import { numberAfter, rollbackBeside, twoFiles } from "./naming.ts";
import { inOrder, sqlFiles } from "./reading.ts";
import type { MigrationTool } from "./tool.ts";

/** No known tool: .sql files, in name order. */
export const plain: MigrationTool = {
  name: "plain",
  usualPlaces: ["db/migrate", "migrations", "sql"],
  opensTransaction: false,
  runsInPsql: true,
  detect: (folder) => sqlFiles(folder).length > 0,
  read: (folder) => inOrder(folder, sqlFiles(folder)),
  nextName: ({ entries }, { slug, now }) => {
    const stem = `${numberAfter(entries, 14, now)}_${slug}`;
    return { up: `${stem}.sql`, down: rollbackBeside(stem) };
  },
  write: (_folder, name, sql) => twoFiles(name, sql),
};
