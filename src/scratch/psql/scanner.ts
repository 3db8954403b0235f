/**
 * A piece of SQL as psql's scanner sees it (psqlscan.l of PostgreSQL 15): `reference` and `command` are psql's own, all
 * other text goes to the server as it is. Quoted text, comments and dollar quotes are one piece each.
 */
export interface Piece {
  kind: "text" | "quoted" | "space" | "end" | "open" | "close" | "reference" | "escaped" | "command";
  text: string;
}

/** How psql writes the value of a variable: `:name`, `:'name'`, `:"name"`, `:{?name}`. */
export type Form = "plain" | "literal" | "identifier" | "test";

/** The parts of a reference. */
export const REFERENCE =
  /:(?:([\w\u0080-\uFFFF]+)|'([\w\u0080-\uFFFF]+)'|"([\w\u0080-\uFFFF]+)"|\{\?([\w\u0080-\uFFFF]+)\})/y;

const RULES: readonly (readonly [kind: Piece["kind"], rule: RegExp])[] = [
  ["space", /\s+|--[^\n]*/y],
  // an unterminated one goes to the end
  ["quoted", /[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*(?:'|\\?$)/y],
  ["quoted", /(?:[bBxXnN]|[uU]&)?'[^']*(?:''[^']*)*(?:'|$)/y],
  ["quoted", /(?:[uU]&)?"[^"]*(?:""[^"]*)*(?:"|$)/y],
  ["quoted", /(\$(?:[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$)[\s\S]*?(?:\1|$(?![\s\S]))/y],
  ["text", /[A-Za-z_\u0080-\uFFFF][\w$\u0080-\uFFFF]*/y],
  ["text", /::|:=/y],
  ["reference", REFERENCE],
  ["escaped", /\\[;:]/y],
  ["command", /\\/y],
  ["end", /;/y],
  ["open", /\(/y],
  ["close", /\)/y],
];

/** The piece of a text that begins at a place. */
export function pieceAt(text: string, at: number): Piece {
  if (text.startsWith("/*", at)) return { kind: "space", text: text.slice(at, endOfComment(text, at)) };
  for (const [kind, rule] of RULES) {
    rule.lastIndex = at;
    const [found] = rule.exec(text) ?? [];
    if (found !== undefined) return { kind, text: found };
  }
  return { kind: "text", text: text.charAt(at) };
}

/** The end of a comment that begins at a place; comments nest. */
function endOfComment(text: string, at: number): number {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = at;
  let depth = 0;
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === "/*" ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
  return text.length;
}

/** The name and the form of a reference. */
export function readReference(text: string): { name: string; form: Form } {
  REFERENCE.lastIndex = 0;
  const [, plain, literal, identifier, test] = REFERENCE.exec(text) ?? [];
  if (literal !== undefined) return { name: literal, form: "literal" };
  if (identifier !== undefined) return { name: identifier, form: "identifier" };
  if (test !== undefined) return { name: test, form: "test" };
  return { name: plain ?? "", form: "plain" };
}
