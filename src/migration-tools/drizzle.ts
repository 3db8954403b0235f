import { ToolError, messageOf } from "../errors.ts";
import { numberAfter, rollbackBeside, timestampAfter, twoFiles } from "./naming.ts";
import { inOrder, sqlFiles } from "./reading.ts";
import type { FolderContents, MigrationTool } from "./tool.ts";

const JOURNAL = "meta/_journal.json";
const SQL = "migration.sql";
const SNAPSHOT = "snapshot.json";

/**
 * Drizzle Kit, with the files that `meta/_journal.json` lists, in its order; or, from version 1.0 on, with a folder for
 * each migration and no journal, in the order of their names. Each runs in a transaction that Drizzle begins.
 */
export const drizzle: MigrationTool = {
  name: "drizzle",
  usualPlaces: ["drizzle"],
  opensTransaction: true,
  // Prisma has a folder for each migration too, but no snapshot in it
  detect: (folder) => folder.has(JOURNAL) || folder.entries.some((name) => folder.has(`${name}/${SNAPSHOT}`)),
  read: (folder) => {
    const folders = folder.entries.map((name) => `${name}/${SQL}`).filter((path) => folder.has(path));
    if (!folder.has(JOURNAL)) return inOrder(folder, folders);
    const listed = tagsOf(folder).map((tag) => `${tag}.sql`);
    const unlisted = [...sqlFiles(folder).filter((name) => !listed.includes(name)), ...folders];
    return inOrder(
      folder,
      listed,
      unlisted.map((name) => `${name} is not in the journal and was left out`),
    );
  },
  nextName: (folder, { slug, now }) => {
    const hasJournal = folder.has(JOURNAL);
    const number = hasJournal ? numberAfter(folder.entries, 4, now) : timestampAfter(folder.entries, now);
    const stem = `${number}_${slug}`;
    return { up: hasJournal ? `${stem}.sql` : `${stem}/${SQL}`, down: rollbackBeside(stem) };
  },
  write: (folder, name, sql, { now }) => [
    ...twoFiles(name, sql),
    // without a journal, Drizzle needs no snapshot of a migration that leaves the tables as they are
    ...(folder.has(JOURNAL)
      ? [{ path: JOURNAL, content: withEntry(folder.text(JOURNAL), name.up.replace(/\.sql$/, ""), now), replace: true }]
      : []),
  ],
};

function tagsOf(folder: FolderContents): string[] {
  try {
    const { entries } = JSON.parse(folder.text(JOURNAL)) as { entries: { idx: number; tag: string }[] };
    return entries.toSorted((a, b) => a.idx - b.idx).map((entry) => entry.tag);
  } catch (error) {
    throw new ToolError(
      "environment",
      "BAD_JOURNAL",
      `drizzle's journal \`${folder.path}/${JOURNAL}\` cannot be read: ${messageOf(error)}`,
      "restore the file, or say --layout plain to run the files by name",
      { cause: error },
    );
  }
}

function withEntry(text: string, tag: string, now: Date): string {
  const journal = JSON.parse(text) as { entries?: { idx: number; version?: string }[]; version?: string };
  const entries = journal.entries ?? [];
  const last = entries.at(-1);
  const entry = {
    idx: (last?.idx ?? -1) + 1,
    version: last?.version ?? journal.version ?? "7",
    when: now.getTime(),
    tag,
    breakpoints: true,
  };
  return `${JSON.stringify({ ...journal, entries: [...entries, entry] }, null, 2)}\n`;
}
