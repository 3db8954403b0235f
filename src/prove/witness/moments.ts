import { printTimestamp } from "../logic/conversion.ts";
import type { Term } from "../logic/formula.ts";
import type { Logic } from "../logic/logic.ts";
import type { Shift } from "../logic/symbol.ts";
import type { Model } from "../solve/model.ts";

const DAY = 86_400_000_000;

interface Moments {
  logic: Logic;
  model: Model;
  /** what `now()` was taken to be, in microseconds since 1970 */
  now: number;
}

/**
 * The texts of moments (timestamptz) of a model, by their microseconds. `now()` is the one moment that is not known
 * before the witness runs: what equals it is the input 'now', which is read as the start of the transaction (manual,
 * 8.5.1.4), and what comes after it is put a day later. Where intervals are added to now, of months the model knows only
 * bounds: all moments keep their order, evenly between those that PostgreSQL computes.
 */
export function momentTexts(input: Moments): (moment: number) => string {
  const { now } = input;
  const real = realMoments(input);
  return (moment) => {
    if (moment === now) return "now";
    return printTimestamp(real?.get(moment) ?? (moment > now ? moment + DAY : moment), "timestamptz");
  };
}

/** Where the moments of the model lie; null where they may stay as they are, or depend on more than now. */
function realMoments({ model, now, logic }: Moments): Map<number, number> | null {
  const shifted = [...model.terms].flatMap((term) =>
    term.kind === "apply" && term.symbol.kind === "shift" && term.sort.kind === "timestamptz"
      ? [{ term, from: term.args[0], shift: term.symbol.shift }]
      : [],
  );
  const clock = logic.clock("now");
  if (shifted.length === 0 || shifted.some(({ from }) => from !== clock)) return null;
  const fixed = new Map([[now, now]]);
  for (const { term, shift } of shifted) {
    const value = model.numbers.get(term);
    if (value !== undefined) fixed.set(value, moved(now, shift));
  }
  for (const term of model.terms)
    if (term.kind === "constant" && term.sort.kind === "timestamptz") fixed.set(Number(term.value), Number(term.value));
  const all = [...new Set([...fixed.keys(), ...[...model.terms].flatMap((term) => momentIn(model, term))])];
  return between(
    all.toSorted((a, b) => a - b),
    fixed,
  );
}

const momentIn = (model: Model, term: Term): number[] =>
  term.sort.kind === "timestamptz" ? [model.numbers.get(term) ?? []].flat() : [];

/** Each moment at the same place between the fixed ones, evenly; null where those are in another order. */
function between(ordered: readonly number[], fixed: ReadonlyMap<number, number>): Map<number, number> | null {
  const places = new Map<number, number>();
  let last: number | null = null;
  let open: number[] = [];
  for (const moment of ordered) {
    const place = fixed.get(moment);
    if (place === undefined) {
      open.push(moment);
      continue;
    }
    if (last !== null && place <= last) return null;
    const low: number = last ?? place - DAY * (open.length + 1);
    for (const [index, one] of open.entries())
      places.set(one, Math.round(low + ((place - low) * (index + 1)) / (open.length + 1)));
    places.set(moment, place);
    last = place;
    open = [];
  }
  for (const [index, one] of open.entries()) places.set(one, (last ?? one) + DAY * (index + 1));
  return places;
}

/** timestamptz_pl_interval in UTC: months first, whose last day cuts, then days and the rest. */
function moved(from: number, { months, days, micros }: Shift): number {
  const start = new Date(Math.floor(from / 1000));
  const day = start.getUTCDate();
  const to = new Date(start);
  to.setUTCDate(1);
  to.setUTCMonth(to.getUTCMonth() + months);
  to.setUTCDate(Math.min(day, new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate()));
  return to.getTime() * 1000 + (from % 1000) + days * DAY + micros;
}
