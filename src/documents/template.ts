import { ToolError } from "../errors.ts";

/** What a template can name: texts, which are Markdown already; truths, for sections; and lists of values of their own. */
export type Value = string | boolean | readonly Values[];
export interface Values {
  readonly [name: string]: Value;
}

type Piece =
  | { kind: "text"; text: string }
  | { kind: "value"; name: string; line: number }
  | { kind: "section"; name: string; line: number; inverted: boolean; pieces: Piece[] };

const SECTION_TAG = /\{\{[#^/!][^{}]*\}\}/g;
const TAG = /\{\{([#^/!]?)([^{}]*)\}\}/g;

/**
 * Fill a template: `{{name}}` is a text; what stands between `{{#name}}` and `{{/name}}` is there once for each entry of a
 * list, or if a truth or text is there; between `{{^name}}` and `{{/name}}` if not; `{{! … }}` is nothing. A line
 * that holds tags of sections alone is no line of the result. These are tags of Mustache, and no others are needed: what
 * counts and sorts is in the values. Throws ToolError (config) with the line, for a name that is not known, too.
 */
export function fill(template: string, values: Values, file: string): string {
  return render(parse(template.replaceAll("\r\n", "\n"), file), [values], file);
}

function parse(template: string, file: string): Piece[] {
  const root: Piece[] = [];
  const stack: { name: string; line: number; pieces: Piece[] }[] = [{ name: "", line: 0, pieces: root }];
  const lineOf = (at: number): number => template.slice(0, at).split("\n").length;
  let done = 0;
  for (const match of template.matchAll(TAG)) {
    const [tag, kind = "", inner = ""] = match;
    const name = inner.trim();
    const line = lineOf(match.index);
    const behind = match.index + tag.length;
    const begin = template.lastIndexOf("\n", match.index - 1) + 1;
    const next = template.indexOf("\n", behind);
    const end = next === -1 ? template.length : next;
    // a line of such tags alone goes with them
    const isTaken = kind !== "" && template.slice(begin, end).replaceAll(SECTION_TAG, "").trim() === "";
    const isFirst = isTaken && template.slice(begin, match.index).trim() === "";
    const isLast = isTaken && template.slice(behind, end).trim() === "";
    const start = isFirst ? begin : match.index;
    const top = stack.at(-1) as (typeof stack)[number]; // the root stays
    // what stands between such tags is no more than spaces
    if (start > done && (!isTaken || isFirst)) top.pieces.push({ kind: "text", text: template.slice(done, start) });
    done = isLast ? Math.min(end + 1, template.length) : behind;
    if (kind === "!") continue;
    if (!/^[a-zA-Z]\w*$/.test(name)) throw badTemplate(file, line, `\`${tag}\` is no tag`);
    if (kind === "") top.pieces.push({ kind: "value", name, line });
    else if (kind === "/") {
      if (stack.length === 1 || top.name !== name)
        throw badTemplate(file, line, `\`${tag}\` ends ${stack.length === 1 ? "nothing" : `\`${top.name}\``}`);
      stack.pop();
    } else {
      const pieces: Piece[] = [];
      top.pieces.push({ kind: "section", name, line, inverted: kind === "^", pieces });
      stack.push({ name, line, pieces });
    }
  }
  const open = stack.length > 1 ? stack.at(-1) : undefined;
  if (open) throw badTemplate(file, open.line, `\`${open.name}\` has no end`);
  if (done < template.length) root.push({ kind: "text", text: template.slice(done) });
  return root;
}

function render(pieces: readonly Piece[], scopes: readonly Values[], file: string): string {
  return pieces
    .map((piece): string => {
      if (piece.kind === "text") return piece.text;
      const value = valueOf(piece, scopes, file);
      if (piece.kind === "value") {
        if (typeof value === "string") return value;
        throw badTemplate(file, piece.line, `\`${piece.name}\` is no text: use it as \`{{#${piece.name}}}\``);
      }
      const isThere = typeof value === "object" ? value.length > 0 : value !== false && value !== "";
      if (piece.inverted) return isThere ? "" : render(piece.pieces, scopes, file);
      if (!isThere) return "";
      return typeof value === "object"
        ? value.map((one) => render(piece.pieces, [...scopes, one], file)).join("")
        : render(piece.pieces, scopes, file);
    })
    .join("");
}

function valueOf({ name, line }: { name: string; line: number }, scopes: readonly Values[], file: string): Value {
  const value = scopes.findLast((scope) => Object.hasOwn(scope, name))?.[name];
  if (value !== undefined) return value;
  const known = [...new Set(scopes.flatMap((scope) => Object.keys(scope)))].toSorted();
  throw badTemplate(file, line, `\`${name}\` is not known here; known are ${known.join(", ")}`);
}

const badTemplate = (file: string, line: number, why: string): ToolError =>
  new ToolError(
    "config",
    "BAD_TEMPLATE",
    `\`${file}\`, line ${line}: ${why}`,
    "correct the template; `rlsmith docs --template NAME` prints the one that rlsmith has",
  );
