import { rollbackBeside, timestampAfter, twoFiles } from "./naming.ts";
import { fitting, inOrder, sqlFiles } from "./reading.ts";
import type { MigrationTool } from "./tool.ts";

/**
 * Supabase's CLI: `supabase/migrations/<timestamp>_name.sql`. Every file in the folder runs on the next push, so the
 * down file is written elsewhere.
 */
export const supabase: MigrationTool = {
  name: "supabase",
  usualPlaces: ["supabase/migrations"],
  opensTransaction: false,
  // Another tool may write its files and its journal there, but the Supabase CLI runs them.
  detect: (folder) => sqlFiles(folder).length > 0 && /[/\\]supabase[/\\]migrations$/.test(folder.path),
  read: (folder) => {
    const { names, notices } = fitting(folder, (name) => /^\d+_/.test(name), "has no timestamp in its name");
    return inOrder(folder, names, notices);
  },
  nextName: ({ entries }, { slug, now }) => {
    const stem = `${timestampAfter(entries, now)}_${slug}`;
    return { up: `${stem}.sql`, down: rollbackBeside(stem) };
  },
  write: (_folder, name, sql) => twoFiles(name, sql),
};
