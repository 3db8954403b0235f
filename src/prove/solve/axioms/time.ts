import { FARTHEST_DAY, NEAREST } from "../../logic/conversion.ts";
import type { Term } from "../../logic/formula.ts";
import { IS_NEAR, type Shift } from "../../logic/symbol.ts";
import type { AxiomContext } from "./context.ts";

const DAY = 86_400_000_000;
const A_QUARTER = 900_000_000;

/** The offset of a time zone is less than 16 hours either way (datetime.h: MAX_TZDISP_HOUR is 15), before and after. */
const OFFSETS = 32 * 3_600_000_000;

/**
 * How far an interval moves a moment (timestamptz_pl_interval: months first, then days in the local time, then the
 * rest; measured on 15 and 18 in `test/prove/logic/interpreted.test.ts`). Infinity stays where it is, and moments that
 * are far from now are on a coarser grid: of both only the order is told.
 */
export function timeAxioms({ logic, vocabulary, once }: AxiomContext): void {
  const moved: { term: Term; from: Term; shift: Shift }[] = [];
  for (const term of vocabulary.terms) {
    if (term.kind !== "apply" || term.symbol.kind !== "shift") continue;
    const [from] = term.args;
    if (from) moved.push({ term, from, shift: term.symbol.shift });
  }
  for (const { term, from, shift } of moved)
    once(`shift ${term.id}`, () => {
      const [least, most] = boundsOf(shift, term.sort.kind);
      // the coarser grid makes distances smaller, and those of quarters of an hour leave room for any order on it
      const isSure = (distance: number): boolean => term.sort.kind === "date" || distance >= A_QUARTER;
      const facts = [
        least >= 0 ? logic.atMost(from, term) : logic.true,
        most <= 0 ? logic.atMost(term, from) : logic.true,
        most > 0 && isSure(most) ? logic.difference(term, from, most) : logic.true,
        least < 0 && isSure(-least) ? logic.difference(from, term, -least) : logic.true,
      ];
      const reach = (term.sort.kind === "date" ? FARTHEST_DAY : NEAREST) - Math.max(Math.abs(least), Math.abs(most));
      if (reach < 0) return logic.and(...facts);
      const bounds = logic.and(logic.difference(term, from, most), logic.difference(from, term, -least));
      const near = logic.predicate(IS_NEAR, null, [from]);
      const within = logic.and(logic.difference(from, null, reach), logic.difference(null, from, reach));
      return logic.and(...facts, logic.or(logic.not(near), bounds), logic.or(near, logic.not(within)));
    });
  for (const one of moved)
    for (const other of moved) {
      if (one.from !== other.from || one.term === other.term) continue;
      const [, most] = boundsOf(one.shift, one.term.sort.kind);
      const [least] = boundsOf(other.shift, other.term.sort.kind);
      if (most <= least) once(`shifts ${one.term.id} ${other.term.id}`, () => logic.atMost(one.term, other.term));
    }
}

/**
 * The least and the greatest distance, in microseconds, of a date in days. A month is 28 to 31 days, and its last days
 * may be cut. A timestamptz is moved by days of the local time, so that the offsets of both days count.
 */
export function boundsOf({ months, days, micros }: Shift, sort: string): [number, number] {
  if (sort === "date") return [days, days];
  const [years, rest] = [Math.floor(Math.abs(months) / 12), Math.abs(months) % 12];
  const fewest = months === 0 ? 0 : 365 * years + 28 * rest - 3;
  const greatest = months === 0 ? 0 : 366 * years + 31 * rest + 3;
  const [low, high] = months < 0 ? [-greatest, -fewest] : [fewest, greatest];
  const slack = sort === "timestamptz" && (months !== 0 || days !== 0) ? OFFSETS : 0;
  return [(low + days) * DAY + micros - slack, (high + days) * DAY + micros + slack];
}
