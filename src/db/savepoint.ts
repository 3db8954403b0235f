import { sentTogether } from "./sent-together.ts";
import { pgErrorOf, type Db, type PgError } from "./port.ts";

const NAME = "rlsmith";

/** The statement that `takeBack` takes back to. */
export const SAVEPOINT = `savepoint ${NAME}`;

const TAKE_BACK = `rollback to savepoint ${NAME}; release savepoint ${NAME}`;

/**
 * The text of the statements in a savepoint that is rolled back at the end, so that none of their effects remain. An
 * error leaves the savepoint open, see `takeBack`.
 */
export const passingText = (statements: readonly string[]): string =>
  [`savepoint ${NAME}`, ...statements, TAKE_BACK].join(";\n");

/** True if a transaction block is open on the connection. Throws if that transaction has failed. */
export async function inTransactionBlock(db: Db): Promise<boolean> {
  try {
    await db.exec(`savepoint ${NAME}`);
  } catch (error) {
    // no_active_sql_transaction: the error for a savepoint outside a transaction block
    if (pgErrorOf(error)?.sqlstate === "25P01") return false;
    throw error;
  }
  await db.exec(`release savepoint ${NAME}`);
  return true;
}

/** Run work inside the open transaction; an error in it rolls back that work alone and is rethrown. */
export async function inSavepoint<Result>(db: Db, work: () => Promise<Result>): Promise<Result> {
  await db.exec(`savepoint ${NAME}`);
  try {
    const result = await work();
    await db.exec(`release savepoint ${NAME}`);
    return result;
  } catch (error) {
    await takeBack(db);
    throw error;
  }
}

/** What a statement came to: its rows, or the error that it raised. */
export type Came = { rows: Record<string, unknown>[] } | { raised: PgError };

/**
 * Run statements inside the open transaction, each in a savepoint that is rolled back. All are sent without waiting for
 * answers, and an error in one does not concern the others.
 */
export async function eachPassing(db: Db, statements: readonly string[]): Promise<Came[]> {
  const sent = await Promise.allSettled(
    statements.map(async (sql) => {
      const [answer, back] = [db.exec(`savepoint ${NAME};\n${sql}`), takeBack(db)];
      const [, rows = []] = await answer.finally(async () => back);
      return rows;
    }),
  );
  return sent.map((one) => {
    if (one.status === "fulfilled") return { rows: one.value };
    const raised = pgErrorOf(one.reason);
    // 25P02: the transaction had failed before
    if (!raised || raised.sqlstate === "25P02") throw one.reason;
    return { raised };
  });
}

/**
 * `passing`, in a transaction that is surely open: the savepoint is sent without waiting for the answer, and so is its
 * rollback, so that it costs no round trip.
 */
export async function passingAtOnce<Result>(db: Db, work: () => Promise<Result>): Promise<Result> {
  const opened = db.exec(`savepoint ${NAME}`);
  opened.catch(() => {});
  try {
    const result = await work();
    await opened;
    void takeBack(db);
    return result;
  } catch (error) {
    await takeBack(db);
    throw error;
  }
}

/** `passing`, for work that sends all of its statements before it awaits anything: nothing here waits for an answer. */
export async function passingSent<Result>(db: Db, work: () => Promise<Result>): Promise<Result> {
  const [, result] = await sentTogether([db.exec(SAVEPOINT), work(), takeBack(db)]);
  return result;
}

/** Run work inside the open transaction and roll it back, both rows and settings. `first` is run before it. */
export async function passing<Result>(db: Db, first: string, work: () => Promise<Result>): Promise<Result> {
  try {
    // One round trip, since round trips dominate the time on a distant server.
    await db.exec(first === "" ? `savepoint ${NAME}` : `savepoint ${NAME}; ${first}`);
    return await work();
  } finally {
    await takeBack(db);
  }
}

/** `passing`, in a transaction of its own where none is open. */
export async function readOnlyHere<Result>(db: Db, first: string, work: () => Promise<Result>): Promise<Result> {
  if (await inTransactionBlock(db)) return passing(db, first, work);
  await db.exec(`begin read only; ${first}`);
  try {
    return await work();
  } finally {
    await db.exec("rollback").catch(() => {});
  }
}

/** Roll back to the savepoint and release it. The connection may be lost; the first error is the one to report. */
export const takeBack = async (db: Db): Promise<unknown> => db.exec(TAKE_BACK).catch(() => {});
