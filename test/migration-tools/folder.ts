import { posix } from "node:path";
import type { OutputFile } from "../../src/write-files.ts";
import type { FolderContents } from "../../src/migration-tools/tool.ts";

/** A migrations folder that is on no disk. Files of paths that begin with `../` are outside it. */
export function folderOf(path: string, files: Record<string, string>): FolderContents {
  const paths = Object.keys(files);
  return {
    path: `/project/${path}`,
    entries: [
      ...new Set(paths.flatMap((file) => (file.startsWith("../") ? [] : (file.split("/")[0] ?? [])))),
    ].toSorted(),
    list: (name) =>
      [
        ...new Set(
          paths.flatMap((file) =>
            file.startsWith(`${name}/`) ? [file.slice(name.length + 1).split("/")[0] ?? ""] : [],
          ),
        ),
      ].toSorted(),
    has: (name) => paths.some((file) => file === name || file.startsWith(`${name}/`)),
    text: (name) => {
      const text = files[name];
      if (text === undefined) throw new Error(`ENOENT: no such file, open '${name}'`);
      return text;
    },
  };
}

/** The files of a folder after others were written. */
export const withFiles = (files: Record<string, string>, written: readonly OutputFile[]): Record<string, string> => ({
  ...files,
  ...Object.fromEntries(written.map(({ path, content }) => [posix.normalize(path), content])),
});
