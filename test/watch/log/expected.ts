import type { DenialCount, Fingerprint } from "../../../src/watch/denial.ts";
import { LOGIN, ROWS, type Row } from "./rows.ts";

/** What a log does not hold, whatever reads it. */
export interface Without {
  login?: boolean;
  sqlstate?: boolean;
  /** terse: no function, and so no check of a function but by its SQLSTATE */
  context?: boolean;
}

const fingerprintOf = ({ denial, sqlstate }: Row, without: Without): Fingerprint | null =>
  denial === null
    ? null
    : {
        family: denial.family,
        sqlstate: without.sqlstate === true ? null : sqlstate,
        relation: denial.relation ?? null,
        policy: denial.policy ?? null,
        function: without.context === true ? null : (denial.function ?? null),
        object: denial.object ?? null,
        login: without.login === true ? null : LOGIN,
      };

/** Fingerprints and their counts, in an order of their own, as text. */
export const countsOf = (denials: readonly (Fingerprint & { count?: number })[]): string[] => {
  const counts = new Map<string, number>();
  for (const { family, sqlstate, relation, policy, function: fn, object, login, count } of denials) {
    const key = JSON.stringify({ family, sqlstate, relation, policy, function: fn, object, login });
    counts.set(key, (counts.get(key) ?? 0) + (count ?? 1));
  }
  return [...counts].map(([key, count]) => `${count} × ${key}`).toSorted();
};

/** The counts of the rows, from what each of them is. */
export const expectedCounts = (without: Without = {}, rows: readonly Row[] = ROWS): string[] =>
  countsOf(rows.flatMap((row) => fingerprintOf(row, without) ?? []));

export const otherErrors = (rows: readonly Row[] = ROWS): number => rows.filter(({ denial }) => denial === null).length;

/** Times within the last hour, of which first is not after last. */
export const timesAreSound = (denials: readonly DenialCount[]): boolean =>
  denials.every(({ first, last }) => {
    const [from, to] = [Date.parse(first ?? ""), Date.parse(last ?? "")];
    return from <= to && to <= Date.now() + 1000 && from > Date.now() - 3_600_000;
  });
