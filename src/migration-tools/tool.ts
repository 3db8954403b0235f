import type { OutputFile } from "../write-files.ts";
import type { ToolName } from "./names.ts";

/** A migrations folder as a tool reads it. Paths are relative to it, with `/`. */
export interface FolderContents {
  /** absolute */
  path: string;
  /** the names of its direct entries, sorted */
  entries: readonly string[];
  has(path: string): boolean;
  /** the names in a folder of it, sorted; none if it does not exist */
  list(path: string): readonly string[];
  /** returns the text of an existing file */
  text(path: string): string;
}

export interface MigrationFile {
  path: string;
  /** the up part alone */
  sql: string;
  /** the line of the file at which `sql` starts */
  firstLine: number;
}

/** The files of a folder in the order in which the tool runs them. */
export interface ReadFiles {
  files: MigrationFile[];
  /** the files that were skipped, each with the reason */
  notices: string[];
}

/** The up and the down migration as SQL. */
export interface Migration {
  up: string;
  down: string;
}

/** The subject of a new migration. */
export interface NewMigration {
  /** the words in its file name: `rls_jwt_only` */
  slug: string;
  /** in a few words, for a tool that keeps a description of each migration */
  title: string;
  now: Date;
}

/** The paths of a new migration, relative to the migrations folder; `../` where the tool must not run the file. */
export interface MigrationName {
  up: string;
  /** the same as `up` if the tool keeps both directions in one file */
  down: string;
}

/**
 * A migration tool: how its folder is recognised and read, and how a migration is added to it. Pure, except for reading
 * the given folder.
 */
export interface MigrationTool {
  readonly name: ToolName;
  /** the folders of a project that the tool uses by default */
  readonly usualPlaces: readonly string[];
  /** True if the tool runs each file inside a transaction of its own: a COMMIT in the file would end it early. */
  readonly opensTransaction: boolean;
  /** True if the tool, or the people without one, run the files with psql, which replaces variables. */
  readonly runsInPsql?: boolean;
  /** True if the folder bears the tool's own marks. */
  detect(folder: FolderContents): boolean;
  /**
   * `variables`: the values of the tool's placeholders. Throws ToolError (environment) if the tool's own list of
   * migrations cannot be read, UnsetVariables if a placeholder has no value.
   */
  read(folder: FolderContents, variables?: Readonly<Record<string, string>>): ReadFiles;
  /** The name under which the tool runs the migration last. */
  nextName(folder: FolderContents, migration: NewMigration): MigrationName;
  /** The files of the migration, and the updated list of migrations if the tool has one. */
  write(folder: FolderContents, name: MigrationName, sql: Migration, migration: NewMigration): OutputFile[];
}
