import type { LogEntry } from "./entry.ts";

/** Where a parser hands what it finds. */
export interface Sink {
  entry(entry: LogEntry): void;
  /** a line that the format does not explain, as `bytesAsText` makes text of it */
  unread(line: string): void;
}

/**
 * A parser of one format. It takes the bytes of a log in pieces of any size, as `bytesAsText` makes text of them, and
 * holds no more than the entry that is not complete.
 */
export interface Parser {
  push(text: string): void;
  /**
   * How many of the bytes so far, counted from the end, belong to an entry that may not be complete. The entry has not
   * been handed on, unless `end` is called.
   */
  open(): number;
  /** True if the open bytes end with a line, so that they may be a whole entry. */
  mayBeWhole(): boolean;
  /** Nothing more comes: hand on the open entry, and what is left of a line. */
  end(): void;
  /** Nothing more is read now: hand on what was completed, but not the open entry. */
  leave(): void;
}

/** A line, or a record of a csvlog, is read up to so many bytes; PostgreSQL's may be 1 GB. */
export const LONGEST = 16 * 1024 * 1024;

/** A part of a message is held up to so many characters: memory is flat, and the texts that are looked for are short. */
export const LONGEST_TEXT = 64 * 1024;
