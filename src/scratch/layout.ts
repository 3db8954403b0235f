import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { ToolError } from "../errors.ts";
import type { LayoutName } from "../layouts.ts";

export interface MigrationFile {
  /** relative to the project's folder */
  path: string;
  /** the up part only */
  sql: string;
  /** line of the file at which `sql` starts */
  firstLine: number;
}

export interface MigrationsFolder {
  layout: LayoutName;
  /** absolute */
  projectDir: string;
  /** the folder that holds the migrations, absolute */
  folder: string;
  files: MigrationFile[];
  /** what was left out, and why */
  notices: string[];
}

// Where the tools keep their migrations, seen from the project's folder.
const USUAL_PLACES = [
  "supabase/migrations",
  "prisma/migrations",
  "drizzle",
  "db/migrations",
  "db/migrate",
  "migrations",
  "sql",
  "src/main/resources/db/migration",
];

/**
 * Read a project's migrations in the order in which its tool runs them. `path` is the project, or the migrations folder itself.
 * Throws ToolError (usage): no such folder, no migrations in it.
 */
export async function readMigrations(path: string, layout?: LayoutName): Promise<MigrationsFolder> {
  if (!existsSync(path) || !statSync(path).isDirectory())
    throw new ToolError(
      "usage",
      "NO_SUCH_FOLDER",
      `there is no folder \`${path}\``,
      "name the project's folder or its migrations folder",
    );
  const folder = findFolder(path);
  const found = folder === null ? null : (layout ?? detect(folder));
  if (folder === null || found === null)
    throw new ToolError(
      "usage",
      "NO_MIGRATIONS",
      `there are no migrations in \`${path}\``,
      `looked in ${USUAL_PLACES.join(", ")}, and for .sql files; say --folder and --layout, or read a database with --db`,
    );
  const projectDir = projectOf(folder);
  const { files, notices } = READERS[found](folder);
  if (files.length === 0)
    throw new ToolError(
      "usage",
      "NO_MIGRATIONS",
      `the folder \`${relative(process.cwd(), folder) || "."}\` holds no ${found} migrations`,
      "check --folder and --layout",
    );
  return {
    layout: found,
    projectDir,
    folder,
    files: files.map((file) => ({ ...file, path: relative(projectDir, file.path) })),
    notices,
  };
}

const sqlFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted();

function findFolder(path: string): string | null {
  if (detect(path) !== null) return path;
  for (const place of [...USUAL_PLACES, "."]) {
    const folder = join(path, place);
    if (existsSync(folder) && detect(folder) !== null) return folder;
  }
  const own = join(path, "migrations");
  return existsSync(own) && detect(own) !== null ? own : null;
}

/** Which tool's folder this is; null when it holds no migrations. */
function detect(folder: string): LayoutName | null {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return null;
  const names = readdirSync(folder);
  if (existsSync(join(folder, "meta", "_journal.json"))) return "drizzle";
  if (names.includes("sqitch.plan")) return "sqitch";
  if (names.some((name) => existsSync(join(folder, name, "migration.sql")))) return "prisma";
  const files = sqlFiles(folder);
  if (files.length === 0) return null;
  if (basename(folder) === "migrations" && basename(dirname(folder)) === "supabase") return "supabase";
  if (files.some((name) => /^V[\d._]+__/.test(name))) return "flyway";
  if (files.some((name) => name.endsWith(".up.sql"))) return "golang-migrate";
  const head = (name: string): string => readFileSync(join(folder, name), "utf8");
  const texts = files.slice(0, 20).map(head);
  if (texts.some((text) => /^--\s*\+goose\s+up/im.test(text))) return "goose";
  if (texts.some((text) => /^--\s*migrate:up/im.test(text))) return "dbmate";
  if (texts.some((text) => /^----\s*create above/im.test(text)) || existsSync(join(folder, "tern.conf"))) return "tern";
  return "plain";
}

function projectOf(folder: string): string {
  const parent = dirname(folder);
  return basename(parent) === "supabase" || basename(parent) === "prisma" || basename(parent) === "db"
    ? dirname(parent)
    : parent;
}

interface ReadFiles {
  files: MigrationFile[];
  notices: string[];
}

