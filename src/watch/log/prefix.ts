/** What a prefix tells of the entry; absent: it does not, or the process has no session. */
export interface Prefixed {
  at?: string;
  epoch?: string;
  login?: string;
  database?: string;
  application?: string;
  backendType?: string;
  pid?: string;
  session?: string;
  line?: string;
  sqlstate?: string;
  queryId?: string;
}

/** A log_line_prefix as a matcher, see `compilePrefix`. */
export interface Prefix {
  /** matches the prefix at the begin of a line, and behind it a label of one or more words: groups `label`, `text` */
  line: RegExp;
  /** of each group, in order, the part of the entry that it holds; null: one that is not read */
  groups: readonly (keyof Prefixed | null)[];
  /** the server may have another: what looks like a database may hold more than its name */
  guessed: boolean;
}

const TIME = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`;
const ZONE = String.raw`(?:[+-]\d[\d:]*|[A-Za-z][\w/+-]*)`;

/**
 * The escapes of log_line_prefix (PostgreSQL manual, 20.8.3). Names and titles may hold blanks, so they reach to the
 * literal that follows.
 */
const ESCAPES: Readonly<Record<string, readonly [pattern: string, part: keyof Prefixed | null]>> = {
  a: [".*?", "application"],
  u: [".*?", "login"],
  d: [".*?", "database"],
  r: [String.raw`(?:[^\s()]*(?:\(\d*\))?)`, null],
  h: [String.raw`[^\s()]*`, null],
  L: [String.raw`[^\s()]*`, null],
  b: [".*?", "backendType"],
  p: [String.raw`\d+`, "pid"],
  P: [String.raw`\d*`, null],
  t: [`${TIME} ${ZONE}`, "at"],
  m: [String.raw`${TIME}\.\d{3} ${ZONE}`, "at"],
  n: [String.raw`\d+\.\d{3}`, "epoch"],
  i: [".*?", null],
  e: ["[0-9A-Z]{5}", "sqlstate"],
  c: [String.raw`[0-9a-f]+\.[0-9a-f]+`, "session"],
  l: [String.raw`\d+`, "line"],
  s: [`${TIME} ${ZONE}`, null],
  v: [String.raw`(?:-?\d+/\d+)?`, null],
  x: [String.raw`\d+`, null],
  Q: [String.raw`-?\d+`, "queryId"],
};

/** `ERROR:  ` or `DETAIL:  `, or of other languages `ASTUCE :  ` and words of several bytes a character. */
const LABEL = String.raw`([^\s:][^:\t]{0,60}?)\s?: {1,3}(.*)$`;

/** A matcher for the lines of a server with this log_line_prefix. */
export function compilePrefix(prefix: string, guessed: boolean): Prefix {
  const groups: (keyof Prefixed | null)[] = [];
  let pattern = "";
  let depth = 0;
  for (const [whole, padding, escape] of prefix.matchAll(/%(-?\d+)?(.)|[^%]+|%$/gs)) {
    if (escape === undefined) pattern += literal(whole);
    else if (escape === "%") pattern += "%";
    else if (escape === "q") {
      // a process without a session writes nothing of what is behind it
      pattern += "(?:";
      depth += 1;
    } else {
      const known = ESCAPES[escape];
      // PostgreSQL ignores an escape that it does not know
      if (known === undefined) continue;
      groups.push(known[1]);
      pattern += padding === undefined ? `(${known[0]})` : ` *(${known[0]}) *`;
    }
  }
  return {
    line: new RegExp(`^${pattern}${")?".repeat(depth)}${LABEL}`, "s"),
    groups,
    guessed,
  };
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

/**
 * Prefixes of PostgreSQL's default, of Debian's and other packages, of platforms and of log analysers. Those with `%q`
 * come first, since they explain lines without a session too.
 */
const COMMON: readonly string[] = [
  "%m [%p] %q%u@%d ",
  "%m [%p] %e %q%u@%d ",
  "%m [%p] ",
  "%m [%p] %e ",
  "%h %m [%p] %q%u@%d ",
  "%t [%p] %q%u@%d ",
  "%t [%p-%l] %q%u@%d ",
  "%m [%p-%l] %q%u@%d ",
  "%t:%r:%u@%d:[%p]:",
  "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a:",
  "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
  "%m [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
  "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
  "%m [%p] user=%u,db=%d,app=%a,client=%h ",
  "%t [%p]: [%l-1] db=%d,user=%u ",
  "%t [%p]: ",
  "%t ",
  "%m ",
  "",
];

const common = COMMON.map((prefix) => compilePrefix(prefix, true));

/** The prefixes that lines may have: that of the server, if it is known, and behind it others, since it may have changed. */
export const prefixesFor = (known: string | null): Prefix[] =>
  known === null ? common : [compilePrefix(known, false), ...common];
