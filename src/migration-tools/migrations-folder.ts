import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { ToolError } from "../errors.ts";
import { folderOnDisk } from "./disk.ts";
import { foldersBelow, USUAL_PLACES, type FoundFolder } from "./folders-below.ts";
import type { ToolName } from "./names.ts";
import type { MigrationFile } from "./tool.ts";
import { detectTool, TOOLS } from "./tools.ts";

/** The migrations of a project, as its tool would run them. */
export interface MigrationsFolder {
  layout: ToolName;
  /** absolute */
  projectDir: string;
  /** the folder that holds the migrations, absolute */
  folder: string;
  /** the folder was found below the named one, in none of the usual places of a project */
  isBelow: boolean;
  /** in the order in which they run; paths are relative to the project */
  files: MigrationFile[];
  /** the files that were skipped, each with the reason */
  notices: string[];
  /** the values of psql's variables in the files, by name */
  variables: Readonly<Record<string, string>>;
  /** the tool runs the files with psql, which replaces variables */
  runsInPsql: boolean;
}

/**
 * Read a project's migrations in the order in which its tool runs them. `path` is the project, the migrations folder
 * itself, or a folder above the only project that has migrations. Throws ToolError (usage) if there is no such folder,
 * no migrations in it, or more than one migrations folder. `variables`: the values of psql's variables and of the
 * tool's placeholders.
 */
export async function readMigrations(
  path: string,
  layout?: ToolName,
  variables: Readonly<Record<string, string>> = {},
): Promise<MigrationsFolder> {
  if (!existsSync(path) || !statSync(path).isDirectory())
    throw new ToolError(
      "usage",
      "NO_SUCH_FOLDER",
      `there is no folder \`${path}\``,
      "name the project's folder or its migrations folder",
    );
  const found = findFolder(resolve(path), layout);
  if (found === null && existsSync(join(path, "db", "schema.rb")))
    throw new ToolError(
      "usage",
      "NO_MIGRATIONS",
      `there are no migrations in SQL in \`${path}\`, and \`db/schema.rb\` holds no policies`,
      "set `config.active_record.schema_format = :sql` and run `bin/rails db:schema:dump`, which writes db/structure.sql; or read a database with --db",
    );
  if (found === null)
    throw new ToolError(
      "usage",
      "NO_MIGRATIONS",
      `there are no migrations in \`${path}\``,
      `looked in ${USUAL_PLACES.join(", ")}, for .sql files, and for migrations of the projects below; say --folder and --layout, or read a database with --db`,
    );
  const { folder, isBelow } = found;
  const projectDir = projectOf(folder);
  const { files, notices } = TOOLS[found.layout].read(folderOnDisk(folder), variables);
  if (files.length === 0)
    throw new ToolError(
      "usage",
      "NO_MIGRATIONS",
      `the folder \`${relative(process.cwd(), folder) || "."}\` holds no ${found.layout} migrations`,
      "check --folder and --layout",
    );
  return {
    layout: found.layout,
    projectDir,
    folder,
    isBelow,
    files: files.map((file) => ({ ...file, path: relative(projectDir, join(folder, file.path)) })),
    notices,
    variables,
    runsInPsql: TOOLS[found.layout].runsInPsql ?? false,
  };
}

/**
 * The folder with the migrations. A folder that bears a tool's own marks is accepted. A folder with nothing but .sql
 * files (a seed, a dump at the top of a project) is accepted only if none of the usual places has migrations, or if its
 * layout was given. A tool's folder takes precedence over a plain one. Without one of these, the only migrations folder
 * of the projects below is accepted.
 */
function findFolder(path: string, layout: ToolName | undefined): (FoundFolder & { isBelow: boolean }) | null {
  const as = (folder: string, tool: ToolName | null, isBelow = false): (FoundFolder & { isBelow: boolean }) | null =>
    tool === null ? null : { folder, layout: layout ?? tool, isBelow };
  const own = detect(path);
  if (own !== null && (own !== "plain" || layout !== undefined)) return as(path, own);
  const usual = USUAL_PLACES.map((place) => join(path, place)).flatMap((folder) => {
    const tool = detect(folder);
    // the folder of Rails holds seeds and dumps of other projects
    const isNone = tool === null || (tool === "plain" && TOOLS.rails.usualPlaces.includes(relative(path, folder)));
    return isNone ? [] : [{ folder, layout: tool }];
  });
  const marked = usual.filter((found) => found.layout !== "plain");
  // a plain folder beside the folder of a tool in a project below may be anything
  const elsewhere = marked.length > 0 ? [] : foldersBelow(path, layout);
  const below = elsewhere.filter((one) => one.layout !== "plain");
  const found = marked.length > 0 ? marked : [...usual, ...below];
  if (found.length > 1) throw ambiguous(path, found);
  const [only] = found;
  if (only) return as(only.folder, only.layout, below.length > 0);
  if (own !== null) return as(path, own);
  if (elsewhere.length > 1) throw ambiguous(path, elsewhere);
  return as(elsewhere[0]?.folder ?? path, elsewhere[0]?.layout ?? null, true);
}

/** The error that names each folder, with a command that makes it the one of the config. */
function ambiguous(path: string, found: readonly FoundFolder[]): ToolError {
  const project = relative(process.cwd(), path);
  const commands = found.map(({ folder, layout }) => {
    const words = ["rlsmith", "init", ...(project === "" ? [] : [project]), "--folder", relative(path, folder)];
    return `  ${words.map(inShell).join(" ")}   # ${layout}`;
  });
  return new ToolError(
    "usage",
    "AMBIGUOUS_MIGRATIONS",
    `there is more than one migrations folder in \`${path}\`: ${found.map(({ folder }) => `\`${relative(path, folder)}\``).join(", ")}`,
    "run the command of the right one, which writes it to the config as `migrations.folder`; with a config, write it there, or say --folder",
    { list: commands },
  );
}

/** A word for a POSIX shell. */
const inShell = (word: string): string =>
  /^[\w./@:=+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

const detect = (folder: string): ToolName | null => detectTool(folderOnDisk(folder));

/** The project of a migrations folder: two folders up if its parent is the folder of a tool, or `db` by convention. */
function projectOf(folder: string): string {
  const parent = dirname(folder);
  const isOfTool = ["supabase", "prisma"].includes(basename(parent));
  // a package of a monorepo may be named `db`, too
  const isDb = basename(parent) === "db" && /^migrat(?:e|ions?)$/.test(basename(folder));
  return isOfTool || (isDb && !existsSync(join(parent, "package.json"))) ? dirname(parent) : parent;
}
