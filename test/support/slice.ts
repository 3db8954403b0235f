/** A part of a long suite: the `index`-th of `count`, counted from 0. */
export interface Slice {
  index: number;
  count: number;
}

/**
 * The slice that `RLSMITH_SLICE` names: `2/4` is the second of four; unset or empty is everything. `.ci/run` sets it
 * from the tree of the commit, so that a few commits run everything; `npm run test:all` leaves it unset. Throws an
 * Error for any other text.
 */
export function sliceFrom(text: string | undefined): Slice {
  if (text === undefined || text === "") return { index: 0, count: 1 };
  const [, part, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const slice = { index: Number(part) - 1, count: Number(count) };
  if (!(slice.index >= 0 && slice.index < slice.count))
    throw new Error(`RLSMITH_SLICE is \`${text}\`: it has to be \`2/4\`, the second of four, or unset for everything`);
  return slice;
}

const slice = sliceFrom(process.env["RLSMITH_SLICE"]);

/** Every `count`-th item of a list, beginning at the slice's index: of four slices each item is in exactly one. */
export const sliced = <Item>(all: readonly Item[], of: Slice = slice): Item[] =>
  all.filter((_, place) => place % of.count === of.index);

/** For the heading of a report: `slice 2 of 4`, or `all`. */
export const sliceTitle = (of: Slice = slice): string =>
  of.count === 1 ? "all" : `slice ${of.index + 1} of ${of.count}`;
