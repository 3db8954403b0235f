import type { OutputFile } from "../write-files.ts";
import type { ToolName } from "./names.ts";

/** A migrations folder as a tool sees it. Paths are relative to it, with `/`. */
export interface FolderContents {
  /** absolute */
  path: string;
  /** the names directly in it, sorted */
  entries: readonly string[];
  has(path: string): boolean;
  /** the text of a file that is there */
  text(path: string): string;
}

export interface MigrationFile {
  path: string;
  /** the up part only */
  sql: string;
  /** line of the file at which `sql` starts */
  firstLine: number;
}

/** The files of a folder in the order in which the tool runs them. */
export interface ReadFiles {
  files: MigrationFile[];
  /** the files that were left out, each with the reason */
  notices: string[];
}

/** The up and the down migration as SQL. */
export interface Migration {
  up: string;
  down: string;
}

/** The subject of a new migration. */
export interface NewMigration {
  /** the words of its file name: `rls_jwt_only` */
  slug: string;
  /** in a few words, for a tool that keeps a note of each migration */
  title: string;
  now: Date;
}

/** Where a new migration goes, relative to the migrations folder; `../` where the tool must not run it. */
export interface MigrationName {
  up: string;
  /** the same as `up` where the tool keeps both in one file */
  down: string;
}

/** A migration tool: how its folder is recognised and read, and how a migration is added to it. Pure but for the folder it is given. */
export interface MigrationTool {
  readonly name: ToolName;
  /** where it keeps its migrations in a project, unless told otherwise */
  readonly usualPlaces: readonly string[];
  /** It runs each file inside a transaction of its own: a COMMIT in the file would end that early. */
  readonly opensTransaction: boolean;
  /** True where the folder bears the tool's own marks. */
  detect(folder: FolderContents): boolean;
  /** Throws ToolError (environment) where the tool's own list of migrations cannot be read. */
  read(folder: FolderContents): ReadFiles;
  /** The name after which the tool runs the migration last. */
  nextName(folder: FolderContents, migration: NewMigration): MigrationName;
  /** The files of the migration, and the tool's own list with it. */
  write(folder: FolderContents, name: MigrationName, sql: Migration, migration: NewMigration): OutputFile[];
}
