import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ToolError, messageOf } from "../errors.ts";
import type { LayoutName } from "../layouts.ts";

export interface MigrationFile {
  /** relative to the project's folder */
  path: string;
  /** the up part only */
  sql: string;
  /** line of the file at which `sql` starts */
  firstLine: number;
}

export interface ReadFiles {
  /** paths as the folder was given */
  files: MigrationFile[];
  /** what was left out, and why */
  notices: string[];
}

/** Names of the .sql files of a folder, sorted. */
export const sqlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted();

const read = (path: string): MigrationFile => ({ path, sql: readFileSync(path, "utf8"), firstLine: 1 });

/** The files that are there, in the given order; the others become notices. */
function inOrder(folder: string, names: readonly string[], notices: readonly string[] = []): ReadFiles {
  const there = (name: string): boolean => existsSync(join(folder, name));
  return {
    files: names.filter(there).map((name) => read(join(folder, name))),
    notices: [...notices, ...names.filter((name) => !there(name)).map((name) => `${name} is listed, but is not there`)],
  };
}

/** Files whose names fit, and a notice for each that does not. */
function fitting(folder: string, fits: (name: string) => boolean, why: string): { names: string[]; notices: string[] } {
  const all = sqlFiles(folder);
  return {
    names: all.filter(fits),
    notices: all.filter((name) => !fits(name)).map((name) => `${name} ${why} and was left out`),
  };
}

/** The lines between two marks; the whole file where the first mark is missing. */
function section(path: string, from: RegExp, to: RegExp): MigrationFile {
  const lines = readFileSync(path, "utf8").split("\n");
  const start = lines.findIndex((line) => from.test(line));
  const end = lines.findIndex((line, index) => index > start && to.test(line));
  const first = start < 0 ? 0 : start + 1;
  return { path, sql: lines.slice(first, end < 0 ? undefined : end).join("\n"), firstLine: first + 1 };
}

const NEVER = /(?!)/;

/** By the number a name begins with: tools that count do not sort 10 before 9. Equal numbers stay in name order. */
const byNumber = (a: string, b: string): number => (Number.parseInt(a, 10) || 0) - (Number.parseInt(b, 10) || 0);

/** How each tool orders its files, and which part of a file it runs upwards. Throws ToolError (environment): a journal that cannot be read. */
export const READERS: Record<LayoutName, (folder: string) => ReadFiles> = {
  supabase: (folder) => {
    const { names, notices } = fitting(folder, (name) => /^\d+_/.test(name), "has no timestamp in its name");
    return inOrder(folder, names, notices);
  },
  plain: (folder) => inOrder(folder, sqlFiles(folder)),
  drizzle: (folder) => {
    const tags = drizzleTags(join(folder, "meta", "_journal.json")).map((tag) => `${tag}.sql`);
    const unlisted = sqlFiles(folder).filter((name) => !tags.includes(name));
    return inOrder(
      folder,
      tags,
      unlisted.map((name) => `${name} is not in the journal and was left out`),
    );
  },
  prisma: (folder) =>
    inOrder(
      folder,
      readdirSync(folder)
        .toSorted()
        .map((name) => join(name, "migration.sql"))
        .filter((name) => existsSync(join(folder, name))),
    ),
  flyway,
  "golang-migrate": (folder) => {
    const { names, notices } = fitting(
      folder,
      (name) => name.endsWith(".up.sql") || name.endsWith(".down.sql"),
      "is no .up.sql",
    );
    return inOrder(folder, names.filter((name) => name.endsWith(".up.sql")).toSorted(byNumber), notices);
  },
  goose: (folder) => ({
    files: sqlFiles(folder)
      .toSorted(byNumber)
      .map((name) => section(join(folder, name), /^--\s*\+goose\s+up\b/i, /^--\s*\+goose\s+down\b/i)),
    notices: readdirSync(folder)
      .filter((name) => /^\d+_.*\.go$/.test(name))
      .map((name) => `${name} is a migration in Go and was left out`),
  }),
  tern: (folder) => {
    const { names, notices } = fitting(folder, (name) => /^\d+_/.test(name), "has no number in its name");
    return {
      files: names.toSorted(byNumber).map((name) => section(join(folder, name), NEVER, /^----\s*create above/i)),
      notices,
    };
  },
  dbmate: (folder) => ({
    files: sqlFiles(folder).map((name) => section(join(folder, name), /^--\s*migrate:up\b/i, /^--\s*migrate:down\b/i)),
    notices: [],
  }),
  sqitch: (folder) =>
    inOrder(
      folder,
      sqitchChanges(readFileSync(join(folder, "sqitch.plan"), "utf8")).map((name) => join("deploy", `${name}.sql`)),
    ),
};

function drizzleTags(journal: string): string[] {
  try {
    const { entries } = JSON.parse(readFileSync(journal, "utf8")) as { entries: { idx: number; tag: string }[] };
    return entries.toSorted((a, b) => a.idx - b.idx).map((entry) => entry.tag);
  } catch (error) {
    throw new ToolError(
      "environment",
      "BAD_JOURNAL",
      `drizzle's journal \`${journal}\` cannot be read: ${messageOf(error)}`,
      "restore the file, or say --layout plain to run the files by name",
      { cause: error },
    );
  }
}

/** Changes of a sqitch plan. A change that comes again later was reworked: its earlier script is kept as `name@tag` (sqitch-rework manual). */
function sqitchChanges(plan: string): string[] {
  const lines = plan
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^[%#-]/.test(line));
  const changes: string[] = [];
  // places in `changes` that no tag has closed yet
  let untagged: number[] = [];
  const names = lines.map((line) => /^\+?\s*([^\s[]+)/.exec(line)?.[1] ?? "");
  for (const [index, name] of names.entries()) {
    if (!name.startsWith("@")) {
      untagged.push(changes.push(name) - 1);
      continue;
    }
    for (const place of untagged) {
      const change = changes[place];
      if (change !== undefined && names.includes(change, index)) changes[place] = `${change}${name}`;
    }
    untagged = [];
  }
  return changes;
}

/** Versioned files from the newest baseline on, then the repeatable ones by name. */
function flyway(folder: string): ReadFiles {
  const names = sqlFiles(folder);
  const baseline = names
    .filter((name) => /^B[\d._]+__/.test(name))
    .toSorted(byFlywayVersion)
    .at(-1);
  const versioned = names.filter((name) => /^V[\d._]+__/.test(name)).toSorted(byFlywayVersion);
  const run = versioned.filter((name) => baseline === undefined || byFlywayVersion(name, baseline) > 0);
  const repeatable = names.filter((name) => name.startsWith("R__"));
  const taken = new Set([...run, ...repeatable, ...(baseline === undefined ? [] : [baseline])]);
  const why = (name: string): string => {
    if (/^U[\d._]+__/.test(name)) return "is an undo migration";
    if (/^[VB][\d._]+__/.test(name)) return `is older than the baseline ${baseline ?? ""}`;
    return "has no name that Flyway knows";
  };
  return inOrder(
    folder,
    [...(baseline === undefined ? [] : [baseline]), ...run, ...repeatable],
    names.filter((name) => !taken.has(name)).map((name) => `${name} ${why(name)} and was left out`),
  );
}

/** Flyway orders by number, part for part: V2 before V10, V1.2 before V1.10. */
function byFlywayVersion(a: string, b: string): number {
  const parts = (name: string): number[] => (/^[VB]([\d._]+?)__/.exec(name)?.[1] ?? "").split(/[._]/).map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
