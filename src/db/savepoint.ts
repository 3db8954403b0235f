import { pgErrorOf, type Db } from "./port.ts";

const NAME = "rlsmith";

const TAKE_BACK = `rollback to savepoint ${NAME}; release savepoint ${NAME}`;

/** Statements as one text, of which nothing stays when they are through; an error leaves the savepoint open, see `takeBack`. */
export const passingText = (statements: readonly string[]): string =>
  [`savepoint ${NAME}`, ...statements, TAKE_BACK].join(";\n");

/** Whether a transaction block is open on the connection; it has to be in good order. */
export async function inTransactionBlock(db: Db): Promise<boolean> {
  try {
    await db.exec(`savepoint ${NAME}`);
  } catch (error) {
    // no_active_sql_transaction: the only thing that a savepoint is refused for outside a block
    if (pgErrorOf(error)?.sqlstate === "25P01") return false;
    throw error;
  }
  await db.exec(`release savepoint ${NAME}`);
  return true;
}

/** Work inside the open transaction so that an error of it takes back the work alone. The error is thrown on. */
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

/** Work inside the open transaction, of which nothing stays, neither rows nor settings. `first` is done before it. */
export async function passing<Result>(db: Db, first: string, work: () => Promise<Result>): Promise<Result> {
  try {
    // one trip: on a far server trips are what takes the time
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

/** Back to where the savepoint was made. The connection may be gone; the first error is the one worth telling. */
export const takeBack = async (db: Db): Promise<unknown> => db.exec(TAKE_BACK).catch(() => {});
