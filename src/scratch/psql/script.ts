import { pieceAt, readReference } from "./scanner.ts";
import { valueOf } from "./value.ts";
import { wordsOf } from "./words.ts";

/** A command of psql in a file: `\ir other.sql`. */
export interface PsqlCommand {
  kind: "psql";
  /** without the backslash; `copy rows` for the rows after COPY … FROM stdin */
  command: string;
  /** its arguments as they are written */
  argument: string;
  /** its arguments, with variables replaced; of `copy rows` the rows */
  words: string[];
  line: number;
}

/** A file of SQL as psql sends it to the server. */
export interface Script {
  /** with the values of variables, and without commands, rows of COPY and branches that are not taken */
  text: string;
  /** the commands that are not carried out here, in order */
  commands: PsqlCommand[];
  /** the variables without a value on which a command depends */
  unset: { name: string; line: number }[];
  /** the line of the file for a line of the text; both count from 1 */
  lineOf(line: number): number;
}

/** Commands that send the query that was written before them. */
const SENDS: ReadonlySet<string> = new Set(["g", "gx", "gset", "gexec", "gdesc", "crosstabview", "watch"]);
/** Commands whose arguments go to the end of the line. */
const WHOLE_LINE: ReadonlySet<string> = new Set(["!", "copy", "help", "h", "sf", "sv", "ef", "ev"]);
const COPIES = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*copy\s[\s\S]*\bfrom\s+stdin\b/i;
/** Without any of these, a file is the same for psql and for the server. */
const OF_PSQL = /\\|:['"{\w\u0080-\uFFFF]|\bfrom\s+stdin\b/i;

/**
 * Read a file as psql does: carry out \set, \unset, \if and \q, and replace variables outside of quotes and comments.
 * `variables` is changed. `follow` is called for every other command, when it is reached: it may change the variables
 * too.
 */
export function readScript(
  sql: string,
  variables: Map<string, string>,
  follow: (command: PsqlCommand) => void = () => {},
): Script {
  if (!OF_PSQL.test(sql)) return { text: sql, commands: [], unset: [], lineOf: (line) => line };
  const reading: Reading = {
    rest: sql,
    line: 1,
    out: [],
    lines: [1],
    expanding: [],
    depth: 0,
    statement: "",
    branches: [],
    variables,
    script: { commands: [], unset: [] },
    follow,
  };
  while (reading.rest !== "") step(reading);
  const { out, lines, script } = reading;
  return { text: out.join(""), ...script, lineOf: (line) => lines[line - 1] ?? lines.at(-1) ?? 1 };
}

interface Reading {
  /** the part of the file that is still to be read; values of variables are put in front of it */
  rest: string;
  /** the line of the file at which `rest` begins */
  line: number;
  out: string[];
  /** the line of the file for each line of the output */
  lines: number[];
  /** the variables whose value is being read, each with the length of what follows it */
  expanding: { name: string; after: number }[];
  /** of parentheses in the statement */
  depth: number;
  /** the statement up to here */
  statement: string;
  /** for each \\if that is open: whether its present branch is taken, and whether one of it was or must not be */
  branches: { taken: boolean; done: boolean }[];
  variables: Map<string, string>;
  script: Pick<Script, "commands" | "unset">;
  follow: (command: PsqlCommand) => void;
}

const isTaken = ({ branches }: Reading): boolean => branches.every(({ taken }) => taken);
const lineBreaks = (text: string): string => text.replaceAll(/[^\n]+/g, "");

function step(reading: Reading): void {
  reading.expanding = reading.expanding.filter(({ after }) => reading.rest.length > after);
  const { kind, text } = pieceAt(reading.rest, 0);
  if (kind === "command") return command(reading);
  if (kind === "reference" && isTaken(reading) && expand(reading, text)) return;
  take(reading, text.length);
  if (!isTaken(reading)) return emit(reading, lineBreaks(text));
  if (kind === "open") reading.depth += 1;
  if (kind === "close") reading.depth -= 1;
  reading.statement += text;
  emit(reading, kind === "escaped" ? text.slice(1) : text);
  if (kind === "end" && reading.depth <= 0) endStatement(reading);
}

/** Read on after so many characters. Line breaks in the value of a variable are none of the file. */
function take(reading: Reading, length: number): void {
  const text = reading.rest.slice(0, length);
  if (reading.expanding.length === 0) reading.line += text.split("\n").length - 1;
  reading.rest = reading.rest.slice(length);
}

function emit(reading: Reading, text: string): void {
  reading.out.push(text);
  const breaks = text.split("\n").length - 1;
  const inValue = reading.expanding.length > 0;
  for (let index = 1; index <= breaks; index += 1)
    reading.lines.push(inValue ? reading.line : reading.line - breaks + index);
}

/** A value in which psql would find something of its own, or the beginning or end of a text. Any other goes out as it is. */
const IS_READ = /['"$\\:;()]|--|\/\*|[-/*]$/;

/** Put the value of a variable in its place; false if it has none. A plain value is read as SQL in its turn. */
function expand(reading: Reading, reference: string): boolean {
  const value = valueOf(reference, reading.variables);
  const { name, form } = readReference(reference);
  if (value === null || (form === "plain" && reading.expanding.some((one) => one.name === name))) return false;
  take(reading, reference.length);
  if (form === "plain" && IS_READ.test(value)) {
    reading.expanding.push({ name, after: reading.rest.length });
    reading.rest = value + reading.rest;
    return true;
  }
  const inside = reading.expanding;
  reading.expanding = [...inside, { name, after: 0 }];
  reading.statement += value;
  emit(reading, value);
  reading.expanding = inside;
  return true;
}

/** At the end of a statement: the rows that follow COPY … FROM stdin are not SQL, and a server cannot be asked for them. */
function endStatement(reading: Reading): void {
  const { statement } = reading;
  reading.statement = "";
  reading.depth = 0;
  if (!COPIES.test(statement)) return;
  const first =
    reading.line - statement.split("\n").length + 1 + (/^\s*/.exec(statement)?.[0].split("\n").length ?? 1) - 1;
  reading.out.splice(0, reading.out.length, withoutLast(reading.out.join(""), statement.length));
  const argument = statement.trim().replace(/;$/, "");
  const end = /^[\s\S]*?\n\\\.[^\n]*(?=\n|$)/.exec(reading.rest)?.[0] ?? reading.rest;
  reading.script.commands.push({ kind: "psql", command: "copy rows", argument, words: [end], line: first });
  take(reading, end.length);
  emit(reading, lineBreaks(end));
}

/** A text whose last characters are gone, except for the line breaks. */
const withoutLast = (text: string, length: number): string =>
  text.slice(0, text.length - length) + lineBreaks(text.slice(text.length - length));

/** Carry out the command at the beginning of the rest. */
function command(reading: Reading): void {
  const [all = "", name = "", more = ""] = /^\\(!|[^\s\\]*)([^\n]*)/.exec(reading.rest) ?? [];
  // `\\\\` ends the arguments, and SQL goes on after it
  const raw = WHOLE_LINE.has(name)
    ? more
    : (/^(?:'(?:[^'\\]|\\.)*'|`[^`]*`|\\(?!\\)|[^\\'`]|['`])*/.exec(more)?.[0] ?? more);
  const { line } = reading;
  take(reading, all.length - more.length + raw.length);
  if (reading.rest.startsWith("\\\\")) take(reading, 2);
  if (branch(reading, name, raw, line)) return;
  if (!isTaken(reading)) return;
  const { words, unset, runsProgram } = wordsOf(raw, reading.variables);
  if (SENDS.has(name)) {
    emit(reading, "\n;");
    reading.lines.splice(-1, 1, line);
    endStatement(reading);
  }
  const variable = words[0] ?? "";
  if (name === "set" && !runsProgram && unset.length === 0 && variable !== "")
    return void reading.variables.set(variable, words.slice(1).join(""));
  if (name === "unset") return void reading.variables.delete(variable);
  if (name === "q" || name === "quit") {
    const left = reading.rest;
    take(reading, left.length);
    return emit(reading, lineBreaks(left));
  }
  for (const missing of unset) reading.script.unset.push({ name: missing, line });
  const made: PsqlCommand = { kind: "psql", command: name, argument: raw.trim(), words, line };
  reading.script.commands.push(made);
  reading.follow(made);
}

