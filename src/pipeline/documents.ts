import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { Config } from "../config.ts";
import { DOCUMENT_PARTS, type DocumentPart } from "../document-parts.ts";
import {
  alignTables,
  fill,
  hasMarker,
  isSame,
  markersOf,
  placesIn,
  withParts,
  type Place,
} from "../documents/index.ts";
import { messageOf, ToolError } from "../errors.ts";
import { PART_TITLES, partValues } from "../report/documents/index.ts";
import { projectFiles, readWorkTree, type WorkTree } from "./code-files.ts";
import { documentFacts, type DocumentFacts, type DocumentFile } from "./document-facts.ts";
import { writeEdits, type EditedFile } from "./edited-files.ts";
import type { Source } from "./source.ts";

/** A part of a document, and whether it is as it would be written now. */
export interface PartState {
  /** relative to the project */
  path: string;
  part: DocumentPart;
  /** the line of its first marker, from 1; null: the file has none yet */
  line: number | null;
  /** `closed`: it is about another plan, and stays */
  state: "up to date" | "out of date" | "missing" | "closed";
}

/** The generated parts of a project's documents. */
export interface Documents {
  parts: PartState[];
  /** the files that change, with their new texts */
  files: EditedFile[];
  written: boolean;
}

/** What is done with the parts of a project's documents. */
export interface DocumentOptions {
  /** absolute */
  projectDir: string;
  write: boolean;
  /** true: a project without a part is no error */
  mayLack?: boolean;
  tree?: WorkTree;
}

/** Files in which parts are looked for. */
const PAGES = /\.(?:md|mdx|markdown)$/i;

/**
 * Compare the generated parts of a project's documents with what the catalog, the plan and the evidence say now, and with
 * `write` replace those that are not the same: between their markers, and nothing else of a file. Throws ToolError:
 * (usage) markers that are not in order, no part at all; (config) a template that is not valid, a file outside of the
 * project; (environment) a file cannot be written. Nothing is written then.
 */
export async function makeDocuments(
  source: Pick<Source, "catalog">,
  config: Config,
  { projectDir, write, mayLack = false, tree }: DocumentOptions,
): Promise<Documents> {
  const texts = pagesOf(tree ?? (await readWorkTree(projectDir)), config, projectDir);
  const places = new Map([...texts].map(([path, text]) => [path, placesIn(text ?? "", path)]));
  const files = [...texts.keys()].map((path): DocumentFile => ({
    path,
    parts: [...new Set([...(places.get(path) ?? []).map(({ part }) => part), ...(config.documents.files[path] ?? [])])],
  }));
  if (files.length === 0 && mayLack) return { parts: [], files: [], written: false };
  if (files.length === 0)
    throw new ToolError(
      "usage",
      "NO_DOCUMENT_PART",
      "no file has a marker of rlsmith, and the config names none",
      'name the files in the config: `documents: { files: { "docs/security.md": ["matrix", "roles"] } }`, or write markers into a file',
    );
  const facts = documentFacts(source, config, projectDir);
  const contentOf = renderer(facts, config, projectDir, files);
  const made = [...texts].map(([path, text]) => {
    const there = places.get(path) ?? [];
    const page = { path, text, places: there, missing: missingIn(path, there, config) };
    return { path, text, ...remade(page, contentOf, facts) };
  });
  const changed = made
    .filter(({ text, after }) => after !== (text ?? ""))
    .map(({ path, text, after }): EditedFile => ({ path, before: text ?? "", after, isNew: text === null }));
  if (write) writeEdits(changed, projectDir);
  return { parts: made.flatMap(({ parts }) => parts), files: changed, written: write && changed.length > 0 };
}

