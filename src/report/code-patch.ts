import { structuredPatch } from "diff";
import type { ChangedFile } from "../pipeline/edited-files.ts";

/** The lines that a file loses and gains. */
export function lineCounts({ before, after }: ChangedFile): { linesRemoved: number; linesAdded: number } {
  const lines = structuredPatch("", "", before, after ?? "", "", "", { context: 0 }).hunks.flatMap((one) => one.lines);
  const count = (mark: string): number => lines.filter((line) => line.startsWith(mark)).length;
  return { linesRemoved: count("-"), linesAdded: count("+") };
}

/** A patch that `git apply` takes in the root of the repository. */
export function codePatch({ files, prefix }: { files: readonly ChangedFile[]; prefix: string }): string {
  return files.map((file) => filePatch(file, prefix)).join("");
}

function filePatch({ path, before, after, executable }: ChangedFile, prefix: string): string {
  const name = prefix === "" ? path : `${prefix}/${path}`;
  const { hunks } = structuredPatch(name, name, before, after ?? "", "", "", { context: 3 });
  const body = hunks.map(
    ({ oldStart, oldLines, newStart, newLines, lines }) =>
      `@@ -${rangeOf(oldStart, oldLines)} +${rangeOf(newStart, newLines)} @@\n${lines.join("\n")}\n`,
  );
  const head = [
    `diff --git ${inHeader(`a/${name}`)} ${inHeader(`b/${name}`)}`,
    ...(after === null ? [`deleted file mode ${executable === true ? "100755" : "100644"}`] : []),
    `--- ${quoted(`a/${name}`)}`,
    after === null ? "+++ /dev/null" : `+++ ${quoted(`b/${name}`)}`,
  ];
  return `${head.join("\n")}\n${body.join("")}`;
}

/** An empty side begins at line 0. */
const rangeOf = (start: number, lines: number): string => (lines === 0 ? "0,0" : `${start},${lines}`);

const inHeader = (name: string): string => quoted(name).replace(/\t$/, "");

/** git quotes names that hold a quote, a backslash or a control character; a space at the end needs a tab. */
const quoted = (name: string): string =>
  /["\\\p{Cc}]/u.test(name) ? JSON.stringify(name) : name.includes(" ") ? `${name}\t` : name;
