import { routineOf } from "./csvlog.ts";
import type { LogEntry } from "./entry.ts";
import { hasPosition, withoutPosition } from "./message.ts";
import { LONGEST, LONGEST_TEXT, type Parser, type Sink } from "./parser.ts";
import type { Prefix, Prefixed } from "./prefix.ts";
import { timeOfEpoch, type TimeReader } from "./time.ts";
import { utf8 } from "./utf8.ts";
import { additionOf, severityOf, type Addition, type Severity } from "./words.ts";

/** An entry whose lines may still come. */
interface Open {
  /** whose lines these are */
  key: string;
  prefixed: Prefixed;
  severity: Severity;
  texts: { message: string } & Partial<Record<Addition, string>>;
  /** the text that a line with a tab goes on with */
  last: Addition | "message";
}

/** Processes whose last entry is held, in case a line of it comes behind that of another process. */
const MOST_OPEN = 64;

/**
 * A stderr log. An entry is a line with a severity and the lines behind it: with a tab, what goes on; with a label, such
 * as DETAIL, what belongs to the entry of the same process or session.
 */
export function stderrParser({ entry, unread }: Sink, timeOf: TimeReader, prefixes: readonly Prefix[]): Parser {
  const opened = new Map<string, Open>();
  let latest: Open | null = null;
  /** the one that a line with a tab goes on with; null: its begin was not there */
  let current: Open | null = null;
  /** bytes since the begin of the latest entry */
  let since = 0;
  let parts: string[] = [];
  let held = 0;

  /** the one that explained the last line */
  let prefix = prefixes[0];

  const labelledBy = (line: string): Labelled | null => {
    const found = prefix === undefined ? null : labelledWith(line, prefix);
    if (found !== null) return found;
    for (const other of prefixes) {
      const labelled = other === prefix ? null : labelledWith(line, other);
      if (labelled === null) continue;
      prefix = other;
      return labelled;
    }
    return null;
  };
  const close = (open: Open): void => {
    opened.delete(open.key);
    if (open === latest) latest = null;
    entry(entryOf(open, timeOf));
  };
  const begin = (severity: Severity, prefixed: Prefixed, message: string): void => {
    const key = prefixed.session ?? prefixed.pid ?? "";
    const before = opened.get(key);
    if (before) close(before);
    const open: Open = { key, prefixed, severity, texts: { message }, last: "message" };
    opened.set(key, open);
    if (opened.size > MOST_OPEN) for (const [, oldest] of opened) if (opened.size > MOST_OPEN) close(oldest);
    latest = current = open;
    since = 0;
  };
  const add = (addition: Addition, { session, pid }: Prefixed, text: string): void => {
    current = opened.get(session ?? pid ?? "") ?? null;
    if (current === null) return;
    current.last = addition;
    current.texts[addition] = text;
  };
  const take = (whole: string, length: number): void => {
    const line = whole.endsWith("\r") ? whole.slice(0, -1) : whole;
    if (line.charCodeAt(0) === TAB) {
      if (current !== null) goOn(current, line.slice(1));
    } else if (line !== "") {
      const labelled = labelledBy(line);
      if (labelled === null) {
        current = null;
        unread(line);
      } else if (labelled.severity === null) add(labelled.addition, labelled.prefixed, labelled.text);
      else begin(labelled.severity, labelled.prefixed, labelled.text);
    }
    since += length;
  };
  const hold = (text: string): void => {
    held += text.length;
    // of a line that is too long the begin is enough
    if (held <= LONGEST || parts.length === 0) parts.push(text);
  };
  const finish = (terminator: number): void => {
    const length = held + terminator;
    const line = parts.join("");
    parts = [];
    held = 0;
    take(line, length);
  };
  const closeAllBut = (kept: Open | null): void => {
    for (const [, open] of opened) if (open !== kept) close(open);
  };
  return {
    push: (text) => {
      let from = 0;
      for (let to = text.indexOf("\n"); to !== -1; to = text.indexOf("\n", from)) {
        if (held > 0) {
          hold(text.slice(from, to));
          finish(1);
        } else take(text.slice(from, to), to - from + 1);
        from = to + 1;
      }
      if (from < text.length) hold(text.slice(from));
    },
    open: () => held + (latest === null ? 0 : since),
    mayBeWhole: () => held === 0 && latest !== null,
    end: () => {
      if (held > 0) finish(0);
      closeAllBut(null);
      current = null;
    },
    leave: () => closeAllBut(latest),
  };
}