/** The files that hold a part or have to, with their texts; null: the file is not there. */
function pagesOf(tree: WorkTree, config: Config, projectDir: string): Map<string, string | null> {
  const named = Object.keys(config.documents.files);
  for (const path of named) refuseOutside(path);
  const pages = new Map<string, string | null>();
  for (const path of new Set([...named, ...projectFiles(tree, PAGES)])) {
    const file = join(projectDir, path);
    if (!existsSync(file)) {
      pages.set(path, null);
      continue;
    }
    // the file that a link leads to has its own path, and may be outside of the project
    if (!named.includes(path) && !lstatSync(file).isFile()) continue;
    const bytes = readFileSync(file);
    const text = bytes.toString("utf8");
    if (!named.includes(path) && !hasMarker(text)) continue;
    if (!lstatSync(file).isFile() || !Buffer.from(text, "utf8").equals(bytes))
      throw new ToolError(
        "usage",
        "BAD_MARKERS",
        `\`${path}\` is ${lstatSync(file).isFile() ? "not UTF-8" : "no file"}, so it cannot be written as it was; nothing was written`,
        "move the parts to a file in UTF-8",
      );
    if (named.includes(path) || placesIn(text, path).length > 0) pages.set(path, text);
  }
  return new Map([...pages].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function refuseOutside(path: string): void {
  if (!posix.isAbsolute(path) && !posix.normalize(path).startsWith("..") && posix.normalize(path) === path) return;
  throw new ToolError(
    "config",
    "INVALID_CONFIG",
    `documents.files: \`${path}\` is not the path of a file in the project`,
    "write it relative to the project, without `./` and `..`",
  );
}

const missingIn = (path: string, places: readonly Place[], config: Config): DocumentPart[] =>
  (config.documents.files[path] ?? []).filter((part) => !places.some((place) => place.part === part));

type ContentOf = (part: DocumentPart, file: string) => string;

function renderer(facts: DocumentFacts, config: Config, projectDir: string, files: readonly DocumentFile[]): ContentOf {
  const templates = new Map<DocumentPart, { name: string; text: string }>();
  return (part, file) => {
    const template = templates.get(part) ?? templateOf(part, config, projectDir);
    templates.set(part, template);
    const filled = fill(template.text, partValues(part, facts, { file, files }), template.name);
    const content = alignTables(filled.replaceAll(/\n{3,}/g, "\n\n").trim());
    if (placesIn(content, template.name).length > 0)
      throw new ToolError(
        "config",
        "BAD_TEMPLATE",
        `\`${template.name}\` writes markers of rlsmith`,
        "leave them out: they stand in the document, around the part",
      );
    return content;
  };
}

function templateOf(part: DocumentPart, config: Config, projectDir: string): { name: string; text: string } {
  const own = config.documents.templates[part];
  if (own === undefined) return { name: `${part}.md of rlsmith`, text: defaultTemplate(part) };
  try {
    return { name: own, text: readFileSync(join(projectDir, own), "utf8") };
  } catch (error) {
    throw new ToolError(
      "config",
      "BAD_TEMPLATE",
      `\`${own}\`, the template of \`${part}\`, cannot be read: ${messageOf(error)}`,
      `correct the path in the config; \`rlsmith docs --template ${part}\` prints a template to begin with`,
      { cause: error },
    );
  }
}

/** The template of rlsmith for a part. */
export const defaultTemplate = (part: DocumentPart): string =>
  readFileSync(new URL(`../documents/templates/${part}.md`, import.meta.url), "utf8");

/** A file with its parts. */
interface Page {
  path: string;
  /** null: it is not there */
  text: string | null;
  places: readonly Place[];
  /** parts that it has to hold and does not */
  missing: readonly DocumentPart[];
}

/** The text of a file with its parts as they are now. */
function remade(
  { path, text, places, missing }: Page,
  contentOf: ContentOf,
  { plan }: DocumentFacts,
): { after: string; parts: PartState[] } {
  const before = text ?? "";
  const seen = places.map((place) => {
    const isClosed = place.of !== null && plan?.hash.startsWith(place.of) !== true;
    const content = isClosed ? null : contentOf(place.part, path);
    const isUpToDate = content !== null && isSame(content, before.slice(place.start, place.end));
    return { place, content, state: isClosed ? "closed" : isUpToDate ? "up to date" : "out of date" } as const;
  });
  const kept = withParts(
    before,
    seen.flatMap(({ place, content, state }) =>
      content === null || state === "up to date" ? [] : [{ place, content }],
    ),
  );
  const eol = before.includes("\r\n") ? "\r\n" : "\n";
  const added = missing.map((part) => {
    const [begin, end] = markersOf(part, path.endsWith(".mdx"));
    return [begin, "", contentOf(part, path), "", end].join("\n").replaceAll("\n", eol);
  });
  const head = text === null ? `# ${PART_TITLES[missing[0] ?? "overview"]}` : kept.replace(/(?:\r?\n)+$/, "");
  return {
    after: added.length === 0 ? kept : `${[...(head === "" ? [] : [head]), ...added].join(eol + eol)}${eol}`,
    parts: [
      ...seen.map(({ place, state }): PartState => ({ path, part: place.part, line: place.line, state })),
      ...missing.map((part): PartState => ({ path, part, line: null, state: "missing" })),
    ].toSorted((a, b) => DOCUMENT_PARTS.indexOf(a.part) - DOCUMENT_PARTS.indexOf(b.part)),
  };
}
