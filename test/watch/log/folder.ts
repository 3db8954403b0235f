import { appendFileSync, copyFileSync, mkdtempSync, renameSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { cursorFrom } from "../../../src/watch/log/cursor.ts";
import { follow } from "../../../src/watch/log/follow.ts";
import { parserOf, type LogFormat } from "../../../src/watch/log/format.ts";
import { localFiles } from "../../../src/watch/log/local-files.ts";
import type { Lack } from "../../../src/watch/sample.ts";

/** A folder of log files that a test writes. */
export interface Folder {
  path: (name: string) => string;
  write(name: string, bytes: Uint8Array | string): void;
  rename(from: string, to: string): void;
  /** as logrotate's copytruncate */
  copyAndTruncate(from: string, to: string): void;
  copy(from: string, to: string): void;
  truncate(name: string): void;
  remove(name: string): void;
}

export function newFolder(): Folder {
  const folder = mkdtempSync(join(tmpdir(), "rlsmith-follow-"));
  const path = (name: string): string => join(folder, name);
  const copy = (from: string, to: string): void => copyFileSync(path(from), path(to));
  const truncate = (name: string): void => truncateSync(path(name));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return {
    path,
    write: (name, bytes) => appendFileSync(path(name), bytes),
    rename: (from, to) => renameSync(path(from), path(to)),
    copyAndTruncate: (from, to) => {
      copy(from, to);
      truncate(from);
    },
    copy,
    truncate,
    remove: (name) => rmSync(path(name)),
  };
}

/** What a run of readings saw. */
export interface Seen {
  /** messages in the order in which they were handed on */
  messages: string[];
  unread: number;
  lacks: Lack[];
  cursor: unknown;
  readable: boolean;
}

/** Read from a cursor, which went through JSON as a stored one does. */
export async function readFrom(
  path: string,
  cursor: unknown,
  { format = { kind: "stderr", prefix: "" }, start = "begin" }: { format?: LogFormat; start?: "begin" | "end" } = {},
): Promise<Seen> {
  const messages: string[] = [];
  let unread = 0;
  const read = await follow(await localFiles(path), {
    cursor: cursorFrom(JSON.parse(JSON.stringify(cursor ?? null))),
    start,
    settle: 0,
    parser: async () =>
      parserOf(format, {
        entry: ({ message }) => void messages.push(message),
        unread: () => {
          unread += 1;
        },
      }),
  });
  return {
    messages,
    unread,
    lacks: read?.lacks ?? [],
    cursor: read?.cursor ?? cursor,
    readable: read !== null,
  };
}
