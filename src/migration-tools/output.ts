import { join, relative, sep } from "node:path";
import { folderOnDisk } from "./disk.ts";
import type { ToolName } from "./names.ts";
import type { OutputFile } from "../write-files.ts";
import type { Migration, NewMigration } from "./tool.ts";
import { TOOLS } from "./tools.ts";

/** The migrations folder of a project, as far as a new migration needs it. */
export interface OutputPlace {
  layout: ToolName;
  /** the folder that holds the migrations, absolute */
  folder: string;
  /** paths in messages are relative to it, absolute */
  projectDir: string;
}

/** Where the two files of a migration go, absolute. */
export interface OutputNames {
  up: string;
  /** the same as `up` where the tool keeps both ways in one file */
  down: string;
  /** The files begin and commit their own transaction, since the tool opens none. */
  ownTransaction: boolean;
}

/** The subject of a migration that rlsmith writes. */
export type Subject = Omit<NewMigration, "now">;

/** The move to claims. */
export const ROW_SECURITY: Subject = { slug: "rls_jwt_only", title: "row security by JWT claims only" };

/** Where the two files of a migration go, in the project's own layout. `now` gives the timestamp where names carry one. */
export function outputNames({ layout, folder }: OutputPlace, now: Date, subject = ROW_SECURITY): OutputNames {
  const tool = TOOLS[layout];
  const { up, down } = tool.nextName(folderOnDisk(folder), { ...subject, now });
  return { up: join(folder, up), down: join(folder, down), ownTransaction: !tool.opensTransaction };
}

/** The files to write for a migration: both ways, and the tool's own list of migrations where it keeps one. */
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
