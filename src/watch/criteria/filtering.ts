import type { NameKey } from "../../pg/name.ts";
import type { Sample, StatementCount } from "../sample.ts";
import { eachLack, readingsOf, samplesOfKind, type Cause, type Judgement, type Watched } from "./criterion.ts";
import { concerned } from "./statements.ts";

/**
 * Statements that returned or changed rows before still do. A row that a policy filters leaves no message, so only the
 * counts show it: those of the statement where the client reports them, else (PostgREST wraps its statements) those of
 * the table against the calls that write to it. Wrapped reads return one row whatever they find, and the counters of a
 * table do not help: a sequential scan counts rows before row security filters them. So they are not seen.
 */
export function filteringCriterion({ samples, plan, limits }: Watched): Judgement {
  const [before, after] = (["before", "after"] as const).map((kind) => samplesOfKind(samples, kind));
  const pairs = pairsOf(before ?? [], after ?? []);
  // what has stopped since the last sample is hidden in the sum by what went well before
  const causes = distinct(
    [...(after ?? []).map((one) => [one]), after ?? []].flatMap((some) => pairsOf(before ?? [], some).flatMap(causeOf)),
  );
  const n = pairs.reduce((sum, pair) => sum + (pair.before.rows > 0 ? pair.after.calls : 0), 0);
  const wanted = Math.ceil(3 / limits.share);
  const unseen = readsNotSeen(before ?? [], after ?? [], plan.touched, pairs);
  const lacks = eachLack(
    readingsOf(samples, "statements")
      .flatMap((one) => one.lacks)
      .filter(({ lack }) => lack !== "counters lost"),
  );
  return {
    criterion: "filtering",
    state:
      causes.length > 0
        ? "failed"
        : unseen.length > 0
          ? "cannot be told"
          : n >= wanted
            ? "passed"
            : lacks.length > 0
              ? "cannot be told"
              : "not enough yet",
    n,
    k: causes.length,
    wanted,
    causes: [...causes, ...unseen],
    notes: [],
    lacks,
  };
}

/** One for each statement or table; that of the newest sample. */
const distinct = (causes: readonly Filtered[]): Cause[] => [
  ...new Map(causes.map((one) => [`${one.relation} ${one.role} ${one.command}`, one])).values(),
];

/** Reads of a relation by a role that read it before, and none of whose statements that read it report their rows. */
function readsNotSeen(
  before: readonly Sample[],
  after: readonly Sample[],
  touched: Watched["plan"]["touched"],
  pairs: readonly Pair[],
): Extract<Cause, { cause: "rows not seen" }>[] {
  const seen = new Set(
    pairs.flatMap(({ reads, role, before }) => (before.rows > 0 ? reads.map((one) => `${one} ${role}`) : [])),
  );
  const known = new Set(
    [...concerned(before).values()].flatMap(({ role, touched: of }) =>
      of.flatMap(({ relation, command }) => (command === "SELECT" ? [`${relation} ${role}`] : [])),
    ),
  );
  const unseen = new Map<string, Extract<Cause, { cause: "rows not seen" }>>();
  for (const { rowsAreReal, role, calls, touched: of } of concerned(after).values())
    for (const { relation, command } of of) {
      const key = `${relation} ${role}`;
      const isAsked = touched.some((one) => one.relation === relation && one.command === "SELECT");
      if (rowsAreReal || command !== "SELECT" || !isAsked || seen.has(key) || !known.has(key)) continue;
      unseen.set(key, { cause: "rows not seen", relation, role, calls: calls + (unseen.get(key)?.calls ?? 0) });
    }
  return [...unseen.values()];
}

type Filtered = Extract<Cause, { cause: "no rows" | "fewer rows" }>;

