import { setTimeout as pause } from "node:timers/promises";
import type { Lack, LogReading } from "../sample.ts";
import type { LogEntry } from "./entry.ts";
import { detectFormat, parserOf, type LogFormat } from "./format.ts";
import type { Parser } from "./parser.ts";
import { SETTLE } from "./follow.ts";
import { readingOf, type ReadLogOptions } from "./read-log.ts";
import { newTally, type Awaited, type Tally } from "./tally.ts";
import { bytesAsText } from "./utf8.ts";

/**
 * A log that another program writes, as `docker logs --follow`, and that is read while it comes: what arrives between two
 * samples belongs to the second.
 */
export interface LiveLog {
  /** Count what has arrived since the reading before, after the heartbeat has, or has not in time. */
  read(options: Omit<ReadLogOptions, "start">): Promise<LogReading>;
  /** Read no more of the stream. */
  close(): void;
}

/** Where a reading of a stream ended. Another run begins with what was written before, if its stream still has it. */
interface StreamCursor {
  stream: true;
  /** ISO 8601: of the newest entry; null: the log has no times */
  newest: string | null;
}

/** Text that is held until the first reading says what format it has. */
const MOST_HELD = 64 * 1024 * 1024;

const PATIENCE = 3000;
const PAUSE = 50;

/**
 * Read a stream from now on. It has no way back: an entry that was written before the stream began is lost, which a
 * reading says if the run before it has read another stream, and this one does not reach back to its end (`docker logs
 * --since`). Entries that the run before has read are left out, by their time.
 */
export function liveLog(stream: AsyncIterable<Uint8Array> & { destroy?: () => unknown }): LiveLog {
  let held = "";
  let [bytes, lost, ended, isClosed] = [0, false, false, false];
  let push = (text: string): void => {
    held += text;
    if (held.length <= MOST_HELD) return;
    // what a person has to see: nothing asks for a reading
    held = "";
    lost = true;
  };
  const work = (async () => {
    try {
      for await (const chunk of stream) {
        bytes += chunk.length;
        push(bytesAsText(chunk));
        if (isClosed) break;
      }
    } catch {
      // it is over, which each reading says
    }
    ended = true;
  })();
  void work;

  let reader: Reader | null = null;
  return {
    read: async (options) => {
      // the first lines tell the format
      if (reader === null) {
        await until(() => held.includes("\n") || ended, options.patience ?? PATIENCE);
        const format = options.format ??
          detectFormat(held, options.linePrefix ?? null) ?? { kind: "stderr", prefix: options.linePrefix ?? null };
        reader = newReader(format, options);
        push = reader.push;
        push(held);
        held = "";
      }
      const { awaited, readOn } = reader;
      awaited.heartbeat = options.heartbeat;
      awaited.planted = options.planted ?? null;
      if (options.own !== undefined) awaited.own = options.own;
      const arrived = await readOn(() => ended, options);
      const lacks: Lack[] = [
        ...(ended ? [{ lack: "not readable" as const, what: "standard input" }] : []),
        ...(lost || reader.isGap() ? [{ lack: "entries lost" as const, what: "standard input" }] : []),
      ];
      const cursor: StreamCursor = { stream: true, newest: reader.newest() };
      const reading = readingOf(arrived, cursor, { bytes, lacks });
      [bytes, lost] = [0, false];
      return reading;
    },
    close: () => {
      isClosed = true;
      stream.destroy?.();
    },
  };
}

const FAILED: ReadonlySet<LogEntry["severity"]> = new Set(["ERROR", "FATAL", "PANIC"]);
const MOST_WAITING = 1000;

interface Reader {
  awaited: Awaited;
  push: (text: string) => void;
  /** Wait for the heartbeat, and hand out the counts so far, which begin anew. */
  readOn: (isOver: () => boolean, options: Pick<ReadLogOptions, "patience" | "settle">) => Promise<Tally>;
  newest: () => string | null;
  /** once: entries between the run before and this stream are gone */
  isGap: () => boolean;
}

function newReader(format: LogFormat, options: Omit<ReadLogOptions, "start">): Reader {
  const awaited: Awaited = { database: options.database, heartbeat: null, planted: null };
  const before = cursorOf(options.cursor);
  // of the first reading: a stream may begin long before the change
  const begin = options.notBefore === undefined ? Number.NEGATIVE_INFINITY : Date.parse(options.notBefore);
  let tally = newTally(awaited);
  let newest: string | null = before?.newest ?? null;
  // whether the stream begins where the run before ended is known by its first entry
  let reaches: boolean | null = before === null ? true : null;
  // errors since the reading before; null while one waits for its heartbeat
  let waiting: LogEntry[] | null = [];
  const handOn = (): void => {
    for (const entry of waiting ?? []) tally.entry(entry);
    waiting = [];
  };
  const sink = {
    entry: (entry: LogEntry): void => {
      const { at } = entry;
      if (before === null && at !== null && Date.parse(at) < begin) return;
      if (before !== null && at !== null && before.newest !== null) {
        const isOlder = Date.parse(at) < Date.parse(before.newest);
        reaches ??= Date.parse(at) <= Date.parse(before.newest);
        if (isOlder) return;
      } else if (before !== null) reaches ??= false;
      if (at !== null && (newest === null || Date.parse(at) > Date.parse(newest))) newest = at;
      // whose connections these were is known at the next reading
      if (waiting !== null && entry.application === null && entry.process !== undefined && FAILED.has(entry.severity)) {
        waiting.push(entry);
        if (waiting.length > MOST_WAITING) handOn();
      } else tally.entry(entry);
    },
    unread: (line: string): void => tally.unread(line),
  };
  const fresh = (): Parser => parserOf(format, sink, options.timeZone ?? null);
  let [parser, pushes] = [fresh(), 0];
  return {
    awaited,
    push: (text) => {
      parser.push(text);
      pushes += 1;
    },
    readOn: async (isOver, { patience = PATIENCE, settle = SETTLE }) => {
      const deadline = performance.now() + patience;
      handOn();
      waiting = null;
      for (;;) {
        // PostgreSQL writes the lines of an entry at once, so that what stands still is whole
        const seen = pushes;
        if (parser.mayBeWhole()) await pause(settle);
        if (pushes === seen && parser.mayBeWhole()) {
          parser.end();
          parser = fresh();
        }
        const { heartbeat } = tally.counts();
        if (heartbeat !== "not seen" || isOver() || performance.now() >= deadline) break;
        await pause(PAUSE);
      }
      const whole = tally;
      tally = newTally(awaited);
      waiting = [];
      return whole;
    },
    newest: () => newest,
    isGap: () => {
      const isGap = reaches === false;
      // it is said once; with no entry yet it is not known
      if (isGap) reaches = true;
      return isGap;
    },
  };
}

/** Null: no sample before, or none that read a log. */
function cursorOf(stored: unknown): StreamCursor | null {
  if (stored === null || stored === undefined) return null;
  return typeof stored === "object" && "stream" in stored
    ? (stored as StreamCursor)
    : // the sample before has read a file
      { stream: true, newest: null };
}

async function until(isSo: () => boolean, patience: number): Promise<void> {
  for (const deadline = performance.now() + patience; !isSo() && performance.now() < deadline;) await pause(PAUSE);
}
