import { newAutomaton, type Automaton } from "../../logic/automaton.ts";
import type { Formula, Term } from "../../logic/formula.ts";
import { findText } from "../../logic/language-search.ts";
import { parseRegex } from "../../logic/pattern.ts";
import { INTEGERS, TYPE, type ScalarType } from "../../logic/sort.ts";
import { fold, output, readable } from "../../logic/symbol.ts";
import { atomsOf, termsOf, type AxiomContext } from "./context.ts";
import type { Test } from "./folded-language.ts";

/** No text of another shape is printed by an output function, read by an input function, or given by lower or upper. */
export function shapeAxioms(context: AxiomContext, tests: readonly Test[]): void {
  const exact = tests.filter(({ language }) => !language.ignoresCase);
  if (exact.length === 0) return;
  for (const { text, where, shape } of shapesOf(context))
    for (const test of exact) {
      const [tested] = test.predicate.args;
      if (tested && context.vocabulary.mayBeEqual(text, tested)) tell(context, { text, where, shape }, test, tested);
    }
}

interface Shaped {
  text: Term;
  /** where this holds, the text is of the shape */
  where: Formula;
  shape: Shape;
}

function* shapesOf(context: AxiomContext): Generator<Shaped> {
  const { logic } = context;
  for (const to of ["lower", "upper"] as const)
    for (const text of termsOf(context, fold(to))) yield { text, where: logic.true, shape: FOLDED[to] };
  for (const { type, printed, read } of SHAPES) {
    for (const text of termsOf(context, output(type))) yield { text, where: logic.true, shape: printed };
    for (const where of atomsOf(context, readable(type))) {
      const [text] = where.args;
      if (text) yield { text, where, shape: read };
    }
  }
}

function tell({ logic, once }: AxiomContext, { text, where, shape }: Shaped, test: Test, tested: Term): void {
  const { predicate, language } = test;
  once(`shape ${text.id} ${where.id} ${predicate.id}`, () => {
    const isNever = (accepted: boolean): boolean =>
      findText([
        { automaton: shape(), accepted: true },
        { automaton: language.automaton, accepted },
      ]) === null;
    const told = [...(isNever(false) ? [predicate] : []), ...(isNever(true) ? [logic.not(predicate)] : [])];
    if (told.length === 0) return logic.true;
    return logic.or(logic.not(where), logic.not(logic.equal(text, tested)), logic.and(...told));
  });
}

type Shape = () => Automaton;

/** Every text of the kind is among the texts of the pattern. */
function shapeOf(pattern: string, ignoresCase = false): Shape {
  let made: Automaton | null = null;
  return () => {
    const parsed = parseRegex(`^${pattern}$`);
    if (!parsed) throw new Error(`the pattern ${pattern} is not read`);
    made ??= newAutomaton(parsed, ignoresCase);
    return made;
  };
}

/** Nothing has a capital after lower, nothing a small letter after upper. */
const FOLDED = { lower: shapeOf("[^A-Z]*"), upper: shapeOf("[^a-z]*") };

/** More than what is trimmed from a number or a word. */
const AROUND = "[^0-9A-Za-z]*";

interface TypeShapes {
  type: ScalarType;
  /** as the output function prints it, and all that the input function reads, in any version */
  printed: Shape;
  read: Shape;
}

const SHAPES: readonly TypeShapes[] = [
  {
    type: TYPE.uuid,
    printed: shapeOf("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    read: shapeOf("[{]?[0-9a-fA-F-]{32,39}[}]?"),
  },
  ...INTEGERS.map((type) => ({
    type,
    printed: shapeOf("[-]?[0-9]{1,19}"),
    read: shapeOf(`${AROUND}[0-9][0-9a-fA-FxXoO_]*${AROUND}`),
  })),
  {
    type: TYPE.boolean,
    printed: shapeOf("(true|false)"),
    read: shapeOf(`${AROUND}(t|tr|tru|true|f|fa|fal|fals|false|y|ye|yes|n|no|on|of|off|1|0)${AROUND}`, true),
  },
];
