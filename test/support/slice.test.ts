import { expect, test } from "vitest";
import { sliced, sliceFrom } from "./slice.ts";

test("each item is in exactly one of four slices", () => {
  const all = Array.from({ length: 11 }, (_, n) => n);
  const parts = [1, 2, 3, 4].map((part) => sliced(all, sliceFrom(`${part}/4`)));
  expect(parts.flat().toSorted((a, b) => a - b)).toEqual(all);
  expect(parts.map(({ length }) => length)).toEqual([3, 3, 3, 2]);
});

test("unset is everything; what is no slice is refused", () => {
  expect(sliced([1, 2], sliceFrom(undefined))).toEqual([1, 2]);
  for (const wrong of ["0/4", "5/4", "2", "a/b", "-1/4"]) expect(() => sliceFrom(wrong)).toThrow(/RLSMITH_SLICE/);
});
