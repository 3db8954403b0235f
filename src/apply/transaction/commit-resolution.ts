import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "../../db/port.ts";
import { messageOf, ToolError } from "../../errors.ts";
import { readJournal } from "../journal/index.ts";
import { writeFailure } from "./failure.ts";
import { refusedByServer } from "./refused.ts";
import type { LockTry } from "./locks.ts";
import {
  CommitInDoubt,
  runTransition,
  TriesSpent,
  type Transition,
  type Transitioned,
  type TransitionRun,
} from "./transition.ts";

/** Opens connections; each has its settings and holds the advisory lock of rlsmith on the target. */
export interface Connections {
  open(): Promise<Db>;
}

/** Callbacks by which a run reports its progress. */
export interface Talk {
  /** the present task, before the first lock: on a remote server a task may take seconds */
  stage(what: string): void;
  /** called before the first lock: the locks of every group */
  locks(groups: { group: string; relations: { schema: string; name: string }[] }[]): void;
  tried(group: string, failed: LockTry): void;
  done(transitioned: Transitioned): void;
}

/** A transition whose outcome has to be known. */
export interface ResolvedRun extends TransitionRun {
  talk: Talk;
}

/** Milliseconds for which a server that went away during a COMMIT is asked again. */
const ASK_AGAIN = 30_000;

/**
 * Run a transition until its outcome is known. If the connection is lost during COMMIT, the journal is read over a new
 * connection: it has the entry if and only if the transaction was committed. Throws ToolError (environment): this group
 * was not changed. Throws TriesSpent after `mostTries` attempts.
 */
export async function runUntilResolved(
  connections: Connections,
  db: Db,
  run: ResolvedRun,
): Promise<{ db: Db; transitioned: Transitioned }> {
  const { transition, dryRun, talk } = run;
  try {
    const onTry = (failed: LockTry): void => talk.tried(transition.group, failed);
    return { db, transitioned: await runTransition(db, run, onTry) };
  } catch (error) {
    if (error instanceof TriesSpent) throw error;
    if (error instanceof CommitInDoubt) {
      const asked = await askJournal(connections, transition);
      if (asked !== null) {
        await db.close().catch(() => {});
        return asked;
      }
      throw new ToolError(
        "environment",
        "CONNECTION_LOST",
        `the connection was lost during COMMIT, and \`${transition.group}\` was not committed`,
        "run the same command again",
        { cause: error },
      );
    }
    if (!dryRun) await writeFailure(db, transition.group, transition.entry, error);
    throw refusedByServer(error, transition.group);
  }
}

async function askJournal(
  connections: Connections,
  { group, entry }: Transition,
): Promise<{ db: Db; transitioned: Transitioned } | null> {
  const until = performance.now() + ASK_AGAIN;
  for (;;)
    try {
      const db = await connections.open();
      try {
        const written = (await readJournal(db)).filter(
          (one) => one.run === entry.run && one.group === group && one.outcome === "done",
        );
        if (written.length > 0)
          return {
            db,
            transitioned: {
              group,
              entries: written.map(({ id }) => id),
              locks: written[0]?.detail.locks ?? [],
              tries: 1,
            },
          };
      } catch (error) {
        await db.close().catch(() => {});
        throw error;
      }
      await db.close();
      return null;
    } catch (error) {
      if (performance.now() > until)
        throw new ToolError(
          "environment",
          "OUTCOME_NOT_KNOWN",
          `the connection was lost during the COMMIT of \`${group}\`, and the server could not be reached since: ${messageOf(error)}`,
          "when the server is back, run the same command again, or `rlsmith history`: the journal has an entry if the group was committed",
          { cause: error },
        );
      await sleep(500);
    }
}
