import type { Formula, Term } from "../../logic/formula.ts";
import { isOrdered } from "../../logic/sort.ts";
import type { AxiomContext } from "./context.ts";

/** The same arguments give the same value. */
export function congruence(context: AxiomContext): void {
  const { logic, applies, predicates, once } = context;
  for (const list of applies.values())
    pairs(list, (a, b) => {
      if (!argumentsMayBeEqual(context, a.args, b.args)) return;
      once(`same ${a.id} ${b.id}`, () => logic.or(...differ(context, a.args, b.args), logic.equal(a, b)));
    });
  for (const list of predicates.values())
    pairs(list, (a, b) => {
      if (a.row !== b.row || !argumentsMayBeEqual(context, a.args, b.args)) return;
      once(`same ${a.id} ${b.id}`, () => logic.or(...differ(context, a.args, b.args), logic.iff(a, b)));
    });
}

const differ = ({ logic }: AxiomContext, left: readonly Term[], right: readonly Term[]): Formula[] =>
  left.flatMap((term, index) => {
    const other = right[index];
    return other && other !== term ? [logic.not(logic.equal(term, other))] : [];
  });

const argumentsMayBeEqual = ({ vocabulary }: AxiomContext, left: readonly Term[], right: readonly Term[]): boolean =>
  left.length === right.length &&
  left.every((term, index) => {
    const other = right[index];
    return (
      other !== undefined &&
      (other === term || (term.sort === other.sort && (isOrdered(term.sort) || vocabulary.mayBeEqual(term, other))))
    );
  });

function pairs<T>(list: readonly T[], visit: (a: T, b: T) => void): void {
  for (let one = 0; one < list.length; one += 1)
    for (let two = one + 1; two < list.length; two += 1) visit(list[one] as T, list[two] as T); // both below the length
}
