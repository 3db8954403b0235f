import { parseSync } from "oxc-parser";

/** A comment of a file: where it begins, and its text. */
interface Comment {
  line: number;
  text: string;
}

const SCRIPT = /\.(?:[mc]?[jt]s|[jt]sx)$/;
const MARKS: readonly (readonly [files: RegExp, mark: RegExp])[] = [
  [/\.sql$/, /--.*/],
  [
    /\.(?:ya?ml|sh|bash|py|rb|toml)$|(?:^|\/)(?:Makefile|Dockerfile|\.env(?:\.\w+)*|pre-commit|pre-push)$/,
    /(?:^|\s)#.*/,
  ],
  [/\.(?:go|rs|java|kt|cs|php|swift|prisma)$/, /\/\/.*/],
];

/** True for files whose comments can be read. */
export const hasComments = (path: string): boolean => SCRIPT.test(path) || MARKS.some(([files]) => files.test(path));

/**
 * The comments of a file, those on consecutive lines as one. JavaScript and TypeScript are parsed; elsewhere the mark that
 * begins a comment may also be in a string.
 */
export function commentsOf(path: string, text: string): Comment[] {
  return joined(SCRIPT.test(path) ? ofScript(path, text) : ofLines(path, text));
}

function ofScript(path: string, text: string): Comment[] {
  const lang = /\.[mc]?ts$/.test(path) ? "ts" : path.endsWith(".tsx") ? "tsx" : "jsx";
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const lineAt = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;
  return parseSync(path, text, { lang }).comments.map(({ start, value }) => ({ line: lineAt(start), text: value }));
}

function ofLines(path: string, text: string): Comment[] {
  const mark = MARKS.find(([files]) => files.test(path))?.[1];
  if (!mark) return [];
  return text.split(/\r?\n/).flatMap((line, n) => {
    const found = mark.exec(line)?.[0];
    return found === undefined ? [] : [{ line: n + 1, text: found.trim() }];
  });
}

function joined(comments: readonly Comment[]): Comment[] {
  const blocks: Comment[] = [];
  let next = 0;
  for (const { line, text } of comments) {
    const last = blocks.at(-1);
    if (last && line === next) last.text += `\n${text}`;
    else blocks.push({ line, text });
    next = line + text.split("\n").length;
  }
  return blocks;
}
