import { setTimeout as pause } from "node:timers/promises";
import { pgErrorOf, type Db } from "../../db/port.ts";
import type { Lack, LogReading } from "../sample.ts";
import { cursorFrom, type LogCursor } from "./cursor.ts";
import type { LogFiles, OpenLogFile } from "./files.ts";
import { follow } from "./follow.ts";
import { detectFormat, parserOf, SAMPLE_LENGTH, type LogFormat } from "./format.ts";
import { formatOfName, localFiles } from "./local-files.ts";
import type { Parser } from "./parser.ts";
import { serverFiles } from "./server-files.ts";
import { lacksOfSettings, readLogSettings } from "./settings.ts";
import { readStream } from "./standard-input.ts";
import { newTally, type OwnProcesses, type Tally } from "./tally.ts";
import { bytesAsText } from "./utf8.ts";

/** Where a log is. */
export type LogSource =
  /** a file, a folder, or files by a pattern */
  | { kind: "files"; path: string }
  /** the files of the server's logging collector, through a connection; its settings are read too, unless they are given */
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
  /** the log_timezone of the server, for times such as `12:00 CET`; null: it is not known */
  timeZone?: string | null;
  /** only denials and errors of this database; null: of all */
  database: string | null;
  /** the id of `sendHeartbeat`; null: none was sent */
  heartbeat: string | null;
  /** what `plantDenial` returned, before the heartbeat was sent; null, the default: none was planted */
  planted?: string | null;
  /** the connections of this sample, whose denials are none of the application's */
  own?: OwnProcesses;
  /** of the first reading of a stream: ISO 8601, the time of the sample before; older entries are not counted */
  notBefore?: string;
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
  if (source.kind === "stream") return readingOf(tally, null, await readStream(source.stream, options, tally));
  if (source.kind === "files") return followSafely(await localFiles(source.path), tally, options);
  const settings = await readLogSettings(source.db);
  const found = await serverFiles(source.db, settings);
  const lacks = lacksOfSettings(settings);
  if ("lacks" in found) return readingOf(tally, options.cursor, { bytes: 0, lacks: [...found.lacks, ...lacks] });
  const { linePrefix, timeZone } = settings;
  const reading = await followSafely(found.files, tally, { linePrefix, timeZone, ...options });
  return { ...reading, lacks: distinct([...reading.lacks, ...lacks]) };
}

async function followSafely(files: LogFiles, tally: Tally, options: ReadLogOptions): Promise<LogReading> {
  try {
    return await followUntilSeen(files, cursorFrom(options.cursor), tally, options);
  } catch (error) {
    if (!isOfFiles(error)) throw error;
    // what was counted so far is read again next time
    return readingOf(newTally(options), options.cursor, { bytes: 0, lacks: [NOT_READABLE] });
  }
}

const NOT_READABLE: Lack = { lack: "not readable", what: "log file" };

/** An error of the operating system, or of a server that cannot read a file of its own. */
const isOfFiles = (error: unknown): boolean =>
  pgErrorOf(error) !== null || (error instanceof Error && "syscall" in error);

async function followUntilSeen(
  files: LogFiles,
  from: LogCursor | null,
  tally: Tally,
  options: ReadLogOptions,
): Promise<LogReading> {
  const deadline = performance.now() + (options.patience ?? PATIENCE);
  const lacks: Lack[] = [];
  // a cursor that cannot be read: nobody knows what was counted
  if (from === null && (options.cursor ?? null) !== null) lacks.push({ lack: "entries lost", what: "log cursor" });
  let cursor = from;
  let bytes = 0;
  for (;;) {
    const read = await follow(files, {
      cursor,
      start: options.start,
      parser: async (file) => parserFor(file, options, tally),
      ...(options.settle === undefined ? {} : { settle: options.settle }),
    });
    if (read === null) {
      lacks.push(NOT_READABLE);
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
  { format, linePrefix, timeZone }: ReadLogOptions,
  tally: Tally,
): Promise<Parser> {
  return parserOf(format ?? (await formatOf(file, linePrefix ?? null)), tally, timeZone ?? null);
}

/** The format of a file, from its name or its first lines. Lines that it does not explain are counted. */
async function formatOf(file: OpenLogFile, linePrefix: string | null): Promise<LogFormat> {
  const named = formatOfName(file.name);
  if (named !== null) return { kind: named === "json" ? "jsonlog" : "csvlog" };
  const sample = bytesAsText(await file.read(0, Math.min(SAMPLE_LENGTH, file.size)));
  return detectFormat(sample, linePrefix) ?? { kind: "stderr", prefix: linePrefix };
}

/** A reading of what was counted. */
export function readingOf(
  tally: Tally,
  cursor: unknown,
  { bytes, lacks }: { bytes: number; lacks: Lack[] },
): LogReading {
  const counts = tally.counts();
  const all = [...lacks, ...counts.lacks, ...lackOfFormat(counts)];
  return { source: "log", cursor, bytes, ...counts, lacks: distinct(all) };
}

/** More than a few lines that no format explains: it is the wrong format, or was for a time. */
const lackOfFormat = ({ entries, unread }: Pick<LogReading, "entries" | "unread">): Lack[] =>
  unread > 10 + entries / 20 || (unread > 0 && entries === 0) ? [{ lack: "setting", what: "log_line_prefix" }] : [];

const distinct = (lacks: readonly Lack[]): Lack[] => [
  ...new Map(lacks.map((lack) => [`${lack.lack} ${lack.what}`, lack])).values(),
];