/** Carry out \\if and its relatives; false for any other command. */
function branch(reading: Reading, name: string, raw: string, line: number): boolean {
  const { branches } = reading;
  const last = branches.at(-1);
  if (name === "if") {
    // inside a branch that is not taken, the condition is not looked at
    const taken = isTaken(reading);
    const holds = taken && isTrue(reading, raw, line);
    branches.push({ taken: holds, done: holds || !taken });
  } else if (name === "elif" && last) {
    const was = last.done;
    last.taken = false;
    const holds = !was && isTrue(reading, raw, line);
    branches.splice(-1, 1, { taken: holds, done: was || holds });
  } else if (name === "else" && last) branches.splice(-1, 1, { taken: !last.done, done: true });
  else if (name === "endif" && last) branches.pop();
  else return false;
  return true;
}

/** The value of a condition as psql reads a boolean: a prefix of true, false, yes or no, on, off, 1 or 0. */
function isTrue(reading: Reading, raw: string, line: number): boolean {
  const { words, unset, runsProgram } = wordsOf(raw, reading.variables);
  for (const name of unset) reading.script.unset.push({ name, line });
  const word = words.join(" ").toLowerCase();
  if (unset.length > 0) return false;
  const isKnown = word !== "" && ["true", "false", "yes", "no", "off"].some((one) => one.startsWith(word));
  if (runsProgram || !(isKnown || ["on", "1", "0"].includes(word)))
    reading.script.commands.push({ kind: "psql", command: "if", argument: raw.trim(), words, line });
  return (
    !runsProgram && word !== "" && ("true".startsWith(word) || "yes".startsWith(word) || ["on", "1"].includes(word))
  );
}
