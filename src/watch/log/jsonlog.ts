import type { LogEntry } from "./entry.ts";
import { LONGEST, LONGEST_TEXT, type Parser, type Sink } from "./parser.ts";
import type { TimeReader } from "./time.ts";
import { utf8 } from "./utf8.ts";
import { severityOf } from "./words.ts";

/** The keys of jsonlog (PostgreSQL manual, 20.8.6); absent where they are empty. */
interface Line {
  timestamp?: string;
  user?: string;
  dbname?: string;
  session_id?: string;
  line_num?: number;
  error_severity?: string;
  state_code?: string;
  message?: string;
  context?: string;
  statement?: string;
  func_name?: string;
  application_name?: string;
  backend_type?: string;
  cursor_position?: number;
}

/** A line of jsonlog is an entry. */
export function jsonParser({ entry, unread }: Sink, timeOf: TimeReader): Parser {
  let parts: string[] = [];
  let held = 0;
  /** of a line that is too long, after its entry was handed on */
  let skipping = false;
  const hold = (text: string): void => {
    held += text.length;
    if (!skipping) parts.push(text);
    if (skipping || held <= LONGEST) return;
    take(withoutStatement(parts.join("")));
    parts = [];
    skipping = true;
  };
  const take = (line: string): void => {
    if (line === "" || line === "\r") return;
    const found = entryOf(line, timeOf);
    if (found === null) unread(line);
    else entry(found);
  };
  const finish = (): void => {
    if (!skipping) take(parts.join(""));
    parts = [];
    held = 0;
    skipping = false;
  };
  return {
    push: (text) => {
      let from = 0;
      for (let to = text.indexOf("\n"); to !== -1; to = text.indexOf("\n", from)) {
        if (held > 0) {
          hold(text.slice(from, to));
          finish();
        } else take(text.slice(from, to));
        from = to + 1;
      }
      if (from < text.length) hold(text.slice(from));
    },
    open: () => (skipping ? 0 : held),
    mayBeWhole: () => false,
    end: finish,
    leave: () => {},
  };
}

/** A line that is too long holds a long statement, which stands behind the message. Quotes in a value are escaped. */
function withoutStatement(line: string): string {
  const at = line.indexOf(',"statement":"');
  return at === -1 ? line : `${line.slice(0, at)}}`;
}

function entryOf(text: string, timeOf: TimeReader): LogEntry | null {
  const line = parsed(text);
  if (line === null || (typeof line.message !== "string" && line.error_severity === undefined)) return null;
  return {
    at: line.timestamp === undefined ? null : timeOf(line.timestamp),
    severity: severityOf(line.error_severity ?? ""),
    sqlstate: line.state_code ?? null,
    message: line.message?.slice(0, LONGEST_TEXT) ?? "",
    routine: line.func_name ?? null,
    context: line.context?.slice(0, LONGEST_TEXT) ?? null,
    statement: line.statement?.slice(0, LONGEST_TEXT) ?? null,
    login: line.user ?? null,
    database: line.dbname ?? null,
    application: line.application_name ?? null,
    backendType: line.backend_type ?? null,
    session: line.session_id ?? null,
    line: line.line_num ?? null,
    positioned: line.cursor_position !== undefined,
    queryId: queryIdOf(text),
  };
}

function parsed(text: string): Line | null {
  try {
    const value: unknown = JSON.parse(utf8(text));
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** JavaScript would round a 64-bit number. The key is the last one, and 0 where the server computes none. */
function queryIdOf(text: string): string | null {
  const id = /"query_id":(-?\d+)\}?\s*$/.exec(text.slice(-48))?.[1];
  return id === undefined || id === "0" ? null : id;
}
