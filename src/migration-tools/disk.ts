import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FolderContents } from "./tool.ts";

/** A folder on disk, whose files are read on demand. A folder that does not exist is empty. */
export function folderOnDisk(path: string): FolderContents {
  return {
    path,
    entries: entriesOf(path),
    list: (name) => entriesOf(join(path, name)),
    has: (name) => existsSync(join(path, name)),
    text: (name) => readFileSync(join(path, name), "utf8"),
  };
}

const entriesOf = (path: string): string[] =>
  existsSync(path) && statSync(path).isDirectory() ? readdirSync(path).toSorted() : [];
