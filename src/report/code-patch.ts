import { structuredPatch } from "diff";
import type { FileKind } from "../cleanup/code/index.ts";
import type { CodeFile } from "../pipeline/cleanup-code.ts";
import type { EditedFile } from "../pipeline/edited-files.ts";
import { counted } from "./counted.ts";

type Changed = EditedFile & Partial<Pick<CodeFile, "moved">>;

/** The lines that a file loses and gains. One that gets another path counts once, with the lines that change. */
export function lineCounts({ before: own, after: put, moved = null }: Changed): {
  linesRemoved: number;
  linesAdded: number;
} {
  const before = moved && "text" in moved ? moved.text : own;
  const after = moved && "to" in moved ? own : put;
  const lines = structuredPatch("", "", before, after ?? "", "", "", { context: 0 }).hunks.flatMap((one) => one.lines);
  const count = (mark: string): number => lines.filter((line) => line.startsWith(mark)).length;
  return { linesRemoved: count("-"), linesAdded: count("+") };
}

/** One line on all files: `4 files written, 1 of them deleted: 40 lines removed, 2 added`. */
export function filesLine(files: readonly Changed[], written: boolean): string {
  if (files.length === 0) return "no file changes";
  const counts = files.map(lineCounts);
  const sum = (pick: (one: (typeof counts)[number]) => number): number =>
    counts.reduce((total, one) => total + pick(one), 0);
  const renamed = files.filter(({ moved }) => moved && "to" in moved).length;
  const deleted = files.filter(({ after }) => after === null).length - renamed;
  const some = [
    ...(deleted === 0 ? [] : [`${deleted} of them deleted`]),
    ...(renamed === 0 ? [] : [`${renamed} of them under another name`]),
  ];
  const left = files.length - renamed;
  return `${counted(left, "file")} ${written ? "written" : left === 1 ? "changes" : "change"}${some.map((one) => `, ${one}`).join("")}: ${counted(
    sum((one) => one.linesRemoved),
    "line",
  )} removed, ${sum((one) => one.linesAdded)} added`;
}

/** What lines are for. */
export type LineKind = FileKind | "sql";

const KIND_WORDS: Readonly<Record<LineKind, string>> = {
  sql: "SQL",
  service: "the application",
  test: "tests",
  script: "scripts",
};

/** The lines that go, by what their files are for. */
export function removedByKind(files: readonly (Changed & { kind: FileKind })[]): Record<FileKind, number> {
  const removed = { service: 0, test: 0, script: 0 };
  for (const file of files) removed[file.kind] += lineCounts(file).linesRemoved;
  return removed;
}

/** One line on them: `lines removed: 121 of the application, 110 of tests, 0 of scripts`. */
export const removedLine = (removed: Partial<Record<LineKind, number>>): string =>
  `lines removed: ${(Object.keys(KIND_WORDS) as LineKind[])
    .flatMap((kind) => (removed[kind] === undefined ? [] : [`${removed[kind]} of ${KIND_WORDS[kind]}`]))
    .join(", ")}`;

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