const whole = (path: string): MigrationFile => ({ path, sql: readFileSync(path, "utf8"), firstLine: 1 });

const inOrder = (folder: string, names: readonly string[]): ReadFiles => ({
  files: names.map((name) => whole(join(folder, name))),
  notices: [],
});

/** The lines between two marks; the whole file where the first mark is missing. */
function section(path: string, from: RegExp, to: RegExp): MigrationFile {
  const lines = readFileSync(path, "utf8").split("\n");
  const start = lines.findIndex((line) => from.test(line));
  const end = lines.findIndex((line, index) => index > start && to.test(line));
  const first = start < 0 ? 0 : start + 1;
  return { path, sql: lines.slice(first, end < 0 ? undefined : end).join("\n"), firstLine: first + 1 };
}

const NEVER = /(?!)/;

const READERS: Record<LayoutName, (folder: string) => ReadFiles> = {
  supabase: (folder) =>
    inOrder(
      folder,
      sqlFiles(folder).filter((name) => /^\d+_/.test(name)),
    ),
  plain: (folder) => inOrder(folder, sqlFiles(folder)),
  drizzle: (folder) => {
    const journal = JSON.parse(readFileSync(join(folder, "meta", "_journal.json"), "utf8")) as {
      entries: { idx: number; tag: string }[];
    };
    const tags = journal.entries.toSorted((a, b) => a.idx - b.idx).map((entry) => `${entry.tag}.sql`);
    const unlisted = sqlFiles(folder).filter((name) => !tags.includes(name));
    return {
      files: tags.filter((name) => existsSync(join(folder, name))).map((name) => whole(join(folder, name))),
      notices: [
        ...tags
          .filter((name) => !existsSync(join(folder, name)))
          .map((name) => `the journal names ${name}, which is not there`),
        ...unlisted.map((name) => `${name} is not in the journal and was left out`),
      ],
    };
  },
  prisma: (folder) =>
    inOrder(
      folder,
      readdirSync(folder)
        .toSorted()
        .map((name) => join(name, "migration.sql"))
        .filter((name) => existsSync(join(folder, name))),
    ),
  flyway: (folder) => {
    const names = sqlFiles(folder);
    const versioned = names.filter((name) => /^V[\d._]+__/.test(name)).toSorted(byFlywayVersion);
    const repeatable = names.filter((name) => name.startsWith("R__"));
    const undo = names.filter((name) => /^U[\d._]+__/.test(name));
    return {
      files: [...versioned, ...repeatable].map((name) => whole(join(folder, name))),
      notices: undo.map((name) => `${name} is an undo migration and was left out`),
    };
  },
  "golang-migrate": (folder) =>
    inOrder(
      folder,
      sqlFiles(folder)
        .filter((name) => name.endsWith(".up.sql"))
        .toSorted((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10)),
    ),
  goose: (folder) => ({
    files: sqlFiles(folder).map((name) =>
      section(join(folder, name), /^--\s*\+goose\s+up\b/i, /^--\s*\+goose\s+down\b/i),
    ),
    notices: [],
  }),
  tern: (folder) => ({
    files: sqlFiles(folder).map((name) => section(join(folder, name), NEVER, /^----\s*create above/i)),
    notices: [],
  }),
  dbmate: (folder) => ({
    files: sqlFiles(folder).map((name) => section(join(folder, name), /^--\s*migrate:up\b/i, /^--\s*migrate:down\b/i)),
    notices: [],
  }),
  sqitch: (folder) => {
    const names = readFileSync(join(folder, "sqitch.plan"), "utf8")
      .split("\n")
      .filter((line) => line.trim() !== "" && !/^[%@#]/.test(line.trim()))
      .flatMap((line) => /^\s*[+]?([^\s[]+)/.exec(line)?.[1] ?? []);
    return inOrder(
      folder,
      names.map((name) => join("deploy", `${name}.sql`)).filter((name) => existsSync(join(folder, name))),
    );
  },
};

/** Flyway orders by number, part for part: V2 before V10, V1.2 before V1.10. */
function byFlywayVersion(a: string, b: string): number {
  const parts = (name: string): number[] => (/^V([\d._]+?)__/.exec(name)?.[1] ?? "").split(/[._]/).map(Number);
  const [left, right] = [parts(a), parts(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
