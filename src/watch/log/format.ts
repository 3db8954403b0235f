import { csvParser } from "./csvlog.ts";
import { jsonParser } from "./jsonlog.ts";
import type { Parser, Sink } from "./parser.ts";
import { compilePrefix } from "./prefix.ts";
import { stderrParser } from "./stderr.ts";

/** The format of a log; `prefix`: the server's log_line_prefix. */
export type LogFormat = { kind: "jsonlog" } | { kind: "csvlog" } | { kind: "stderr"; prefix: string };

/** A parser of a format. */
export function parserOf(format: LogFormat, sink: Sink): Parser {
  if (format.kind === "jsonlog") return jsonParser(sink);
  return format.kind === "csvlog" ? csvParser(sink) : stderrParser(sink, compilePrefix(format.prefix));
}

/**
 * Prefixes of PostgreSQL's default, of Debian's and other packages, of platforms and of log analysers. A server may have
 * any other: then it has to be named.
 */
const PREFIXES: readonly string[] = [
  "%m [%p] ",
  "%m [%p] %q%u@%d ",
  "%h %m [%p] %q%u@%d ",
  "%t [%p] %q%u@%d ",
  "%t:%r:%u@%d:[%p]:",
  "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a:",
  "%t [%p]: ",
  "%t [%p]: user=%u,db=%d,app=%a,client=%h ",
  "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
  "%m [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ",
  "%t [%p-%l] %q%u@%d ",
  "%m [%p-%l] %q%u@%d ",
  "%t [%p]: [%l-1] db=%d,user=%u ",
  "%m [%p] user=%u,db=%d,app=%a,client=%h ",
  "%m [%p] %e ",
  "%m [%p] %e %q%u@%d ",
  "%t ",
  "%m ",
  "",
];

/** The part of a log from which its format is told. */
export const SAMPLE_LENGTH = 256 * 1024;

/**
 * The format that explains the most lines of the begin of a log; null: none explains half of them. `linePrefix`: that of
 * the server, if it is known.
 */
export function detectFormat(sample: string, linePrefix: string | null): LogFormat | null {
  const candidates: LogFormat[] = [
    { kind: "jsonlog" },
    { kind: "csvlog" },
    ...(linePrefix === null ? PREFIXES : [linePrefix, ...PREFIXES]).map((prefix): LogFormat => ({
      kind: "stderr",
      prefix,
    })),
  ];
  let best: { format: LogFormat; entries: number; unread: number } | null = null;
  for (const format of candidates) {
    const { entries, unread } = explained(format, sample);
    if (entries > 0 && (best === null || unread < best.unread)) best = { format, entries, unread };
  }
  return best !== null && best.unread <= best.entries ? best.format : null;
}

function explained(format: LogFormat, sample: string): { entries: number; unread: number } {
  let [entries, unread] = [0, 0];
  const parser = parserOf(format, {
    entry: () => {
      entries += 1;
    },
    unread: (lines) => {
      unread += lines;
    },
  });
  parser.push(sample.slice(0, sample.lastIndexOf("\n") + 1));
  if (format.kind === "stderr") parser.end();
  return { entries, unread };
}
