import { createHash } from "node:crypto";
import { z } from "zod";
import type { OpenLogFile } from "./files.ts";

const fileAt = z.object({
  name: z.string(),
  identity: z.string().nullable(),
  /** all before it was counted */
  offset: z.number().int().nonnegative(),
  /** when it was read last */
  size: z.number().int().nonnegative(),
  modified: z.number(),
  /** of the first bytes, and of those before the offset: what tells that it is still that file, or a copy of it */
  head: z.string(),
  tail: z.string(),
});

/** How far a file was read. */
export type FileAt = z.infer<typeof fileAt>;

const logCursor = z.object({
  version: z.literal(1),
  files: z.array(fileAt),
  /** files that changed before this are not listed, and were read; milliseconds since 1970 */
  olderThan: z.number(),
  /** the one that was written; null: there was none */
  active: z.string().nullable(),
});

/** Where a reading of a log ended, as JSON. It holds no part of the log: the hashes are of many lines. */
export type LogCursor = z.infer<typeof logCursor>;

/** The cursor of a stored sample; null: none, or not one of this version. */
export function cursorFrom(stored: unknown): LogCursor | null {
  const parsed = logCursor.safeParse(stored);
  return parsed.success ? parsed.data : null;
}

/** Bytes that are hashed at the begin and before the offset. */
const HASHED = 1024;

/** The hashes of a file up to an offset. */
export async function hashesAt(file: OpenLogFile, offset: number): Promise<{ head: string; tail: string }> {
  const length = Math.min(HASHED, offset);
  const head = hash(await file.read(0, length));
  return { head, tail: offset <= HASHED ? head : hash(await file.read(offset - length, length)) };
}

/** True if the file begins with what was read up to the offset. A file of which nothing was read is known by its identity alone. */
export async function holds(file: OpenLogFile, at: FileAt): Promise<boolean> {
  if (file.size < at.offset || at.offset === 0) return false;
  const { head, tail } = await hashesAt(file, at.offset);
  return head === at.head && tail === at.tail;
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
