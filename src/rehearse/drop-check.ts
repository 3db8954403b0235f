import { pgErrorOf, type Db } from "../db/port.ts";
import { messageOf } from "../errors.ts";
import { passing } from "../db/savepoint.ts";
import type { QualifiedName } from "../pg/name.ts";
import type { Plan, Step } from "../plan/index.ts";
import { bodyErrors, schemaOfCheck, type BodyError, type BodyErrors } from "./body-errors.ts";

/** What a clean-up does to the bodies that stay, tried in a transaction that was rolled back. */
export type DropCheck =
  | {
      kind: "tried";
      /** true if plpgsql_check has checked the bodies in PL/pgSQL; without it their text was searched for names alone */
      withPlpgsqlCheck: boolean;
      /** the functions in PL/pgSQL that were checked, and those in SQL that were made again */
      checked: number;
      made: number;
      /** those that no answer was had of */
      unchecked: string[];
      /** errors that were there before */
      baseline: number;
      /** errors that were not */
      added: BodyError[];
    }
  /** a statement of the plan was refused: something depends on a function that goes, or the login may not do it */
  | { kind: "refused"; sqlstate: string; message: string };

/**
 * Make the changes of a plan in one transaction, look for errors in the bodies of these functions before and after, and roll back. It is
 * for a live database too: it waits three seconds for a lock at most.
 */
export async function checkDrop(db: Db, plan: Plan, functions: readonly QualifiedName[]): Promise<DropCheck> {
  await db.exec("begin; set local lock_timeout = '3s'; set local statement_timeout = '120s'");
  try {
    const check = await schemaOfCheck(db);
    const before = await bodyErrors(db, check, functions);
    const refused = (await wholePlan(db, plan)) ?? (await changed(db, plan.steps.filter(isOfFunction)));
    if (refused !== null) return refused;
    const after = await bodyErrors(db, check, functions);
    return {
      kind: "tried",
      withPlpgsqlCheck: check !== null,
      checked: after.checked,
      made: after.made,
      unchecked: after.unchecked,
      baseline: before.errors.length,
      added: addedTo(before, after),
    };
  } finally {
    await db.exec("rollback").catch(() => {});
  }
}

type Refused = Extract<DropCheck, { kind: "refused" }>;

const isOfFunction = ({ object }: Step): boolean => object.kind === "function";

/**
 * All steps where some change a relation, taken back at once: nobody else can use the relation as long as the lock is
 * held, which the checks of bodies would make a long time.
 */
async function wholePlan(db: Db, { steps }: Plan): Promise<Refused | null> {
  return steps.every(isOfFunction) ? null : passing(db, "", async () => changed(db, steps));
}

async function changed(db: Db, steps: readonly Step[]): Promise<Refused | null> {
  try {
    for (const step of steps) for (const statement of step.up) await db.exec(statement);
    return null;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    return { kind: "refused", sqlstate: raised.sqlstate, message: messageOf(error) };
  }
}

/** The errors that were not there before: lines move, so a function, a state and a message make one. */
function addedTo(before: BodyErrors, after: BodyErrors): BodyError[] {
  const keyOf = (one: BodyError): string => JSON.stringify([one.function, one.sqlstate, one.message]);
  const known = new Set(before.errors.map(keyOf));
  return after.errors.filter((one) => !known.has(keyOf(one)));
}