function pairsOf(before: readonly Sample[], after: readonly Sample[]): Pair[] {
  const then = concerned(before);
  const pairs: Pair[] = [];
  for (const [key, now] of concerned(after)) {
    const was = then.get(key);
    if (was && was.rowsAreReal && now.rowsAreReal)
      pairs.push({
        relation: now.relations[0] ?? null,
        role: now.role,
        command: now.command,
        reads: now.touched.flatMap((one) => (one.command === "SELECT" ? [one.relation] : [])),
        before: { ...was, most: mostWithoutRows(before, key) },
        after: now,
      });
  }
  return [...pairs, ...byTable(before, after)];
}

/** The most calls that a statement had in one sample without a row: a queue that is empty at night is no incident. */
const mostWithoutRows = (samples: readonly Sample[], key: string): number =>
  Math.max(
    0,
    ...samples.map((one) => {
      const count = concerned([one]).get(key);
      return count && count.rows === 0 ? count.calls : 0;
    }),
  );

/** The calls and rows of one thing before and after. */
interface Pair {
  relation: NameKey | null;
  role: string | null;
  command: string;
  /** the relations that it reads */
  reads: NameKey[];
  before: { calls: number; rows: number; most: number };
  after: { calls: number; rows: number };
}

const WRITES = { INSERT: "inserted", UPDATE: "updated", DELETE: "deleted" } as const;

/** Rows that each table counts against the calls of the statements that write to it, where no client reports rows. */
function byTable(before: readonly Sample[], after: readonly Sample[]): Pair[] {
  const [then, now] = [before, after].map(writesOf);
  return [...(now ?? [])].flatMap(([key, one]) => {
    const was = then?.get(key);
    return was
      ? [
          {
            relation: one.relation,
            role: null,
            command: one.command,
            reads: [],
            before: { ...was, most: 0 },
            after: one,
          },
        ]
      : [];
  });
}

function writesOf(
  samples: readonly Sample[],
): Map<string, { relation: NameKey; command: string; calls: number; rows: number }> {
  const wrapped = [...concerned(samples).values()].filter(({ rowsAreReal }) => !rowsAreReal);
  const counted = new Map<string, { relation: NameKey; command: string; calls: number; rows: number }>();
  for (const table of readingsOf(samples, "tables").flatMap(({ tables }) => tables))
    for (const [command, field] of Object.entries(WRITES)) {
      const calls = callsOf(wrapped, table.relation, command);
      if (calls === 0) continue;
      const key = `${table.relation} ${command}`;
      const rows = (counted.get(key)?.rows ?? 0) + table[field];
      counted.set(key, { relation: table.relation, command, calls, rows });
    }
  return counted;
}

const callsOf = (statements: readonly StatementCount[], relation: NameKey, command: string): number =>
  statements
    .filter((one) => one.command === command && one.relations.includes(relation))
    .reduce((sum, { calls }) => sum + calls, 0);

function causeOf({ relation, role, command, before, after }: Pair): Filtered[] {
  if (before.calls === 0 || after.calls === 0 || before.rows === 0) return [];
  const mean = before.rows / before.calls;
  const expected = mean * after.calls;
  if (after.rows === 0)
    return after.calls > before.most && isSurprising(mean, before.calls, after.calls)
      ? [{ cause: "no rows", relation, role, command, calls: after.calls, rowsBefore: mean }]
      : [];
  if (expected >= ENOUGH_ROWS && after.rows < expected * FEWER)
    return [{ cause: "fewer rows", relation, role, command, calls: after.calls, rows: after.rows, expected }];
  return [];
}

const ENOUGH_ROWS = 20;
const FEWER = 0.5;

/**
 * True if calls without a row would happen in less than one of a million cases, were a call to find a row as often as before. The
 * share is the mean, at most 1, less what 0 of so many calls leaves open (3/n): a statement called once says nothing.
 */
function isSurprising(mean: number, callsBefore: number, callsAfter: number): boolean {
  const share = Math.max(0, Math.min(1, mean) - 3 / callsBefore);
  return (1 - share) ** callsAfter < 1e-6;
}