const TAB = 9;

function goOn({ texts, last }: Open, text: string): void {
  const before = texts[last] ?? "";
  if (before.length < LONGEST_TEXT) texts[last] = `${before}\n${text}`;
}

/** A line with a prefix and a label. */
type Labelled = { prefixed: Prefixed; text: string } & (
  | { severity: Severity; addition: null }
  | { severity: null; addition: Addition }
);

function labelledWith(line: string, prefix: Prefix): Labelled | null {
  const found = prefix.line.exec(line);
  if (found === null) return null;
  const label = utf8(found[prefix.groups.length + 1] ?? "").trim();
  const severity = severityOf(label);
  const addition = severity === null ? additionOf(label) : null;
  if (severity === null && addition === null) return null;
  const rest = { prefixed: prefixedOf(found, prefix), text: found[prefix.groups.length + 2] ?? "" };
  return severity === null
    ? { severity, addition: addition as Addition, ...rest }
    : { severity, addition: null, ...rest };
}

function prefixedOf(found: RegExpExecArray, { groups, guessed }: Prefix): Prefixed {
  const prefixed: Prefixed = {};
  for (let n = 0; n < groups.length; n += 1) {
    const [part, text] = [groups[n] ?? null, found[n + 1]];
    if (part !== null && text !== undefined && text !== "") prefixed[part] = text;
  }
  // an entry of a database with a wrong name would not be counted
  if (guessed) delete prefixed.database;
  return prefixed;
}

/** `log_error_verbosity = verbose` writes the SQLSTATE in front of the message. */
const STATE = /^([0-9A-Z]{5}): /;

function entryOf({ prefixed, severity, texts }: Open, timeOf: TimeReader): LogEntry {
  const location = texts.location ?? null;
  // Only a verbose log has a location; else the message itself may begin so.
  const state = location === null ? null : (STATE.exec(texts.message)?.[1] ?? null);
  const named = (name: string | undefined): string | null =>
    name === undefined || name === "[unknown]" ? null : utf8(name.trim());
  return {
    at: timeOfPrefix(prefixed, timeOf),
    severity,
    sqlstate: prefixed.sqlstate ?? state,
    message: withoutPosition(text(state === null ? texts.message : texts.message.slice(7))),
    routine: routineOf(location),
    context: texts.context === undefined ? null : text(texts.context),
    statement: texts.statement === undefined ? null : text(texts.statement),
    login: named(prefixed.login),
    database: named(prefixed.database),
    application: named(prefixed.application),
    ...processOf(prefixed),
    backendType: named(prefixed.backendType),
    session: prefixed.session ?? null,
    line: prefixed.line === undefined ? null : Number(prefixed.line),
    positioned: hasPosition(text(texts.message)),
    queryId: prefixed.queryId === undefined || prefixed.queryId === "0" ? null : prefixed.queryId,
  };
}

/** `%c` is the time of the start and the process id, both as hexadecimal numbers. */
function processOf({ pid, session }: Prefixed): Pick<LogEntry, "process"> {
  const hexadecimal = /\.([0-9a-f]+)$/.exec(session ?? "")?.[1];
  const id = pid?.trim() ?? (hexadecimal === undefined ? undefined : String(Number.parseInt(hexadecimal, 16)));
  return id === undefined ? {} : { process: id };
}

const text = (bytes: string): string => utf8(bytes.slice(0, LONGEST_TEXT));

function timeOfPrefix({ at, epoch }: Prefixed, timeOf: TimeReader): string | null {
  if (epoch !== undefined) return timeOfEpoch(epoch);
  return at === undefined ? null : timeOf(at);
}
