import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { ToolError } from "../errors.ts";
import type { LayoutName } from "../layouts.ts";
import { READERS, sqlFiles, type MigrationFile } from "./layout-files.ts";

export type { MigrationFile };

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
 * Throws ToolError (usage): no such folder, no migrations in it, more than one migrations folder.
 */
export async function readMigrations(path: string, layout?: LayoutName): Promise<MigrationsFolder> {
  if (!existsSync(path) || !statSync(path).isDirectory())
    throw new ToolError(
      "usage",
      "NO_SUCH_FOLDER",
      `there is no folder \`${path}\``,
      "name the project's folder or its migrations folder",
    );
  const folder = findFolder(resolve(path), layout);
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

/**
 * The folder that holds the migrations. A folder that bears a tool's own marks is taken as it is; one with nothing but .sql files in it
 * (a seed, a dump at the top of a project) only when none of the usual places has migrations, or when its layout was said. A tool's folder
 * goes before a plain one.
 */
function findFolder(path: string, layout: LayoutName | undefined): string | null {
  const own = detect(path);
  if (own !== null && (own !== "plain" || layout !== undefined)) return path;
  const usual = USUAL_PLACES.map((place) => join(path, place)).filter((folder) => detect(folder) !== null);
  const marked = usual.filter((folder) => detect(folder) !== "plain");
  const found = marked.length > 0 ? marked : usual;
  if (found.length > 1)
    throw new ToolError(
      "usage",
      "AMBIGUOUS_MIGRATIONS",
      `there is more than one migrations folder in \`${path}\`: ${found.map((folder) => `\`${relative(path, folder)}\``).join(", ")}`,
      "say --folder, or `migrations.folder` in the config",
    );
  return found[0] ?? (own === null ? null : path);
}

/** Which tool's folder this is; null when it holds no migrations. */
function detect(folder: string): LayoutName | null {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) return null;
  const names = readdirSync(folder);
  const files = sqlFiles(folder);
  // first: another tool may write its files and its journal there, but it is the Supabase CLI that runs them
  if (files.length > 0 && basename(folder) === "migrations" && basename(dirname(folder)) === "supabase")
    return "supabase";
  if (existsSync(join(folder, "meta", "_journal.json"))) return "drizzle";
  if (names.includes("sqitch.plan")) return "sqitch";
  if (names.some((name) => existsSync(join(folder, name, "migration.sql")))) return "prisma";
  if (files.length === 0) return null;
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
