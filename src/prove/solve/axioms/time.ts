import { FARTHEST_DAY, NEAREST } from "../../logic/conversion.ts";
import { IS_NEAR, type Shift } from "../../logic/symbol.ts";
import type { AxiomContext } from "./context.ts";

const DAY = 86_400_000_000;

/** The offset of a time zone is less than 16 hours either way (datetime.h: MAX_TZDISP_HOUR is 15), before and after. */
const OFFSETS = 32 * 3_600_000_000;

/**
 * How far an interval moves a moment (timestamptz_pl_interval: months first, then days in the local time, then the
 * rest). A month is 28 to 31 days, and its last days may be cut. A timestamptz of another day is moved by days of the
 * local time, so that the offsets of both days count; a timestamp and a date are not. Infinity stays where it is, and
 * moments that are far from now are on a coarser grid: of both nothing is told.
 */
export function timeAxioms({ logic, vocabulary, once }: AxiomContext): void {
  for (const term of vocabulary.terms) {
    if (term.kind !== "apply" || term.symbol.kind !== "shift") continue;
    const [from] = term.args;
    const { shift } = term.symbol;
    if (!from) continue;
    once(`shift ${term.id}`, () => {
      const [least, most] = boundsOf(shift, term.sort.kind);
      const reach = (term.sort.kind === "date" ? FARTHEST_DAY : NEAREST) - Math.max(Math.abs(least), Math.abs(most));
      if (reach < 0) return logic.true;
      const bounds = logic.and(logic.difference(term, from, most), logic.difference(from, term, -least));
      // a clock is never far, and what it reads is a constant here
      const near = logic.predicate(IS_NEAR, null, [from]);
      const within = logic.and(logic.difference(from, null, reach), logic.difference(null, from, reach));
      return from.kind === "clock"
        ? logic.or(logic.not(within), bounds)
        : logic.and(logic.or(logic.not(near), bounds), logic.or(near, logic.not(within)));
    });
  }
}

function boundsOf({ months, days, micros }: Shift, sort: string): [number, number] {
  if (sort === "date") return [days, days];
  const [years, rest] = [Math.floor(Math.abs(months) / 12), Math.abs(months) % 12];
  const fewest = months === 0 ? 0 : 365 * years + 28 * rest - 3;
  const greatest = months === 0 ? 0 : 366 * years + 31 * rest + 3;
  const [low, high] = months < 0 ? [-greatest, -fewest] : [fewest, greatest];
  const slack = sort === "timestamptz" && (months !== 0 || days !== 0) ? OFFSETS : 0;
  return [(low + days) * DAY + micros - slack, (high + days) * DAY + micros + slack];
}
