import { readFileSync } from "node:fs";
import { pgErrorOf, type Db } from "../../../db/port.ts";
import { inSavepoint } from "../../../db/savepoint.ts";
import { nameKey, quoteName, type NameKey } from "../../../pg/name.ts";

const AHEAD = readFileSync(new URL("./sequences-ahead.sql", import.meta.url), "utf8");
const SEQUENCES = readFileSync(new URL("./sequences.sql", import.meta.url), "utf8");

export interface SequenceProtection {
  /** sequences whose position a rollback restores */
  held: NameKey[];
  /** sequences that may advance permanently, and the reason */
  mayAdvance: { sequence: NameKey; why: string }[];
}

export interface ProtectOptions {
  /** default 100 */
  lockTimeoutMs?: number;
  /**
   * The number of steps by which the protected sequences are moved ahead, inside the transaction only; default 0.
   * Recorded rows hold numbers that a sequence hands out again once it was rolled back. So record with some 100,000,
   * away from the numbers that others draw meanwhile, and insert again with more.
   */
  ahead?: number;
}

interface SequenceRow {
  id: string;
  schema: string;
  name: string;
  increment: string;
  owned: boolean;
}

/**
 * Make nextval() undoable by a rollback of the open transaction: each sequence of the login gets a new file, by an
 * ALTER SEQUENCE that changes nothing, and a rollback drops that file with all numbers that were drawn from it. The new
 * file is a copy, so inside the transaction the numbers continue; `restart with` would have the same effect, but the
 * position would have to be read first.
 *
 * Measured on PostgreSQL 15 and 18, with sequences never called, called, descending, cached, at the end of a cycle, of
 * an unlogged table and of an identity column: after the rollback last_value, is_called, log_cnt and relfilenode are as
 * before. Without it last_value stays advanced.
 *
 * The cost: ALTER SEQUENCE holds SHARE ROW EXCLUSIVE on the sequence until the end of the transaction. Another
 * session's nextval(), so any INSERT that draws from the sequence, WAITS that long (it then gets the right number); so
 * does a query of `pg_sequences`, but not `select last_value from s`. And a session that has drawn a number in a
 * transaction that is still open makes this one wait, and later sessions wait behind it: hence a short lock timeout of
 * its own. So keep the transaction short where others write.
 */
export async function protectSequences(db: Db, options: ProtectOptions = {}): Promise<SequenceProtection> {
  const sequences = await db.query<SequenceRow>(SEQUENCES);
  const [before] = await db.query<{ timeout: string }>("select current_setting('lock_timeout') as timeout");
  const protection: SequenceProtection = { held: [], mayAdvance: [] };
  const owned = sequences.filter((sequence) => sequence.owned);
  for (const sequence of sequences)
    if (!sequence.owned) protection.mayAdvance.push({ sequence: nameKey(sequence), why: "the login does not own it" });
  await db.query("select set_config('lock_timeout', $1, true)", [`${options.lockTimeoutMs ?? 100}ms`]);
  // all at once, and one by one only where that fails: a trip for each would be slow on a far server
  const held: SequenceRow[] = [];
  if ((await altered(db, owned)) === null) held.push(...owned);
  else
    for (const sequence of owned) {
      const why = await altered(db, [sequence]);
      if (why === null) held.push(sequence);
      else protection.mayAdvance.push({ sequence: nameKey(sequence), why });
    }
  protection.held = held.map(nameKey);
  // setval is taken back with the file
  if (options.ahead !== undefined && options.ahead > 0)
    await inSavepoint(db, async () => db.query(AHEAD, [held.map((sequence) => sequence.id), options.ahead]));
  await db.query("select set_config('lock_timeout', $1, true)", [before?.timeout ?? "0"]);
  return protection;
}

async function altered(db: Db, sequences: readonly SequenceRow[]): Promise<string | null> {
  if (sequences.length === 0) return null;
  const statements = sequences.map(
    (sequence) => `alter sequence ${quoteName(sequence)} increment by ${sequence.increment}`,
  );
  try {
    await inSavepoint(db, async () => db.exec(statements.join("; ")));
    return null;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    return raised.sqlstate === "55P03" ? "others are using it" : raised.message;
  }
}
