import { numberAfter } from "./naming.ts";
import { byNumber, fitting, section, someFileHas, sqlFiles } from "./reading.ts";
import type { MigrationTool } from "./tool.ts";

const DIVIDER = /^----\s*create above/i;

/**
 * tern: both directions in one file, separated by `---- create above / drop below ----`, by number, each in a
 * transaction that tern begins.
 */
export const tern: MigrationTool = {
  name: "tern",
  usualPlaces: ["migrations"],
  opensTransaction: true,
  detect: (folder) =>
    sqlFiles(folder).length > 0 && (folder.has("tern.conf") || someFileHas(folder, /^----\s*create above/im)),
  read: (folder) => {
    const { names, notices } = fitting(folder, (name) => /^\d+_/.test(name), "has no number in its name");
    return { files: names.toSorted(byNumber).map((name) => section(folder, name, null, DIVIDER)), notices };
  },
  nextName: ({ entries }, { slug, now }) => {
    const path = `${numberAfter(entries, 3, now)}_${slug}.sql`;
    return { up: path, down: path };
  },
  write: (_folder, { up: path }, sql) => [
    { path, content: `${sql.up}\n---- create above / drop below ----\n\n${sql.down}` },
  ],
};
