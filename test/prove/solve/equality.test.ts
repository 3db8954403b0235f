import { expect, test } from "vitest";
import type { Term } from "../../../src/prove/logic/formula.ts";
import { Logic } from "../../../src/prove/logic/logic.ts";
import { SORT } from "../../../src/prove/logic/sort.ts";
import { checkEquality, type EqualityFact } from "../../../src/prove/solve/equality.ts";
import { newRandom } from "../random-query.ts";

/** The class of each term under the equations that hold: classes are merged one equation at a time, and every member renamed. */
function closureOf(facts: readonly EqualityFact[]): Map<Term, number> {
  const classes = new Map<Term, number>();
  for (const { left, right } of facts)
    for (const term of [left, right]) if (!classes.has(term)) classes.set(term, classes.size);
  for (const { left, right, literal } of facts) {
    const [from, to] = [classes.get(left), classes.get(right)];
    if (literal > 0 && to !== undefined) for (const [term, id] of classes) if (id === from) classes.set(term, to);
  }
  return classes;
}

/** No two constants are equal, and nothing that is said to differ. */
function isConsistent(facts: readonly EqualityFact[]): boolean {
  const classes = closureOf(facts);
  const constants = [...classes.keys()].filter(({ kind }) => kind === "constant").map((term) => classes.get(term));
  return (
    new Set(constants).size === constants.length &&
    facts.every(({ left, right, literal }) => literal > 0 || classes.get(left) !== classes.get(right))
  );
}

function randomFacts(seed: number): EqualityFact[] {
  const random = newRandom(seed);
  const logic = new Logic();
  const terms = [
    ...Array.from({ length: 4 + Math.floor(random() * 4) }, (_, n) => logic.setting(`app.s${n}`)),
    ...Array.from({ length: 1 + Math.floor(random() * 3) }, (_, n) => logic.constant(SORT.text, `c${n}`)),
  ];
  const pick = (): Term => terms[Math.floor(random() * terms.length)] as Term; // there are terms
  const facts: EqualityFact[] = [];
  for (let variable = 1; variable <= 3 + random() * 8; variable += 1) {
    const [left, right] = [pick(), pick()];
    if (left !== right) facts.push({ left, right, literal: variable * (random() < 0.6 ? 1 : -1) });
  }
  return facts;
}

test("random equations, against the closure under merging", () => {
  let consistent = 0;
  for (let seed = 1; seed <= 1500; seed += 1) {
    const facts = randomFacts(seed);
    const { conflicts, classOf } = checkEquality(facts);
    const expected = isConsistent(facts);
    expect({ seed, consistent: conflicts.length === 0 }).toEqual({ seed, consistent: expected });
    consistent += Number(expected);
    const closure = [...closureOf(facts)];
    const wrong = closure.flatMap(([one, id]) =>
      closure.filter(([two, other]) => (classOf.get(one) === classOf.get(two)) !== (id === other)),
    );
    expect({ seed, wrong }).toEqual({ seed, wrong: [] });
  }
  expect(Math.min(consistent, 1500 - consistent)).toBeGreaterThan(300);
});

test("a conflict clause is false under the assignment, and its literals alone are inconsistent", () => {
  for (let seed = 1; seed <= 1500; seed += 1) {
    const facts = randomFacts(seed);
    for (const clause of checkEquality(facts).conflicts) {
      const blamed = facts.filter(({ literal }) => clause.includes(-literal));
      expect({ seed, blamed: blamed.length }).toEqual({ seed, blamed: new Set(clause).size });
      expect({ seed, consistent: isConsistent(blamed) }).toEqual({ seed, consistent: false });
    }
  }
});
