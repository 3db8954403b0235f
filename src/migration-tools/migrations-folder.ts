import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { ToolError } from "../errors.ts";
import { folderOnDisk } from "./disk.ts";
import { TOOL_NAMES, type ToolName } from "./names.ts";
import type { MigrationFile } from "./tool.ts";
import { detectTool, TOOLS } from "./tools.ts";

/** The migrations of a project, as its tool would run them. */
export interface MigrationsFolder {
  layout: ToolName;
  /** absolute */
  projectDir: string;
  /** the folder that holds the migrations, absolute */
  folder: string;
  /** in the order in which they run; paths are relative to the project */
  files: MigrationFile[];
  /** the files that were skipped, each with the reason */
  notices: string[];
}

const USUAL_PLACES = [...new Set(TOOL_NAMES.flatMap((name) => TOOLS[name].usualPlaces))];

/**
 * Read a project's migrations in the order in which its tool runs them. `path` is the project or the migrations folder
 * itself. Throws ToolError (usage) if there is no such folder, no migrations in it, or more than one migrations folder.
 */
export async function readMigrations(path: string, layout?: ToolName): Promise<MigrationsFolder> {
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
  const { files, notices } = TOOLS[found].read(folderOnDisk(folder));
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
    files: files.map((file) => ({ ...file, path: relative(projectDir, join(folder, file.path)) })),
    notices,
  };
}

/**
 * The folder with the migrations. A folder that bears a tool's own marks is accepted. A folder with nothing but .sql
 * files (a seed, a dump at the top of a project) is accepted only if none of the usual places has migrations, or if its
 * layout was given. A tool's folder takes precedence over a plain one.
 */
function findFolder(path: string, layout: ToolName | undefined): string | null {
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

const detect = (folder: string): ToolName | null => detectTool(folderOnDisk(folder));

function projectOf(folder: string): string {
  const parent = dirname(folder);
  return basename(parent) === "supabase" || basename(parent) === "prisma" || basename(parent) === "db"
    ? dirname(parent)
    : parent;
}
