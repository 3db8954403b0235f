import { numberAfter } from "./naming.ts";
import { byNumber, section, someFileHas, sqlFiles } from "./reading.ts";
import type { MigrationTool } from "./tool.ts";

const UP = /^--\s*\+goose\s+up\b/i;
const DOWN = /^--\s*\+goose\s+down\b/i;

/**
 * goose: both directions in one file, `-- +goose Up` and `-- +goose Down`, by number, each in a transaction that goose
 * begins.
 */
export const goose: MigrationTool = {
  name: "goose",
  usualPlaces: ["migrations"],
  opensTransaction: true,
  detect: (folder) => someFileHas(folder, /^--\s*\+goose\s+up/im),
  read: (folder) => ({
    files: sqlFiles(folder)
      .toSorted(byNumber)
      .map((name) => section(folder, name, UP, DOWN)),
    notices: folder.entries
      .filter((name) => /^\d+_.*\.go$/.test(name))
      .map((name) => `${name} is a migration in Go and was left out`),
  }),
  nextName: ({ entries }, { slug, now }) => {
    const path = `${numberAfter(entries, 5, now)}_${slug}.sql`;
    return { up: path, down: path };
  },
  write: (_folder, { up: path }, sql) => {
    // Without these marks, goose would split the text at every semicolon at the end of a line, even inside a function.
    const whole = (text: string): string => `-- +goose StatementBegin\n${text}-- +goose StatementEnd\n`;
    return [{ path, content: `-- +goose Up\n${whole(sql.up)}\n-- +goose Down\n${whole(sql.down)}` }];
  },
};
