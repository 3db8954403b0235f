import { numberAfter } from "./naming.ts";
import { section, someFileHas, sqlFiles } from "./reading.ts";
import type { MigrationTool } from "./tool.ts";

const UP = /^--\s*migrate:up\b/i;
const DOWN = /^--\s*migrate:down\b/i;

/**
 * dbmate: both directions in one file, `-- migrate:up` and `-- migrate:down`, in name order, each in a transaction that
 * dbmate begins.
 */
export const dbmate: MigrationTool = {
  name: "dbmate",
  usualPlaces: ["db/migrations"],
  opensTransaction: true,
  detect: (folder) => someFileHas(folder, /^--\s*migrate:up/im),
  read: (folder) => ({ files: sqlFiles(folder).map((name) => section(folder, name, UP, DOWN)), notices: [] }),
  nextName: ({ entries }, { slug, now }) => {
    const path = `${numberAfter(entries, 14, now)}_${slug}.sql`;
    return { up: path, down: path };
  },
  write: (_folder, { up: path }, sql) => [{ path, content: `-- migrate:up\n${sql.up}\n-- migrate:down\n${sql.down}` }],
};
