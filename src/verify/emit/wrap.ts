/** The most characters of a line of an emitted file, without its indent. */
const WIDTH = 148;

const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$[A-Za-z_]*\$)[\s\S]*?\1|\/\*[\s\S]*?\*\/|--[^\n]*|[ \n]+|[^\s'"$/-]+|[\s\S]/gu;

/**
 * SQL in lines of a bounded length, with the same meaning. Lines break at spaces outside of quotes; a long literal is
 * continued on the next line, as the manual has it (section 4.1.2.1). Long names and dollar-quoted texts stay whole.
 * `start`: the column at which the first line begins.
 */
export function wrapSql(sql: string, indent = "  ", start = 0): string {
  if (longest(sql) <= WIDTH && start + firstLine(sql) <= WIDTH) return sql;
  const [, head, tag, body, tail] = /^((?:do|create function [^$]* as) )(\$\w*\$)([\s\S]*)\2(.*)$/s.exec(sql) ?? [];
  if (tag !== undefined && body !== undefined)
    return `${wrapSql(head ?? "", indent, start)}${tag}\n${indent}${wrapSql(body, indent, indent.length)}${tag}${tail ?? ""}`;
  let out = "";
  let column = start;
  const put = (text: string): void => {
    out += text;
    const at = text.lastIndexOf("\n");
    column = at < 0 ? column + text.length : text.length - at - 1;
  };
  // a word without a space in it is put as a whole: `null::"public"."visit"`
  let word: string[] = [];
  const flush = (): void => {
    const text = word.join("");
    if (column > indent.length && column + 1 + firstLine(text) > WIDTH) put(`\n${indent}`);
    else if (pending) put(" ");
    pending = false;
    for (const part of word) {
      if (part.startsWith("'") && part.length > WIDTH / 2 && column + part.length > WIDTH && !part.includes("\n"))
        put(continued(part, WIDTH - column, indent));
      else put(part);
    }
    word = [];
  };
  let pending = false;
  for (const [token] of sql.matchAll(TOKEN)) {
    if (/^ +$/.test(token)) {
      if (word.length > 0) flush();
      if (column > 0) pending = true;
      else put(token);
    } else if (/^[ \n]+$/.test(token)) {
      if (word.length > 0) flush();
      pending = false;
      put(token);
    } else word.push(token);
  }
  if (word.length > 0) flush();
  return out;
}

const longest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

const firstLine = (text: string): number => text.split("\n", 1)[0]?.length ?? 0;

/** `'abc'` and, on the next line, `'def'`. */
function continued(literal: string, room: number, indent: string): string {
  const lines: string[] = [];
  let line = "";
  let left = Math.max(room - 2, 20);
  for (const [char] of literal.slice(1, -1).matchAll(/''|\\[\s\S]|[\s\S]/gu)) {
    if (line.length >= left) {
      lines.push(line);
      line = "";
      left = WIDTH - indent.length - 2;
    }
    line += char;
  }
  return [...lines, line].map((text) => `'${text}'`).join(`\n${indent}`);
}
