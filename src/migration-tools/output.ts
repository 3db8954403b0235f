import { join, relative, sep } from "node:path";
import { folderOnDisk } from "./disk.ts";
import type { ToolName } from "./names.ts";
import type { OutputFile } from "../write-files.ts";
import type { Migration, NewMigration } from "./tool.ts";
import { TOOLS } from "./tools.ts";

/** The parts of a project's migrations folder that a new migration needs. */
export interface OutputPlace {
  layout: ToolName;
  /** the folder with the migrations, absolute */
  folder: string;
  /** the folder to which paths in messages are relative, absolute */
  projectDir: string;
}

/** The absolute paths of the two files of a migration. */
export interface OutputNames {
  up: string;
  /** the same as `up` if the tool keeps both directions in one file */
  down: string;
  /** true if the files begin and commit their own transaction, because the tool begins none */
  ownTransaction: boolean;
}

/** The subject of a migration that rlsmith writes. */
export type Subject = Omit<NewMigration, "now">;

/** The move to claims. */
export const ROW_SECURITY: Subject = { slug: "rls_jwt_only", title: "row security by JWT claims only" };

/**
 * The paths of the two files of a migration, in the layout of the project. `now` is the source of a timestamp in a
 * name.
 */
export function outputNames({ layout, folder }: OutputPlace, now: Date, subject = ROW_SECURITY): OutputNames {
  const tool = TOOLS[layout];
  const { up, down } = tool.nextName(folderOnDisk(folder), { ...subject, now });
  return { up: join(folder, up), down: join(folder, down), ownTransaction: !tool.opensTransaction };
}

/** The files to write for a migration: both directions, and the tool's own list of migrations if it has one. */
export function outputFiles(
  { layout, folder }: OutputPlace,
  names: OutputNames,
  sql: Migration,
  now: Date,
  subject = ROW_SECURITY,
): OutputFile[] {
  const name = { up: inFolder(folder, names.up), down: inFolder(folder, names.down) };
  return TOOLS[layout]
    .write(folderOnDisk(folder), name, sql, { ...subject, now })
    .map((file) => ({ ...file, path: join(folder, file.path) }));
}

/** A path as the tools write it: relative to the migrations folder, with `/`. */
const inFolder = (folder: string, path: string): string => relative(folder, path).split(sep).join("/");
