import { expect, test } from "vitest";
import type { Term } from "../../../src/prove/logic/formula.ts";
import { Logic } from "../../../src/prove/logic/logic.ts";
import { SORT } from "../../../src/prove/logic/sort.ts";
import { checkOrder, type OrderFact } from "../../../src/prove/solve/order.ts";
import { newRandom } from "../random-query.ts";

/** What a fact says as it is assigned: `high - low <= bound`; null is zero. Whole numbers: the opposite of `<= b` is `>= b + 1`. */
const inequality = ({
  left,
  right,
  bound,
  literal,
}: OrderFact): { high: Term | null; low: Term | null; bound: number } =>
  literal > 0 ? { high: left, low: right, bound } : { high: right, low: left, bound: -bound - 1 };

/** Shortest distances over all pairs (Floyd and Warshall): consistent where no term is nearer to itself than zero. */
function isConsistent(facts: readonly OrderFact[]): boolean {
  const edges = facts.map(inequality);
  const nodes = [...new Set([null, ...edges.flatMap(({ high, low }) => [high, low])])];
  const distance = nodes.map((from) =>
    nodes.map((to) =>
      Math.min(
        from === to ? 0 : Number.POSITIVE_INFINITY,
        ...edges.filter(({ high, low }) => low === from && high === to).map(({ bound }) => bound),
      ),
    ),
  );
  const at = (from: number, to: number): number => distance[from]?.[to] ?? 0;
  for (const [by] of nodes.entries())
    for (const [from, row] of distance.entries())
      for (const [to] of nodes.entries()) row[to] = Math.min(at(from, to), at(from, by) + at(by, to));
  return nodes.every((_, node) => at(node, node) >= 0);
}

const valueOf = (term: Term | null, values: ReadonlyMap<Term, number>): number =>
  term === null ? 0 : term.kind === "constant" ? Number(term.value) : (values.get(term) ?? Number.NaN);

function randomFacts(seed: number): OrderFact[] {
  const random = newRandom(seed);
  const logic = new Logic();
  const row = logic.constantRow(null, "row");
  const sorts = random() < 0.3 ? [SORT.int, SORT.date] : [SORT.int];
  const facts: OrderFact[] = [];
  for (let variable = 1; variable <= 4 + random() * 8; variable += 1) {
    const sort = sorts[Math.floor(random() * sorts.length)] ?? SORT.int;
    const pick = (): Term | null => {
      const n = Math.floor(random() * 5);
      return n === 0 ? null : logic.column(sort, row, `c${n}`);
    };
    const [left, right] = [pick(), pick()];
    if (left === right) continue;
    const bound = Math.floor(random() * 7) - 3;
    facts.push({ left, right, bound, literal: variable * (random() < 0.6 ? 1 : -1) });
  }
  return facts;
}

test("random differences, against shortest distances; the values satisfy every fact", () => {
  let consistent = 0;
  for (let seed = 1; seed <= 2000; seed += 1) {
    const facts = randomFacts(seed);
    const { conflicts, values } = checkOrder(facts);
    const expected = isConsistent(facts);
    expect({ seed, consistent: conflicts.length === 0 }).toEqual({ seed, consistent: expected });
    consistent += Number(expected);
    for (const { high, low, bound } of expected ? facts.map(inequality) : [])
      expect({ seed, holds: valueOf(high, values) - valueOf(low, values) <= bound }).toEqual({ seed, holds: true });
  }
  expect(Math.min(consistent, 2000 - consistent)).toBeGreaterThan(400);
});

test("a conflict clause is false under the assignment, and its literals alone are inconsistent", () => {
  for (let seed = 1; seed <= 2000; seed += 1) {
    const facts = randomFacts(seed);
    for (const clause of checkOrder(facts).conflicts) {
      const blamed = facts.filter(({ literal }) => clause.includes(-literal));
      expect({ seed, blamed: blamed.length }).toEqual({ seed, blamed: new Set(clause).size });
      expect({ seed, consistent: isConsistent(blamed) }).toEqual({ seed, consistent: false });
    }
  }
});

test("there is no whole number between two that follow each other", () => {
  const logic = new Logic();
  const n = logic.column(SORT.int, logic.constantRow(null, "row"), "n");
  // not (n <= 3), and n <= 3
  expect(
    checkOrder([
      { left: n, right: null, bound: 3, literal: -1 },
      { left: n, right: null, bound: 3, literal: 2 },
    ]).conflicts,
  ).toHaveLength(1);
  // not (n <= 3), n <= 4: it is 4
  const four = checkOrder([
    { left: n, right: null, bound: 3, literal: -1 },
    { left: n, right: null, bound: 4, literal: 2 },
  ]);
  expect([four.conflicts, four.values.get(n)]).toEqual([[], 4]);
});
