import { kindOf } from "../cleanup/code/index.ts";

/** A file of the project, with its path relative to it. */
export interface CountedFile {
  path: string;
  text: string;
}

/** What is counted of files that name a retired variable or a function that sets one. */
export interface NamingFiles {
  files: number;
  /** all lines of these files */
  lines: number;
  /** the lines with such a name in them */
  naming: number;
}

/** What is counted of the files of a project on one side of the move. */
export interface FileFigures {
  service: NamingFiles;
  /** `cases`: calls of `it` or `test` in these files, or of assertions of pgTAP */
  tests: NamingFiles & { cases: number };
  /** `words` of these documents, `blocks`: code blocks with such a name in them */
  documents: NamingFiles & { words: number; blocks: number };
}

/** The files that are counted. Migrations are history, and say nothing of the present. */
export const COUNTED = /\.(?:[cm]?[jt]sx?|mdx?|sql)$/;

/**
 * Count the files of a project that name one of these names: code and tests in JavaScript and TypeScript, tests in SQL,
 * and documents in Markdown. Files under `migrations` are left out. Pure.
 */
export function fileFigures(
  files: readonly CountedFile[],
  names: ReadonlySet<string>,
  migrations: string,
): FileFigures {
  const none = (): NamingFiles => ({ files: 0, lines: 0, naming: 0 });
  const figures: FileFigures = {
    service: none(),
    tests: { ...none(), cases: 0 },
    documents: { ...none(), words: 0, blocks: 0 },
  };
  if (names.size === 0) return figures;
  const name = patternOf(names);
  for (const { path, text } of files) {
    if (path.startsWith(`${migrations}/`) || !name.test(text)) continue;
    const kind = fileKind(path);
    if (kind === null) continue;
    const lines = text.split("\n");
    const of = figures[kind];
    of.files += 1;
    of.lines += text.endsWith("\n") ? lines.length - 1 : lines.length;
    of.naming += lines.filter((line) => name.test(line)).length;
    if (kind === "tests") figures.tests.cases += casesIn(path, text);
    if (kind === "documents") {
      figures.documents.words += text.split(/\s+/).filter((word) => /\p{L}|\p{N}/u.test(word)).length;
      figures.documents.blocks += codeBlocks(text).filter((block) => name.test(block)).length;
    }
  }
  return figures;
}

/** Null: it is none of the three. */
function fileKind(path: string): keyof FileFigures | null {
  if (/\.mdx?$/.test(path)) return "documents";
  if (path.endsWith(".sql")) return /(?:^|\/)tests?\//.test(path) ? "tests" : null;
  return kindOf(path) === "test" ? "tests" : "service";
}

function patternOf(names: ReadonlySet<string>): RegExp {
  const texts = [...names].map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  // a longer name is another one: `app.casino_id` is no part of `app.casino_ids`
  return new RegExp(String.raw`(?<![\w.$])(?:${texts.join("|")})(?![\w$])`, "i");
}

const CASE = /(?<![\w.$])(?:it|test)(?:\.(?:each|only|skip|concurrent|todo|fails)\b[^\n(]*)*\s*[(`]/g;
/** Assertions of pgTAP that tests of policies use. */
const ASSERTION =
  /(?<![\w.])(?:is|isnt|ok|results_eq|results_ne|is_empty|isnt_empty|throws_ok|lives_ok|policies_are|policy_cmd_is)\s*\(/gi;

const casesIn = (path: string, text: string): number =>
  [...text.matchAll(path.endsWith(".sql") ? ASSERTION : CASE)].length;

/** The contents of fenced code blocks. */
const codeBlocks = (text: string): string[] =>
  [...text.matchAll(/^ {0,3}(`{3,}|~{3,})[^\n]*\n([\s\S]*?)^ {0,3}\1/gm)].map((match) => match[2] ?? "");
