import { createHash } from "node:crypto";
import { z } from "zod";

const cursor = z.object({
  version: z.literal(1),
  source: z.literal("supabase"),
  project: z.string(),
  /** microseconds: nothing before it is counted, as the first reading began there */
  first: z.number().int().nonnegative(),
  /** microseconds: all rows before it were read, and late ones are not waited for any more */
  from: z.number().int().nonnegative(),
  /** the time of the sample at which a reading began that has not come to its end, in microseconds; null: it has */
  begun: z.number().int().nonnegative().nullable(),
  /** the rows up to this one were read */
  after: z.object({ at: z.number().int().nonnegative(), id: z.string().regex(/^[\w-]{1,64}$/) }).nullable(),
  /** rows that were counted and may be read again: their times, and their ids by `mark` */
  seen: z.array(z.tuple([z.number(), z.string()])),
  /** heartbeats that have not arrived, with the times of their samples */
  awaited: z.array(z.object({ id: z.string(), at: z.string() })),
  /** the time of the sample whose heartbeat arrived last; null: none has */
  arrived: z.string().nullable(),
  /** the service wants no query before; null: it has not said so */
  notBefore: z.string().nullable(),
});

/** Where a reading of Supabase's logs ended. It holds no part of a log but the id of one row. */
export type SupabaseCursor = z.infer<typeof cursor>;

/** The cursor of a stored sample; null: none, or of another source, project or version. */
export function cursorFrom(stored: unknown, project: string): SupabaseCursor | null {
  const parsed = cursor.safeParse(stored);
  return parsed.success && parsed.data.project === project ? parsed.data : null;
}

/** What is kept of the id of a row to know it again. */
export const mark = (id: string): string => createHash("sha256").update(id).digest("base64url").slice(0, 12);
