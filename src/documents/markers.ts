import { DOCUMENT_PARTS, type DocumentPart } from "../document-parts.ts";
import { ToolError } from "../errors.ts";

/** A part between its two markers in a file. */
export interface Place {
  part: DocumentPart;
  /** what stands behind the name: the beginning of a plan's hash at `changes`; null: nothing */
  of: string | null;
  /** offsets of the text between the lines of the markers */
  start: number;
  end: number;
  /** the line of the first marker, from 1 */
  line: number;
  /** the line end of the first marker */
  eol: "\n" | "\r\n";
}

/** `<!-- rlsmith:begin matrix -->`, or `{/* … *\/}` in MDX, on a line by itself. */
const MARKER = /^ {0,3}(?:<!--|\{\/\*)\s*rlsmith:(begin|end)\s+([\w-]+)(?::([0-9a-f]{4,64}))?\s*(?:-->|\*\/\})\s*$/;
/** Something that is meant as one. */
const ALIKE = /(?:<!--|\{\/\*)\s*rlsmith:/;
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

const isPart = (name: string): name is DocumentPart => (DOCUMENT_PARTS as readonly string[]).includes(name);

interface Line {
  text: string;
  start: number;
  /** behind the line end */
  end: number;
  number: number;
}

/** The lines of a text that are in no fence of code. Line ends are LF or CRLF. */
export function* proseLines(text: string): Generator<Line> {
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  let fence: string | null = null;
  for (let number = 1; at < text.length; number += 1) {
    const found = text.indexOf("\n", at);
    const end = found === -1 ? text.length : found + 1;
    const line = text.slice(at, end).replace(/\r?\n$/, "");
    const mark = FENCE.exec(line);
    if (fence !== null) {
      if (mark?.[1]?.startsWith(fence) && mark[2]?.trim() === "") fence = null;
    } else if (mark?.[1] !== undefined && !(mark[1].startsWith("`") && mark[2]?.includes("`"))) fence = mark[1];
    else yield { text: line, start: at, end, number };
    at = end;
  }
}

/** True if a text may have a marker. A prefilter. */
export const hasMarker = (text: string): boolean => ALIKE.test(text);

/**
 * The parts of a file. Markers in a fence of code are text. Throws ToolError (usage) for a marker without its other half,
 * inside of another part, of an unknown part, twice, or not on a line by itself.
 */
export function placesIn(text: string, file: string): Place[] {
  const places: Place[] = [];
  let open: (Omit<Place, "end"> & { name: string }) | null = null;
  for (const line of proseLines(text)) {
    const found = MARKER.exec(line.text);
    if (!found) {
      if (ALIKE.test(line.text))
        throw badMarkers(file, line.number, "the marker is not on a line by itself, or is not written as one");
      continue;
    }
    const [, kind, name = "", of = null] = found;
    if (kind === "begin") {
      if (open) throw badMarkers(file, line.number, `\`${name}\` begins inside of \`${open.name}\``);
      if (!isPart(name)) throw badMarkers(file, line.number, `rlsmith has no part \`${name}\``);
      if (places.some((one) => one.part === name && one.of === of))
        throw badMarkers(file, line.number, `\`${name}\` is in this file a second time`);
      const eol = text.slice(line.start, line.end).endsWith("\r\n") ? "\r\n" : "\n";
      open = { part: name, name, of, start: line.end, line: line.number, eol };
      continue;
    }
    if (!open) throw badMarkers(file, line.number, `\`${name}\` ends and has not begun`);
    if (open.name !== name) throw badMarkers(file, line.number, `\`${name}\` ends inside of \`${open.name}\``);
    const { name: _, ...place } = open;
    places.push({ ...place, end: line.start });
    open = null;
  }
  if (open) throw badMarkers(file, open.line, `\`${open.name}\` has no end`);
  return places;
}

const badMarkers = (file: string, line: number, why: string): ToolError =>
  new ToolError(
    "usage",
    "BAD_MARKERS",
    `\`${file}\`, line ${line}: ${why}; nothing was written`,
    `a part stands between \`<!-- rlsmith:begin NAME -->\` and \`<!-- rlsmith:end NAME -->\`, each on a line by itself; the names: ${DOCUMENT_PARTS.join(", ")}`,
  );

/** The text with new contents of its parts; every other character is as it was. */
export function withParts(text: string, contents: readonly { place: Place; content: string }[]): string {
  let result = text;
  for (const { place, content } of contents.toSorted((a, b) => b.place.start - a.place.start))
    result = result.slice(0, place.start) + between(content, place.eol) + result.slice(place.end);
  return result;
}

/** Blank lines keep a marker and a table or list apart, as formatters of Markdown want it. */
const between = (content: string, eol: string): string =>
  `\n${content.trim()}\n\n`.replaceAll("\r\n", "\n").replaceAll("\n", eol);

/** The markers of a part that is new in a file. */
export const markersOf = (part: DocumentPart, isMdx: boolean): [begin: string, end: string] => {
  const marker = (kind: string): string =>
    isMdx ? `{/* rlsmith:${kind} ${part} */}` : `<!-- rlsmith:${kind} ${part} -->`;
  return [marker("begin"), marker("end")];
};

/** True if two contents differ by no more than a formatter of Markdown changes: spaces, line breaks, and the widths of tables. */
export const isSame = (one: string, other: string): boolean => words(one) === words(other);

const words = (text: string): string =>
  text
    .replaceAll(/^[ \t]*\|?(?:[ \t]*:?-{1,}:?[ \t]*\|)+(?:[ \t]*:?-{1,}:?)?[ \t]*\r?$/gm, "|-|")
    .replaceAll(/^([ \t]*)[*+](?=[ \t])/gm, "$1-")
    .split(/\s+/)
    .filter((word) => word !== "")
    .join(" ");
