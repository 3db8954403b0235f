import { posix } from "node:path";
import type { Retired } from "../cleanup/code/index.ts";
import { CONFIG_FILE, type Config } from "../config.ts";
import { openServer } from "../db/server.ts";
import type { Db } from "../db/port.ts";
import type { DocumentPart } from "../document-parts.ts";
import { commentsOf, hasComments, hasMarker, mentionsIn, namesRegExp, placesIn, wordsOf } from "../documents/index.ts";
import { readProject } from "./cleanup-code.ts";
import { isOwnSql, migrationFolders, textsOf } from "./cleanup-guards.ts";
import { projectFiles, type WorkTree } from "./code-files.ts";
import { contextNamesOf } from "./names-before.ts";
import type { Source } from "./source.ts";
import { retiredInProject } from "./retired-in-project.ts";

/** A place that names what is retired. */
export interface StaleMention {
  kind: "document" | "code" | "database";
  /** the file, relative to the project, or the object of the database */
  at: string;
  /** from 1; null: an object of the database */
  line: number | null;
  names: string[];
  /** the words of the paragraph, row, block of code or comment */
  words: number;
  isCode: boolean;
  /** the generated part that it is in: writing the parts removes it; null: a person wrote it */
  part: DocumentPart | null;
}

/** Where the old pattern is still spoken of. */
export interface StaleMentions {
  /** what was looked for */
  names: string[];
  /** how many files and comments of the database were read */
  read: { documents: number; code: number; comments: number };
  mentions: StaleMention[];
}

const PAGES = /\.(?:md|mdx|markdown|txt|rst|adoc|asciidoc)$/i;

/**
 * The places in documents, comments of code and comments of the database that name the variables, the functions that set
 * them, or words that the config adds. Migrations and what the config calls history are left out, and so is the part of
 * what changed. Only reads.
 */
export async function staleMentions(
  source: Source,
  config: Config,
  { projectDir, tree }: { projectDir: string; tree: WorkTree },
): Promise<StaleMentions> {
  const retired = await retiredInProject(source, config, tree, projectDir);
  const names = await namesOf(retired, config, tree, projectDir);
  const pattern = namesRegExp(names);
  const isHistory = (path: string): boolean =>
    Object.keys(config.documents.history).some((one) => matchesPath(one, path));
  const folders = migrationFolders(source, projectDir);
  const texts = textsOf(
    projectDir,
    projectFiles(tree, /./).filter(
      (path) => (PAGES.test(path) || hasComments(path)) && posix.basename(path) !== CONFIG_FILE && !isHistory(path),
    ),
  ).filter((file) => !file.path.endsWith(".sql") || isOwnSql(file, folders, projectDir));
  const documents = texts.filter(({ path }) => PAGES.test(path));
  const code = texts.filter(({ path }) => !PAGES.test(path));
  const comments = pattern === null ? [] : await commentsInDatabase(source);
  const mentions =
    pattern === null
      ? []
      : [
          ...documents.flatMap(({ path, text }) => inDocument(path, text, pattern)),
          ...code.flatMap(({ path, text }) => inCode(path, text, pattern)),
          ...comments.flatMap(({ object, text }) => inComment(object, text, pattern)),
        ];
  const spelled = new Map(names.map((name) => [name.toLowerCase(), name]));
  for (const one of mentions) one.names = one.names.map((name) => spelled.get(name) ?? name);
  return { names, read: { documents: documents.length, code: code.length, comments: comments.length }, mentions };
}

async function namesOf(retired: Retired, config: Config, tree: WorkTree, projectDir: string): Promise<string[]> {
  const read = readProject(tree, projectDir, retired);
  const code = await contextNamesOf(tree, projectDir, read, retired);
  return [...new Set([...retired.settings.keys(), ...retired.functions, ...code, ...config.documents.retired])];
}

function inDocument(path: string, text: string, pattern: RegExp): StaleMention[] {
  const places = hasMarker(text) ? placesIn(text, path) : [];
  let own = text;
  // what changed tells of the past
  for (const { part, start, end } of places)
    if (part === "changes")
      own = own.slice(0, start) + own.slice(start, end).replaceAll(/[^\n]/g, " ") + own.slice(end);
  const lineAt = (offset: number): number => text.slice(0, offset).split("\n").length;
  return mentionsIn(own, pattern).map((one) => ({
    kind: "document",
    at: path,
    part: places.find(({ start, end }) => one.line >= lineAt(start) && one.line < lineAt(end))?.part ?? null,
    ...one,
  }));
}

const inCode = (path: string, text: string, pattern: RegExp): StaleMention[] =>
  commentsOf(path, text).flatMap((comment) =>
    mentionsIn(comment.text, pattern).map(({ line, names, words }) => ({
      kind: "code" as const,
      at: path,
      line: comment.line + line - 1,
      names,
      words,
      isCode: false,
      part: null,
    })),
  );

function inComment(object: string, text: string, pattern: RegExp): StaleMention[] {
  const found = [...text.matchAll(pattern)].map(([name]) => name.toLowerCase());
  if (found.length === 0) return [];
  return [
    {
      kind: "database",
      at: object,
      line: null,
      names: [...new Set(found)],
      words: wordsOf(text),
      isCode: false,
      part: null,
    },
  ];
}

/** Comments of objects that were made after initdb. */
async function commentsInDatabase({ origin }: Source): Promise<{ object: string; text: string }[]> {
  if (origin.kind === "migrations") return readComments(origin.scratch.db);
  const db = await openServer(origin.url);
  try {
    return await readComments(db);
  } finally {
    await db.close();
  }
}

const readComments = async (db: Pick<Db, "query">): Promise<{ object: string; text: string }[]> =>
  db.query<{ object: string; text: string }>(
    `select o.type || ' ' || o.identity as object, d.description as text
       from pg_catalog.pg_description d
      cross join lateral pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) o
      where d.objoid >= 16384 and o.identity is not null
      order by 1`,
  );

/** `*` matches any text, `/` too. */
const matchesPath = (pattern: string, path: string): boolean =>
  new RegExp(
    `^${pattern
      .split("*")
      .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
      .join(".*")}$`,
    "u",
  ).test(path);
