import { structuredPatch } from "diff";
import type { CodeFile } from "../pipeline/cleanup-code.ts";
import type { EditedFile } from "../pipeline/edited-files.ts";

/** The lines that a file loses and gains. One that gets another path counts once, with the lines that change. */
export function lineCounts({ before: own, after: put, moved = null }: EditedFile & Partial<Pick<CodeFile, "moved">>): {
  linesRemoved: number;
  linesAdded: number;
} {
  const before = moved && "text" in moved ? moved.text : own;
  const after = moved && "to" in moved ? own : put;
  const lines = structuredPatch("", "", before, after ?? "", "", "", { context: 0 }).hunks.flatMap((one) => one.lines);
  const count = (mark: string): number => lines.filter((line) => line.startsWith(mark)).length;
  return { linesRemoved: count("-"), linesAdded: count("+") };
}

/** A patch that `git apply` takes in the root of the repository. */
export function codePatch({ files, prefix }: { files: readonly EditedFile[]; prefix: string }): string {
  return files.map((file) => filePatch(file, prefix)).join("");
}

function filePatch({ path, before, after, isNew, executable }: EditedFile, prefix: string): string {
  const name = prefix === "" ? path : `${prefix}/${path}`;
  const { hunks } = structuredPatch(name, name, before, after ?? "", "", "", { context: 3 });
  const body = hunks.map(
    ({ oldStart, oldLines, newStart, newLines, lines }) =>
      `@@ -${rangeOf(oldStart, oldLines)} +${rangeOf(newStart, newLines)} @@\n${lines.join("\n")}\n`,
  );
  const head = [
    `diff --git ${inHeader(`a/${name}`)} ${inHeader(`b/${name}`)}`,
    ...modeLines(after, isNew === true, executable === true ? "100755" : "100644"),
    isNew === true ? "--- /dev/null" : `--- ${quoted(`a/${name}`)}`,
    after === null ? "+++ /dev/null" : `+++ ${quoted(`b/${name}`)}`,
  ];
  return `${head.join("\n")}\n${body.join("")}`;
}

function modeLines(after: string | null, isNew: boolean, mode: string): string[] {
  if (after === null) return [`deleted file mode ${mode}`];
  return isNew ? [`new file mode ${mode}`] : [];
}

/** An empty side begins at line 0. */
const rangeOf = (start: number, lines: number): string => (lines === 0 ? "0,0" : `${start},${lines}`);

const inHeader = (name: string): string => quoted(name).replace(/\t$/, "");

/** git quotes names that hold a quote, a backslash or a control character; a space at the end needs a tab. */
const quoted = (name: string): string =>
  /["\\\p{Cc}]/u.test(name) ? JSON.stringify(name) : name.includes(" ") ? `${name}\t` : name;
