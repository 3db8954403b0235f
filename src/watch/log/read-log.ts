import { setTimeout as pause } from "node:timers/promises";
import type { Db } from "../../db/port.ts";
import type { Lack, LogReading } from "../sample.ts";
import { cursorFrom, type LogCursor } from "./cursor.ts";
import type { LogFiles, OpenLogFile } from "./files.ts";
import { follow } from "./follow.ts";
import { detectFormat, parserOf, SAMPLE_LENGTH, type LogFormat } from "./format.ts";
import { formatOfName, localFiles } from "./local-files.ts";
import type { Parser } from "./parser.ts";
import { serverFiles } from "./server-files.ts";
import { readStream } from "./standard-input.ts";
import { newTally, type Tally } from "./tally.ts";
import { bytesAsText } from "./utf8.ts";

/** Where a log is. */
export type LogSource =
  /** a file, a folder, or files by a pattern */
  | { kind: "files"; path: string }
  /** the files of the server's logging collector, through a connection outside a transaction block */
  | { kind: "server"; db: Db }
  /** standard input, or what another program writes */
  | { kind: "stream"; stream: AsyncIterable<Uint8Array> };

/** How a log is read. */
export interface ReadLogOptions {
  /** the `cursor` of the reading before, as it was stored; null: this is the first */
  cursor: unknown;
  /** where the first reading begins; a stream begins where it does */
  start: "begin" | "end";
  /** null: it is told from the names and first lines of the files */
  format: LogFormat | null;
  /** the log_line_prefix of the server, for files whose name is not of another format; null: it is not known */
  linePrefix?: string | null;
  /** only denials and errors of this database; null: of all */
  database: string | null;
  /** the id of `sendHeartbeat`; null: none was sent */
  heartbeat: string | null;
  /** milliseconds that the heartbeat may take to arrive; default 3,000 */
  patience?: number;
  /** milliseconds in which the end of a file must not change for its last entry to be whole */
  settle?: number;
}

const PATIENCE = 3000;
const PAUSE = 100;

/** Read a log from where the reading before ended. Nothing of its texts is in the result but names of objects and roles. */
export async function readLog(source: LogSource, options: ReadLogOptions): Promise<LogReading> {
  const tally = newTally(options);
  if (source.kind === "stream") return readingOf(tally, null, await readStream(source.stream, options.format, tally));
  const cursor = cursorFrom(options.cursor);
  const found = source.kind === "server" ? await serverFiles(source.db) : { files: await localFiles(source.path) };
  if ("lacks" in found) return readingOf(tally, cursor, { bytes: 0, lacks: found.lacks });
  return followUntilSeen(found.files, cursor, tally, options);
}

async function followUntilSeen(
  files: LogFiles,
  from: LogCursor | null,
  tally: Tally,
  options: ReadLogOptions,
): Promise<LogReading> {
  const deadline = performance.now() + (options.patience ?? PATIENCE);
  const lacks: Lack[] = [];
  let cursor = from;
  let bytes = 0;
  for (;;) {
    const read = await follow(files, {
      cursor,
      start: options.start,
      parser: async (file) => parserFor(file, options, tally, lacks),
      ...(options.settle === undefined ? {} : { settle: options.settle }),
    });
    if (read === null) {
      lacks.push({ lack: "not readable", what: "log file" });
      break;
    }
    cursor = read.cursor;
    bytes += read.bytes;
    lacks.push(...read.lacks);
    if (tally.counts().heartbeat !== "not seen" || performance.now() >= deadline) break;
    await pause(PAUSE);
  }
  return readingOf(tally, cursor, { bytes, lacks });
}

async function parserFor(
  file: OpenLogFile,
  { format, linePrefix }: ReadLogOptions,
  tally: Tally,
  lacks: Lack[],
): Promise<Parser> {
  const found = format ?? (await formatOf(file, linePrefix ?? null));
  if (found !== null) return parserOf(found, tally);
  // too few lines: what is not explained is counted
  if (typeof linePrefix === "string") return parserOf({ kind: "stderr", prefix: linePrefix }, tally);
  lacks.push({ lack: "setting", what: "log_line_prefix" });
  return parserOf({ kind: "stderr", prefix: "" }, tally);
}

/** The format of a file, from its name, or from its first lines; the prefix that the server has now explains them, if it had it then. */
async function formatOf(file: OpenLogFile, linePrefix: string | null): Promise<LogFormat | null> {
  const named = formatOfName(file.name);
  if (named !== null) return { kind: named === "json" ? "jsonlog" : "csvlog" };
  const sample = bytesAsText(await file.read(0, Math.min(SAMPLE_LENGTH, file.size)));
  return detectFormat(sample, linePrefix);
}

function readingOf(tally: Tally, cursor: unknown, { bytes, lacks }: { bytes: number; lacks: Lack[] }): LogReading {
  const counts = tally.counts();
  const all = [...lacks, ...counts.lacks, ...lackOfFormat(counts)];
  return { source: "log", cursor, bytes, ...counts, lacks: distinct(all) };
}

/** More lines that no format explains than entries: it is the wrong format. */
const lackOfFormat = ({ entries, unread }: Pick<LogReading, "entries" | "unread">): Lack[] =>
  unread > entries ? [{ lack: "setting", what: "log_line_prefix" }] : [];

const distinct = (lacks: readonly Lack[]): Lack[] => [
  ...new Map(lacks.map((lack) => [`${lack.lack} ${lack.what}`, lack])).values(),
];
