import { pgErrorOf, type Db } from "../db/port.ts";
import { passingText, takeBack } from "../db/savepoint.ts";
import { answersOf, attemptsText, tupleKey, type Answered, type TupleKey } from "./matrix/index.ts";
import type { Actor } from "./personas/index.ts";
import { readsByRole, readsOf, readsText, type CheckBatch, type ReadsOfRole } from "./pre-commit-reads.ts";
import type { SessionState } from "./run/index.ts";

/** Milliseconds after which the server ends the statements of one persona. */
const STATEMENT_TIMEOUT = 500;

/** A batch whose reads raised no error. */
export interface AnsweredBatch {
  batch: CheckBatch;
  answers: readonly Answered[];
}

/** What a batch of one attempt is known by. */
export const keyOf = ({ attempts: [one], actor, standing }: CheckBatch): TupleKey =>
  tupleKey(one?.relation ?? "", actor.name, standing?.name ?? "");

/** Batches that are sent together. `single`: those for the general driver, since a read of them raises an error. */
export interface Looks {
  together: readonly ReadsOfRole[];
  single: readonly CheckBatch[];
}

export const looksOf = (batches: readonly CheckBatch[], raising: ReadonlySet<TupleKey>): Looks => ({
  together: readsByRole(merged(batches.filter((batch) => !raising.has(keyOf(batch))))),
  single: merged(batches.filter((batch) => raising.has(keyOf(batch)))),
});

/** The batches of one persona in one state of the variables as one. */
function merged(batches: readonly CheckBatch[]): CheckBatch[] {
  const all = new Map<Actor, Map<SessionState | null, CheckBatch>>();
  for (const { actor, standing, attempts } of batches) {
    const states = all.get(actor) ?? new Map<SessionState | null, CheckBatch>();
    all.set(actor, states);
    states.set(standing, { actor, standing, attempts: [...(states.get(standing)?.attempts ?? []), ...attempts] });
  }
  return [...all.values()].flatMap((states) => [...states.values()]);
}

/** The answers to `Looks`, and the time that they took on the server. `answers` is null where a read raised an error. */
export interface Reply {
  ms: number;
  found: { batch: CheckBatch; answers: readonly Answered[] | null }[];
}

export const answered = ({ found }: Reply): AnsweredBatch[] =>
  found.flatMap(({ batch, answers }) => (answers === null ? [] : [{ batch, answers }]));

export const withoutAnswer = ({ found }: Reply): CheckBatch[] =>
  found.flatMap(({ batch, answers }) => (answers === null ? [batch] : []));

const CLOCK = "select extract(epoch from clock_timestamp())::float8 * 1000 as clock";

/** Everything in one text, for one round trip; all of it is undone. */
const textOf = ({ together, single }: Looks, clearing: string): string =>
  [
    CLOCK,
    ...[
      ...together.map(readsText),
      ...single.map(({ actor: { role, claims, setup }, standing, attempts }) =>
        attemptsText(
          { role, claims, setup, prelude: standing?.prelude ?? [], preludeWrites: false, attempts },
          new Map(),
        ),
      ),
    ].map((text) =>
      passingText([
        `set local statement_timeout = ${STATEMENT_TIMEOUT}`,
        // what an earlier client of a pool left behind is not what the policies let through
        clearing,
        text,
      ]),
    ),
    CLOCK,
  ].join(";\n");

function replyOf({ together, single }: Looks, results: readonly Record<string, unknown>[][]): Reply {
  const of = (column: string): Record<string, unknown>[][] =>
    results.filter(([row]) => row !== undefined && column in row);
  const [reads, driven, clock] = [of("reads"), of("results"), of("clock").map(([row]) => Number(row?.["clock"]))];
  if (reads.length !== together.length || driven.length !== single.length)
    throw new Error("each block is followed by a query for what it found");
  return {
    ms: (clock[1] ?? 0) - (clock[0] ?? 0),
    found: [
      ...together.flatMap((group, n) =>
        readsOf(group, reads[n] ?? []).map((answers, m) => ({ batch: group[m] ?? group[0], answers })),
      ),
      ...single.map((batch, n) => ({ batch, answers: answersOf(driven[n] ?? [], batch.attempts) })),
    ],
  };
}

/**
 * The replies, with all texts sent without waiting for answers. Null: a statement took too long. After that the server
 * refuses what was sent behind it, which is sent again.
 */
export async function repliesTo(db: Db, all: readonly Looks[], clearing: string): Promise<(Reply | null)[]> {
  const replies: (Reply | null)[] = [];
  while (replies.length < all.length) {
    const left = all.slice(replies.length);
    const sent = await Promise.allSettled(left.map(async (looks) => db.exec(textOf(looks, clearing))));
    for (const [n, one] of sent.entries()) {
      const looks = left[n];
      if (looks && one.status === "fulfilled") replies.push(replyOf(looks, one.value));
      else if (one.status === "rejected") {
        await takeBack(db);
        if (!isTimeout(one.reason)) throw one.reason;
        replies.push(null);
        break;
      }
    }
  }
  return replies;
}

/** All batches in one round trip, since relations are locked meanwhile; all undone. Null: a statement took too long. */
export async function answersTo(db: Db, looks: Looks, clearing: string): Promise<AnsweredBatch[] | null> {
  if (looks.together.length + looks.single.length === 0) return [];
  const [reply] = await repliesTo(db, [looks], clearing);
  if (!reply) return null;
  const raised = withoutAnswer(reply);
  if (raised.length === 0) return answered(reply);
  // a second round trip, where a read raises an error that it did not raise before
  const [other] = await repliesTo(db, [{ together: [], single: raised }], clearing);
  return other ? [...answered(reply), ...answered(other)] : null;
}

const isTimeout = (error: unknown): boolean => pgErrorOf(error)?.sqlstate === "57014";
