import { csvParser } from "./csvlog.ts";
import { jsonParser } from "./jsonlog.ts";
import type { Parser, Sink } from "./parser.ts";
import { prefixesFor } from "./prefix.ts";
import { stderrParser } from "./stderr.ts";
import { timesIn } from "./time.ts";

/** The format of a log; `prefix`: the server's log_line_prefix; null: it is not known, and common ones are tried. */
export type LogFormat = { kind: "jsonlog" } | { kind: "csvlog" } | { kind: "stderr"; prefix: string | null };

/** A parser of a format. `timeZone`: the server's log_timezone; null: it is not known. */
export function parserOf(format: LogFormat, sink: Sink, timeZone: string | null = null): Parser {
  const timeOf = timesIn(timeZone);
  if (format.kind === "jsonlog") return jsonParser(sink, timeOf);
  return format.kind === "csvlog" ? csvParser(sink, timeOf) : stderrParser(sink, timeOf, prefixesFor(format.prefix));
}

/** The part of a log from which its format is told. */
export const SAMPLE_LENGTH = 256 * 1024;

/**
 * The format that explains the most lines of the begin of a log; null: none explains half of them. `linePrefix`: that of
 * the server, if it is known.
 */
export function detectFormat(sample: string, linePrefix: string | null): LogFormat | null {
  const candidates: LogFormat[] = [{ kind: "jsonlog" }, { kind: "csvlog" }, { kind: "stderr", prefix: linePrefix }];
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
    unread: () => {
      unread += 1;
    },
  });
  parser.push(sample.slice(0, sample.lastIndexOf("\n") + 1));
  if (format.kind === "stderr") parser.end();
  return { entries, unread };
}
