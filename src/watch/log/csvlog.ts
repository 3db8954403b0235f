import type { LogEntry } from "./entry.ts";
import { LONGEST, LONGEST_TEXT, type Parser, type Sink } from "./parser.ts";
import type { TimeReader } from "./time.ts";
import { utf8 } from "./utf8.ts";
import { severityOf } from "./words.ts";

/** The columns of csvlog (PostgreSQL manual, 20.8.4) that are read; 26 in PostgreSQL 14 to 18. */
const COLUMN = {
  time: 0,
  user: 1,
  database: 2,
  session: 5,
  line: 6,
  severity: 11,
  sqlstate: 12,
  message: 13,
  context: 18,
  statement: 19,
  position: 20,
  location: 21,
  application: 22,
  backendType: 23,
  queryId: 25,
} as const;
const COLUMNS = 26;
/** A record that is cut off behind the message can still be read. */
const FEWEST = COLUMN.message + 1;

/** A record begins so. What stands elsewhere is the rest of a record whose begin is not there, or no csvlog. */
const BEGIN = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} [^\s,"]+,/y;
const BEGIN_LENGTH = 48;

/** A record of csvlog is an entry; a quoted field may hold line breaks. */
export function csvParser({ entry, unread }: Sink, timeOf: TimeReader): Parser {
  let rest = "";
  /** of a record that is too long, after its entry was handed on */
  let skipping = false;
  const take = (fields: readonly string[]): void => {
    if (fields.length < FEWEST) unread(fields.join(","));
    else entry(entryOf(fields, timeOf));
  };
  const read = (text: string, last: boolean): void => {
    let from = 0;
    while (from < text.length) {
      const newline = text.indexOf("\n", from);
      // too little to see whether it is a record
      if (newline === -1 && text.length - from < BEGIN_LENGTH && !last) break;
      BEGIN.lastIndex = from;
      if (!BEGIN.test(text)) {
        if (newline === -1 && !last) break;
        const line = text.slice(from, newline === -1 ? undefined : newline);
        if (!skipping && line.trim() !== "") unread(line);
        from = newline === -1 ? text.length : newline + 1;
        continue;
      }
      skipping = false;
      const record = recordAt(text, from);
      if (record.next === null) {
        if (!last && text.length - from <= LONGEST) break;
        take(record.fields);
        // what follows is the rest of a quoted field, unless it is a record
        skipping = true;
        from = newline === -1 ? text.length : newline + 1;
        continue;
      }
      take(record.fields);
      from = record.next;
    }
    rest = text.slice(from);
  };
  return {
    push: (text) => {
      // a line of the rest of a record that is too long is not held
      if (skipping && !text.includes("\n") && rest.length > BEGIN_LENGTH) rest = rest.slice(0, BEGIN_LENGTH);
      else read(rest + text, false);
    },
    open: () => rest.length,
    mayBeWhole: () => false,
    end: () => {
      read(rest, true);
      rest = "";
    },
    leave: () => {},
  };
}

/** The fields of the record that begins there, and the begin of the next; null: its end is not there yet. */
function recordAt(text: string, start: number): { fields: string[]; next: number | null } {
  const fields: string[] = [];
  let at = start;
  for (;;) {
    let end: number;
    if (text.charCodeAt(at) === QUOTE) {
      end = closingQuote(text, at + 1);
      if (end === -1 || end + 1 >= text.length) return { fields, next: null };
      const field = text.slice(at + 1, end);
      fields.push(field.includes('"') ? field.replaceAll('""', '"') : field);
      end += 1;
      if (text.charCodeAt(end) === RETURN) end += 1;
    } else {
      end = at;
      while (end < text.length && text.charCodeAt(end) !== COMMA && text.charCodeAt(end) !== NEWLINE) end += 1;
      if (end === text.length) return { fields, next: null };
      const field = text.slice(at, end);
      fields.push(field.endsWith("\r") ? field.slice(0, -1) : field);
    }
    const code = text.charCodeAt(end);
    if (code === NEWLINE) return { fields, next: end + 1 };
    if (end >= text.length) return { fields, next: null };
    at = end + 1;
  }
}

const [QUOTE, COMMA, NEWLINE, RETURN] = [34, 44, 10, 13];

function closingQuote(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  }
  return -1;
}

function entryOf(fields: readonly string[], timeOf: TimeReader): LogEntry {
  const field = (column: number): string | null => {
    const text = fields[column];
    return text === undefined || text === "" ? null : utf8(text.slice(0, LONGEST_TEXT));
  };
  const line = field(COLUMN.line);
  const queryId = fields.length >= COLUMNS ? field(COLUMN.queryId) : null;
  return {
    at: timeOf(fields[COLUMN.time] ?? ""),
    severity: severityOf(field(COLUMN.severity) ?? ""),
    sqlstate: field(COLUMN.sqlstate),
    message: field(COLUMN.message) ?? "",
    routine: routineOf(field(COLUMN.location)),
    context: field(COLUMN.context),
    statement: field(COLUMN.statement),
    login: field(COLUMN.user),
    database: field(COLUMN.database),
    application: field(COLUMN.application),
    backendType: field(COLUMN.backendType),
    session: field(COLUMN.session),
    line: line === null ? null : Number(line),
    positioned: field(COLUMN.position) !== null,
    queryId: queryId === "0" ? null : queryId,
  };
}

/** Of `ExecWithCheckOptions, execMain.c:2044`. */
export const routineOf = (location: string | null): string | null =>
  /^(\w+), \S+:\d+$/.exec(location?.trim() ?? "")?.[1] ?? null;
