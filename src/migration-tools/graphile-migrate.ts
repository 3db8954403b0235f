import { basename } from "node:path";
import { ToolError, messageOf, UnsetVariables, type UnsetVariable } from "../errors.ts";
import { parseJson5 } from "./json5.ts";
import { rollbackBeside, twoFiles } from "./naming.ts";
import { inOrder } from "./reading.ts";
import type { FolderContents, MigrationFile, MigrationTool, ReadFiles } from "./tool.ts";

const CONFIG = "../.gmrc";
/** `000012.sql`, `000012-add-table.sql` */
const COMMITTED = /^\d{6,}(?:-.*)?\.sql$/;
/** `100.sql`, `100-functions.sql` */
const CURRENT = /^\d+(?:-[-_a-z0-9]+)?\.sql$/;

/**
 * graphile-migrate: `committed/*.sql` by number, then the migration in work, `current.sql` or the files of `current/`,
 * each in a transaction that the tool begins. Placeholders such as `:DATABASE_VISITOR` are replaced everywhere in the
 * text, also between quotes (its README).
 */
export const graphileMigrate: MigrationTool = {
  name: "graphile-migrate",
  usualPlaces: ["migrations"],
  opensTransaction: true,
  detect: (folder) =>
    folder.has("committed") && (folder.has("current.sql") || folder.has("current") || folder.has(CONFIG)),
  read,
  nextName: (folder, { slug }) => ({
    up: folder.has("current") ? `current/${nextNumber(folder)}-${slug}.sql` : "current.sql",
    down: rollbackBeside(slug),
  }),
  write: (folder, name, sql) => {
    if (!isBlank(folder, name.up))
      throw new ToolError(
        "usage",
        "OUTPUT_EXISTS",
        `\`${basename(folder.path)}/${name.up}\` holds a migration that is not committed`,
        "run `graphile-migrate commit` first, and then this command again",
      );
    return twoFiles(name, sql).map((file) =>
      folder.has(file.path) ? { ...file, replace: file.path === name.up } : file,
    );
  },
};

function read(folder: FolderContents, variables: Readonly<Record<string, string>> = {}): ReadFiles {
  const config = configOf(folder);
  const names = [
    ...afterReset(config, folder),
    ...folder
      .list("committed")
      .filter((name) => COMMITTED.test(name))
      .map((name) => `committed/${name}`),
    ...folder
      .list("current")
      .filter((name) => CURRENT.test(name))
      .map((name) => `current/${name}`),
    ...(isBlank(folder, "current.sql") ? [] : ["current.sql"]),
  ];
  const { files, notices } = inOrder(folder, names);
  const values = valuesOf(config, variables);
  const unset: UnsetVariable[] = [];
  const replaced = files.map((file) => {
    const compiled = { ...file, sql: withIncludes(folder, file.sql, file.path.includes("/") ? "../" : "") };
    return { ...compiled, sql: replacePlaceholders(compiled, basename(folder.path), values, unset) };
  });
  if (unset.length > 0) throw new UnsetVariables(unset);
  return { files: replaced, notices };
}

/** True if a file does not exist, or holds nothing but comments, as after `graphile-migrate commit`. */
const isBlank = (folder: FolderContents, path: string): boolean =>
  !folder.has(path) ||
  folder
    .text(path)
    .replaceAll(/--(?!!)[^\n]*/g, "")
    .trim() === "";

function nextNumber(folder: FolderContents): string {
  const numbers = folder.list("current").map((name) => Number.parseInt(name, 10) || 0);
  return String(Math.max(0, ...numbers) + 1);
}

interface Config {
  placeholders?: Record<string, unknown>;
  afterReset?: unknown;
}

/** The tool's config; `.gmrc.js` is a program, and is not run. */
function configOf(folder: FolderContents): Config {
  if (!folder.has(CONFIG)) return {};
  try {
    return (parseJson5(folder.text(CONFIG)) ?? {}) as Config;
  } catch (error) {
    throw new ToolError(
      "environment",
      "BAD_GMRC",
      `graphile-migrate's config \`${folder.path}/${CONFIG}\` cannot be read: ${messageOf(error)}`,
      "correct the file: it is JSON5",
      { cause: error },
    );
  }
}

/** The files of SQL that run on a new database; `!` marks those of a superuser. */
function afterReset({ afterReset: actions = [] }: Config, folder: FolderContents): string[] {
  return [actions].flat().flatMap((action: unknown) => {
    const file = typeof action === "object" && action !== null && "file" in action ? action.file : action;
    if (typeof file !== "string") return [];
    const path = file.replace(/^!/, "");
    return folder.has(path) ? [path] : [];
  });
}

/**
 * The value of each placeholder, with its colon: of rlsmith's config, or of the tool's. The environment (`!ENV`) is not
 * read, since its values would be written to files: the project alone must not decide which of them rlsmith reads.
 */
function valuesOf(
  { placeholders = {} }: Config,
  variables: Readonly<Record<string, string>>,
): Map<string, string | undefined> {
  const values = new Map<string, string | undefined>([
    [":DATABASE_NAME", undefined],
    [":DATABASE_OWNER", undefined],
  ]);
  for (const [name, value] of Object.entries(placeholders))
    if (typeof value === "string") values.set(name, value === "!ENV" ? undefined : value);
  for (const [name, value] of Object.entries(variables)) values.set(`:${name}`, value);
  return values;
}

function replacePlaceholders(
  { path, sql }: MigrationFile,
  folder: string,
  values: ReadonlyMap<string, string | undefined>,
  unset: UnsetVariable[],
): string {
  return sql.replaceAll(/:[A-Z][A-Z0-9_]*\b/g, (name, at: number) => {
    if (!values.has(name)) return name;
    const value = values.get(name);
    if (value === undefined) {
      unset.push({ name: name.slice(1), file: `${folder}/${path}`, line: sql.slice(0, at).split("\n").length });
    }
    return value ?? name;
  });
}

/**
 * `--!include name` stands for a file of `fixtures/`, before placeholders are replaced. One that does not exist is left
 * to the replay, which reports it.
 */
const withIncludes = (folder: FolderContents, sql: string, up: string, above: readonly string[] = []): string =>
  sql.replaceAll(/^[ \t]*--![ \t]*include[ \t]+(\S.*?)[ \t]*$/gm, (_, name: string) => {
    const path = `fixtures/${name}`;
    return folder.has(path) && !above.includes(name)
      ? withIncludes(folder, folder.text(path), up, [...above, name])
      : `\\ir '${up}${path.replaceAll("'", "''")}'`;
  });
