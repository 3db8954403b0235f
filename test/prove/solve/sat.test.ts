import { expect, test } from "vitest";
import { Sat } from "../../../src/prove/solve/sat.ts";
import { newRandom } from "../random-query.ts";

type Clause = readonly number[];

const satisfies = (clauses: readonly Clause[], value: (variable: number) => boolean): boolean =>
  clauses.every((clause) => clause.some((literal) => value(Math.abs(literal)) === literal > 0));

/** Some assignment of the variables satisfies every clause: all of them are tried. */
function isSatisfiable(count: number, clauses: readonly Clause[]): boolean {
  for (let bits = 0; bits < 2 ** count; bits += 1)
    if (satisfies(clauses, (variable) => ((bits >> (variable - 1)) & 1) === 1)) return true;
  return false;
}

/** One to four literals a clause, one to three clauses a variable: many can be satisfied, and many cannot. */
function randomClauses(random: () => number, count: number): Clause[] {
  const literal = (): number => (1 + Math.floor(random() * count)) * (random() < 0.5 ? 1 : -1);
  const clauses = Math.floor(count * (1 + random() * 2));
  return Array.from({ length: clauses }, () => Array.from({ length: 1 + Math.floor(random() * 3.9) }, literal));
}

function satOf(count: number, clauses: readonly Clause[]): Sat {
  const sat = new Sat();
  for (let variable = 1; variable <= count; variable += 1) expect(sat.newVariable()).toBe(variable);
  for (const clause of clauses) sat.addClause(clause);
  return sat;
}

test("random clauses, against every assignment", () => {
  let yes = 0;
  for (let seed = 1; seed <= 600; seed += 1) {
    const random = newRandom(seed);
    const count = 3 + Math.floor(random() * 8);
    const clauses = randomClauses(random, count);
    const sat = satOf(count, clauses);
    const found = sat.solve([], () => []);
    expect({ seed, found }).toEqual({ seed, found: isSatisfiable(count, clauses) });
    const model = !found || satisfies(clauses, (variable) => sat.value(variable));
    expect({ seed, model }).toEqual({ seed, model: true });
    yes += Number(found);
  }
  // the random clauses decide nothing if they all fall out alike
  expect(Math.min(yes, 600 - yes)).toBeGreaterThan(100);
});

test("one problem asked under many assumptions: an answer of no holds for its assumptions alone", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = newRandom(seed);
    const count = 8;
    const clauses = randomClauses(random, count).slice(0, 22);
    const sat = satOf(count, clauses);
    for (let round = 0; round < 20; round += 1) {
      const assumed = Array.from(
        { length: Math.floor(random() * 5) },
        () => (1 + Math.floor(random() * count)) * (random() < 0.5 ? 1 : -1),
      );
      const all = [...clauses, ...assumed.map((literal) => [literal])];
      const found = sat.solve(assumed, () => []);
      expect({ seed, round, found }).toEqual({ seed, round, found: isSatisfiable(count, all) });
      expect(!found || satisfies(all, (variable) => sat.value(variable))).toBe(true);
    }
  }
});

test("a theory that refuses assignments: what it wants is kept, and the model satisfies it", () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const random = newRandom(seed);
    const count = 7;
    const clauses = randomClauses(random, count).slice(0, 14);
    const theory = randomClauses(random, count).slice(0, 14);
    const sat = satOf(count, clauses);
    const found = sat.solve([], () =>
      theory
        .filter((clause) => !satisfies([clause], (variable) => sat.current(variable)))
        .slice(0, 2)
        .map((clause) => [...clause]),
    );
    const all = [...clauses, ...theory];
    expect({ seed, found }).toEqual({ seed, found: isSatisfiable(count, all) });
    expect(!found || satisfies(all, (variable) => sat.value(variable))).toBe(true);
  }
});

test("a variable that is preferred false is true only where a clause wants it", () => {
  const sat = satOf(3, [
    [1, 2],
    [-2, 3],
  ]);
  sat.preferFalse(2);
  expect(sat.solve([], () => [])).toBe(true);
  expect([1, 2].map((variable) => sat.value(variable))).toEqual([true, false]);
  expect(sat.solve([-1], () => [])).toBe(true);
  expect([2, 3].map((variable) => sat.value(variable))).toEqual([true, true]);
});

test("the search ends when the clock says so", () => {
  let ticks = 0;
  const sat = new Sat(() => {
    ticks += 1;
    if (ticks > 3) throw new Error("time is up");
  });
  for (let variable = 0; variable < 20; variable += 1) sat.newVariable();
  expect(() => sat.solve([], () => [])).toThrow("time is up");
});
