/** A small pseudo-random generator (mulberry32): the same choices for the same seed, on every machine. */
export interface Random {
  /** a whole number from 0 to `below` - 1 */
  below(below: number): number;
  chance(probability: number): boolean;
  /** one of a list; undefined where it is empty */
  pick<T>(list: readonly T[]): T | undefined;
  /** the same; the first ones are likelier */
  pickEarly<T>(list: readonly T[]): T | undefined;
  /** a copy in another order */
  shuffled<T>(list: readonly T[]): T[];
  /** a number that was not given before */
  fresh(): number;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  let last = 0;
  return {
    fresh: () => {
      last += 1;
      return last;
    },
    below,
    chance: (probability) => next() < probability,
    pick: (list) => list[below(list.length)],
    pickEarly: (list) => list[Math.floor(next() ** 2 * list.length)],
    shuffled: (list) =>
      list
        .map((one) => ({ one, at: next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ one }) => one),
  };
}
