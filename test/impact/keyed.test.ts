import { expect, test } from "vitest";
import type { Groups } from "../../src/impact/columns.ts";
import { keyedBy, shownByKeys } from "../../src/impact/keyed.ts";

const groups = (type: string): Groups => ({
  columns: [
    {
      name: "owner",
      type,
      notNull: false,
      default: null,
      generated: null,
      identity: null,
    } as unknown as Groups["columns"][number],
  ],
  counts: ["3", "5", "2"],
  values: [["a"], ["b"], [null]],
});

const ONE = "owner = (select auth.uid())";
const none = { inserted: [] };

test.each([
  [ONE, ["(SELECT auth.uid())"]],
  ["(select auth.uid()) = item.owner", ["(SELECT auth.uid())"]],
  [`(${ONE}) or (owner = (select auth.jwt() ->> 'x')::uuid)`, null],
  [
    `(${ONE}) or (owner = (select (auth.jwt() ->> 'x')::uuid))`,
    ["(SELECT auth.uid())", "(SELECT CAST(auth.jwt() ->> 'x' AS uuid))"],
  ],
  ["false", []],
  // what else may raise an error for a row, or show another
  [`(${ONE}) and (owner = (select auth.uid()))`, null],
  ["owner <> (select auth.uid())", null],
  ["owner = auth.uid()", null],
  ["owner is not distinct from (select auth.uid())", null],
  ["owner = (select m.id from member m limit 1)", null],
  ["owner = any (select auth.uid())", null],
  [`not (${ONE})`, null],
  ["owner operator(public.=) (select auth.uid())", null],
])("%s", (text, expected) => {
  expect(keyedBy(groups("uuid"), { before: text, after: ONE }, none)?.before ?? null).toEqual(expected);
});

test("a text may be equal to others, and rows that stand for those of another relation are not keyed", () => {
  const once = { before: ONE, after: ONE };
  expect(keyedBy(groups("text"), once, none)).toBeNull();
  expect(keyedBy(groups("uuid"), once, { inserted: [{ name: "x", where: null, columns: [] } as never] })).toBeNull();
});

test("the rows of each side, lost and gained; a null is equal to nothing, and twice the same value shows its rows once", () => {
  const keyed = keyedBy(groups("uuid"), { before: ONE, after: ONE }, none);
  if (keyed === null) throw new Error("it is keyed");
  expect(shownByKeys(keyed, ["a"], ["b"])).toEqual({ before: 3, after: 5, lost: 3, gained: 5 });
  expect(shownByKeys(keyed, ["a", "b"], ["b", "b", null])).toEqual({ before: 8, after: 5, lost: 3, gained: 0 });
  expect(shownByKeys(keyed, [null], ["c"])).toEqual({ before: 0, after: 0, lost: 0, gained: 0 });
});
