import type { PartState } from "../pipeline/documents.ts";
import type { StaleMention, StaleMentions } from "../pipeline/stale-mentions.ts";
import type { Colours } from "./colours.ts";
import { counted } from "./counted.ts";
import { oneLine } from "./visible.ts";

/** What `rlsmith docs` has found or written: a line for each part. */
export function renderParts(parts: readonly PartState[], written: boolean, colours: Colours): string {
  const width = Math.max(0, ...parts.map(({ part }) => part.length));
  return parts
    .map(({ path, part, line, state }) => {
      const shown = written && (state === "out of date" || state === "missing") ? WRITTEN[state] : state;
      const text = shown.padEnd(12);
      return `${shown === state && state !== "up to date" && state !== "closed" ? colours.red(text) : colours.green(text)}${part.padEnd(width)}  ${oneLine(path)}${line === null ? "" : `:${line}`}`;
    })
    .join("\n");
}

const WRITTEN = { "out of date": "written", missing: "added" };

const KINDS: Record<StaleMention["kind"], string> = {
  document: "documents",
  code: "comments of code",
  database: "comments of the database",
};

/** The places that still name what is retired, by kind and file. */
export function renderMentions({ names, read, mentions }: StaleMentions, colours: Colours): string {
  const looked = `${counted(read.documents, "document")}, ${counted(read.code, "file")} of code and ${counted(read.comments, "comment")} of the database were read`;
  if (names.length === 0)
    return `${colours.red("nothing to look for")}: the config maps no variable, and names no word of the old pattern`;
  if (mentions.length === 0) return `${colours.green("none")}  no place names what is retired; ${looked}`;
  const kinds = (["document", "code", "database"] as const).flatMap((kind) => {
    const own = mentions.filter((one) => one.kind === kind);
    return own.length === 0
      ? []
      : [
          "",
          `${colours.bold(KINDS[kind])}: ${counted(own.length, "place")}, ${counted(wordsIn(own), "word")}`,
          ...own.map(mentionLine),
        ];
  });
  return [...kinds.slice(1), "", looked].join("\n");
}

/** The words of all places. */
export const wordsIn = (mentions: readonly StaleMention[]): number =>
  mentions.reduce((sum, { words }) => sum + words, 0);

const mentionLine = ({ at, line, names, words, isCode, part }: StaleMention): string =>
  `  ${oneLine(at)}${line === null ? "" : `:${line}`}  ${oneLine(names.join(", "))} (${counted(words, "word")}${isCode ? ", code" : ""}${part === null ? "" : `, part ${part}`})`;
