import type { FolderContents, MigrationFile, ReadFiles } from "./tool.ts";

/** The names of the .sql files directly in a folder, sorted. */
export const sqlFiles = ({ entries }: FolderContents): string[] => entries.filter((name) => name.endsWith(".sql"));

/** The existing files among the names, in the given order; each missing one becomes a notice. */
export function inOrder(folder: FolderContents, names: readonly string[], notices: readonly string[] = []): ReadFiles {
  const there = new Set(names.filter((name) => folder.has(name)));
  return {
    files: names
      .filter((name) => there.has(name))
      .map((name) => ({ path: name, sql: folder.text(name), firstLine: 1 })),
    notices: [
      ...notices,
      ...names.filter((name) => !there.has(name)).map((name) => `${name} is listed, but does not exist`),
    ],
  };
}

/** The .sql files whose names match, and a notice for each of the others. */
export function fitting(
  folder: FolderContents,
  fits: (name: string) => boolean,
  why: string,
): { names: string[]; notices: string[] } {
  const all = sqlFiles(folder);
  return {
    names: all.filter(fits),
    notices: all.filter((name) => !fits(name)).map((name) => `${name} ${why} and was left out`),
  };
}

/** The lines of a file between two marks; from its first line if `from` is null or does not occur. */
export function section(folder: FolderContents, name: string, from: RegExp | null, to: RegExp): MigrationFile {
  const lines = folder.text(name).split("\n");
  const first = from === null ? 0 : lines.findIndex((line) => from.test(line)) + 1;
  const end = lines.findIndex((line, index) => index >= first && to.test(line));
  return { path: name, sql: lines.slice(first, end < 0 ? undefined : end).join("\n"), firstLine: first + 1 };
}

/**
 * True if one of the first files has a matching line. A few files are enough, because a tool writes its marks to all of
 * them.
 */
export const someFileHas = (folder: FolderContents, mark: RegExp): boolean =>
  sqlFiles(folder)
    .slice(0, 20)
    .some((name) => mark.test(folder.text(name)));

/**
 * Order by the number at the start of a name, as tools do that compare numbers (9 before 10). Equal numbers stay in
 * name order.
 */
export const byNumber = (a: string, b: string): number => (Number.parseInt(a, 10) || 0) - (Number.parseInt(b, 10) || 0);
