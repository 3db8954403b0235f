import { rollbackBeside, timestampAfter, twoFiles } from "./naming.ts";
import { inOrder } from "./reading.ts";
import type { MigrationTool } from "./tool.ts";

/** Prisma Migrate: `prisma/migrations/<timestamp>_name/migration.sql`, a folder for each migration, in name order. */
export const prisma: MigrationTool = {
  name: "prisma",
  usualPlaces: ["prisma/migrations"],
  opensTransaction: false,
  detect: (folder) => folder.entries.some((name) => folder.has(`${name}/migration.sql`)),
  read: (folder) =>
    inOrder(
      folder,
      folder.entries.map((name) => `${name}/migration.sql`).filter((path) => folder.has(path)),
    ),
  nextName: ({ entries }, { slug, now }) => {
    const stem = `${timestampAfter(entries, now)}_${slug}`;
    return { up: `${stem}/migration.sql`, down: rollbackBeside(stem) };
  },
  write: (_folder, name, sql) => twoFiles(name, sql),
};
