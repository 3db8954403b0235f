import type { NameKey } from "../../pg/name.ts";
import type { StatementCount } from "../sample.ts";
import type { Cause } from "./criterion.ts";
import type { SeenOfKind } from "./seen.ts";
import { concerned } from "./statements.ts";

/** A statement or a table whose rows are gone, or fewer. */
export type Filtered = Extract<Cause, { cause: "no rows" | "fewer rows" }>;

/** The calls and rows of one thing before and after. */
export interface Pair {
  /** of a statement, in `SeenOfKind.statements`; null: a table */
  key: string | null;
  relation: NameKey | null;
  role: string | null;
  command: string;
  /** the relations that it reads */
  reads: NameKey[];
  before: { calls: number; rows: number; most: number };
  after: { calls: number; rows: number };
}

/** What can be compared of two times: statements whose rows the client reports, else writes to tables. */
export function pairsOf(before: SeenOfKind, after: SeenOfKind): Pair[] {
  const then = concerned(before);
  const pairs: Pair[] = [];
  for (const [key, now] of concerned(after)) {
    const was = then.get(key);
    if (was && was.rowsAreReal && now.rowsAreReal)
      pairs.push({
        key,
        relation: now.relations[0] ?? null,
        role: now.role,
        command: now.command,
        reads: now.touched.flatMap((one) => (one.command === "SELECT" ? [one.relation] : [])),
        // a queue that is empty at night is no incident
        before: { calls: was.calls, rows: was.rows, most: before.mostWithoutRows.get(key) ?? 0 },
        after: now,
      });
  }
  return [...pairs, ...byTable(before, after)];
}

/** What is missing since, of all that can be compared. */
export const filteredIn = (pairs: readonly Pair[]): Filtered[] => pairs.flatMap(causeOf);

/** True if it would be found that all rows are gone. Calls of other pairs say nothing, however many they are. */
export const showsLoss = (pair: Pair): boolean =>
  filteredIn([{ ...pair, after: { calls: pair.after.calls, rows: 0 } }]).length > 0;

export const filteredKey = ({ relation, role, command }: Filtered): string => JSON.stringify([relation, role, command]);

const WRITES = { INSERT: "inserted", UPDATE: "updated", DELETE: "deleted" } as const;

/** Rows that each table counts against the calls of the statements that write to it, where no client reports rows. */
function byTable(before: SeenOfKind, after: SeenOfKind): Pair[] {
  const [then, now] = [writesOf(before), writesOf(after)];
  return [...now].flatMap(([key, one]) => {
    const was = then.get(key);
    return was
      ? [
          {
            key: null,
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

interface Writes {
  relation: NameKey;
  command: string;
  calls: number;
  rows: number;
}

function writesOf(seen: SeenOfKind): Map<string, Writes> {
  const wrapped = [...concerned(seen).values()].filter(({ rowsAreReal }) => !rowsAreReal);
  const counted = new Map<string, Writes>();
  for (const [relation, table] of seen.tables)
    for (const [command, field] of Object.entries(WRITES)) {
      const calls = callsOf(wrapped, relation, command);
      if (calls > 0) counted.set(`${relation} ${command}`, { relation, command, calls, rows: table[field] });
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
