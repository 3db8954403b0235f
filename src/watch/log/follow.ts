import { setTimeout as pause } from "node:timers/promises";
import type { Lack } from "../sample.ts";
import { hashesAt, holds, type FileAt, type LogCursor } from "./cursor.ts";
import type { LogFiles, OpenLogFile } from "./files.ts";
import type { Parser } from "./parser.ts";
import { bytesAsText } from "./utf8.ts";

/** How a log is followed. */
export interface FollowOptions {
  /** null: this is the first reading */
  cursor: LogCursor | null;
  /** where the first reading begins */
  start: "begin" | "end";
  /** a parser for a file */
  parser: (file: OpenLogFile) => Promise<Parser>;
  /** milliseconds in which the end of a file must not change for its last entry to be whole */
  settle?: number;
}

export interface Followed {
  cursor: LogCursor;
  bytes: number;
  lacks: Lack[];
}

/** Milliseconds: PostgreSQL writes the lines of an entry at once. */
export const SETTLE = 200;
const CHUNK = 1024 * 1024;
/** Files that a cursor holds; older ones are known by their time. */
const MOST_FILES = 32;

interface Reading {
  file: OpenLogFile;
  from: number;
  /** not the one that is written, and not changed since an earlier reading: what is left of it is not gone on with */
  final: boolean;
}

/**
 * Read the files of a log from where the cursor says to their ends. Null: they cannot be read. Each entry is handed on
 * once: a file that was renamed is read on under its new name, a copy of one is not read again, and one with the name or
 * the inode of another is seen by its content.
 */
export async function follow(files: LogFiles, options: FollowOptions): Promise<Followed | null> {
  const matched = await openAndMatch(files, options);
  if (matched === null) return null;
  const { lacks, opened, readings, unread } = matched;
  try {
    let bytes = 0;
    const records: FileAt[] = [...unread];
    const known = new Map(readings.map((reading) => [reading.file, reading]));
    for (const file of opened) {
      const reading = known.get(file);
      const to = reading === undefined ? file.size : await readOn(reading, options);
      bytes += reading === undefined ? 0 : to - reading.from;
      records.push(await recordOf(file, to));
    }
    return { cursor: cursorOf(records, files, options.cursor), bytes, lacks };
  } finally {
    for (const file of opened) await file.close();
  }
}

interface Matched {
  opened: OpenLogFile[];
  readings: Reading[];
  /** records of files that are there, as far as is known, and cannot be opened now */
  unread: FileAt[];
  lacks: Lack[];
}

/** A file that a rotation moved between the list and its opening is found the second time. */
const TRIES = 3;

async function openAndMatch(files: LogFiles, options: FollowOptions): Promise<Matched | null> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await files.open();
    if (found === null) return null;
    const opened = inOrder(found.files, files.active);
    const { left, readings } = await match(opened, files, options);
    if (found.unreadable)
      return { opened, readings, unread: left, lacks: [{ lack: "not readable", what: "log file" }] };
    const lost = left.some(({ name }) => name === options.cursor?.active);
    if (!lost) return { opened, readings, unread: [], lacks: [] };
    if (attempt === TRIES) return { opened, readings, unread: [], lacks: [{ lack: "entries lost", what: "log file" }] };
    for (const file of opened) await file.close();
  }
}

/** The file that is written comes last; else the one that was changed last, and of the same time the order of dates in names. */
const inOrder = <File extends Pick<OpenLogFile, "name" | "modified">>(
  files: readonly File[],
  active: string | null,
): File[] =>
  files.toSorted(
    (a, b) =>
      Number(a.name === active) - Number(b.name === active) ||
      a.modified - b.modified ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );

