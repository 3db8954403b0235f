import { numberAfter, twoFiles } from "./naming.ts";
import { byNumber, fitting, inOrder, sqlFiles } from "./reading.ts";
import type { MigrationTool } from "./tool.ts";

/** golang-migrate: `<number>_name.up.sql` and `<number>_name.down.sql`, by number. */
export const golangMigrate: MigrationTool = {
  name: "golang-migrate",
  usualPlaces: ["migrations"],
  opensTransaction: false,
  detect: (folder) => sqlFiles(folder).some(isUp),
  read: (folder) => {
    const { names, notices } = fitting(folder, (name) => isUp(name) || name.endsWith(".down.sql"), "is no .up.sql");
    return inOrder(folder, names.filter(isUp).toSorted(byNumber), notices);
  },
  nextName: ({ entries }, { slug, now }) => {
    const stem = `${numberAfter(entries, 6, now)}_${slug}`;
    return { up: `${stem}.up.sql`, down: `${stem}.down.sql` };
  },
  write: (_folder, name, sql) => twoFiles(name, sql),
};

const isUp = (name: string): boolean => name.endsWith(".up.sql");
