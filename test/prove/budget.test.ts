import { expect, test } from "vitest";
import { prove } from "../../src/prove/prove.ts";
import { guardedBy } from "./tiny.ts";

/** Thirteen claims in twelve values, no two the same: there is no such token, and only counting shows it quickly. */
function pigeons(holes: number): string {
  const claim = (n: number): string => `(auth.jwt() ->> 'c${n}')`;
  const values = Array.from({ length: holes }, (_, n) => `'h${n}'`).join(", ");
  const parts = Array.from({ length: holes + 1 }, (_, n) => `${claim(n)} in (${values})`);
  for (let one = 0; one <= holes; one += 1)
    for (let two = one + 1; two <= holes; two += 1) parts.push(`${claim(one)} <> ${claim(two)}`);
  return parts.join(" and ");
}

test("a question that takes longer than its budget is unknown, and does not hang", () => {
  const [verdict] = prove(guardedBy(pigeons(12)), guardedBy("false"), { timeout: 100 });
  expect(verdict).toMatchObject({
    decision: "unknown",
    reasons: [{ kind: "budget", message: "not settled within 100 ms" }],
  });
});

test("the same question, small enough, has its answer", () => {
  const [verdict] = prove(guardedBy(pigeons(4)), guardedBy("false"));
  expect(verdict).toMatchObject({ decision: "equivalent", certainty: { kind: "proved" } });
});

test("a policy that takes too long to be read ends too", () => {
  // each level has four times as many cases as the one inside
  const deep = Array.from({ length: 14 }, (_, n) => n).reduce(
    (inner, n) => `replace(${inner}, coalesce(auth.jwt() ->> 'a${n}', 'x'), coalesce(auth.jwt() ->> 'b${n}', 'y'))`,
    "title",
  );
  const [verdict] = prove(guardedBy(`${deep} = 'a'`), guardedBy("false"), { timeout: 100 });
  expect(verdict?.decision).toBe("unknown");
});