async function match(
  opened: readonly OpenLogFile[],
  { active }: LogFiles,
  { cursor, start }: FollowOptions,
): Promise<{ readings: Reading[]; left: FileAt[] }> {
  const written = active ?? opened.at(-1)?.name;
  if (cursor === null) {
    const first = opened.filter(({ name }) => active === null || name === active);
    const begins = async (file: OpenLogFile): Promise<Reading> => ({
      file,
      from: start === "begin" ? 0 : await lineBefore(file, file.size),
      final: false,
    });
    return { readings: await Promise.all(first.map(begins)), left: [] };
  }
  const readings: Reading[] = [];
  const left = new Set(cursor.files);
  const unknown: OpenLogFile[] = [];
  for (const file of opened) {
    const at = await sameFile(file, [...left]);
    if (at === undefined) unknown.push(file);
    else {
      left.delete(at);
      readings.push(readingOn(file, at, written));
    }
  }
  for (const file of unknown) {
    const moved = await firstThatHolds(file, [...left]);
    if (moved !== undefined) {
      left.delete(moved);
      readings.push(readingOn(file, moved, written));
    } else if (await isKnown(file, cursor)) continue;
    else readings.push({ file, from: 0, final: false });
  }
  return { readings, left: [...left] };
}

const readingOn = (file: OpenLogFile, at: FileAt, written: string | undefined): Reading => ({
  file,
  from: at.offset,
  final: file.name !== written && unchanged(file, at),
});

const unchanged = (file: OpenLogFile, at: FileAt): boolean => at.size === file.size && at.modified === file.modified;

/** The record of this very file, under its old name or a new one. */
async function sameFile(file: OpenLogFile, records: readonly FileAt[]): Promise<FileAt | undefined> {
  const at = records.find(({ identity, name }) =>
    file.identity === null ? identity === null && name === file.name : identity === file.identity,
  );
  if (at === undefined || file.size < at.offset) return undefined;
  // a new file may get the number of one that is gone, and its size and time within a tick of the clock
  return at.offset === 0 || (await holds(file, at)) ? at : undefined;
}

/** The record of a file that was copied, or moved to another file system, before it was emptied. */
async function firstThatHolds(file: OpenLogFile, records: readonly FileAt[]): Promise<FileAt | undefined> {
  for (const at of records) if (await holds(file, at)) return at;
  return undefined;
}

/** A file that was there before and was read, or the copy of one that is read under its own name. */
async function isKnown(file: OpenLogFile, cursor: LogCursor): Promise<boolean> {
  return file.modified < cursor.olderThan || (await firstThatHolds(file, cursor.files)) !== undefined;
}

/** Returns the offset up to which all entries were handed on. */
async function readOn({ file, from, final }: Reading, options: FollowOptions): Promise<number> {
  if (file.size <= from) return from;
  const parser = await options.parser(file);
  let to = await push(parser, file, from, file.size);
  if (final) {
    parser.end();
    return to;
  }
  if (parser.mayBeWhole()) {
    await pause(options.settle ?? SETTLE);
    const size = await file.sizeNow();
    if (size === to) {
      parser.end();
      return to;
    }
    to = await push(parser, file, to, size);
  }
  const open = parser.open();
  parser.leave();
  return to - open;
}

async function push(parser: Parser, file: OpenLogFile, from: number, to: number): Promise<number> {
  let at = from;
  while (at < to) {
    const bytes = await file.read(at, Math.min(CHUNK, to - at));
    // it was emptied in the meantime: the next reading sees that
    if (bytes.length === 0) break;
    parser.push(bytesAsText(bytes));
    at += bytes.length;
  }
  return at;
}

/** The begin of the line that an offset is in. */
async function lineBefore(file: OpenLogFile, offset: number): Promise<number> {
  for (let end = offset; end > 0; end -= CHUNK) {
    const from = Math.max(0, end - CHUNK);
    const at = bytesAsText(await file.read(from, end - from)).lastIndexOf("\n");
    if (at !== -1) return from + at + 1;
  }
  return 0;
}

const recordOf = async (file: OpenLogFile, offset: number): Promise<FileAt> => ({
  name: file.name,
  identity: file.identity,
  offset,
  size: file.size,
  modified: file.modified,
  ...(await hashesAt(file, offset)),
});

function cursorOf(records: FileAt[], { active }: LogFiles, before: LogCursor | null): LogCursor {
  const newest = inOrder(records, active).toReversed();
  const kept = newest.slice(0, MOST_FILES);
  const dropped = newest[MOST_FILES];
  return {
    version: 1,
    files: kept,
    olderThan: Math.max(before?.olderThan ?? 0, dropped === undefined ? 0 : dropped.modified + 1),
    active: active ?? newest[0]?.name ?? null,
  };
}
