import { arrayText } from "../../../pg/array-text.ts";
import type { Formula, Term } from "../../logic/formula.ts";
import type { FunctionSymbol } from "../../logic/symbol.ts";
import type { Model } from "../../solve/model.ts";
import type { ValuationInput } from "../assignment.ts";
import type { Valuation } from "../valuation.ts";
import { evaluate, type Truth } from "./evaluate.ts";
import { movesOf } from "./moves.ts";
import { search, type Given } from "./search.ts";
import { termsWith } from "./terms.ts";

/** Parts of formulas that are evaluated in all: each change that is tried evaluates every part. */
const MOST_EVALUATED = 600_000;

/**
 * Values that make true what was asked. Those that the model led to may not: it knows less of texts than PostgreSQL
 * does. Then values are changed, as long as more of the question comes true; they stay as they are where that leads
 * nowhere.
 */
export function repaired(input: ValuationInput, base: Valuation): Valuation {
  if (!mayFail(input.model)) return base;
  const parts = input.model.asked.flatMap((formula) => (formula.kind === "and" ? formula.args : [formula]));
  const spoken = new Set<Term>();
  const given: Given = { texts: new Map(), lists: new Map() };
  let evaluated = 0;
  const failures = (values: Given, hear?: (term: Term) => void): number => {
    const terms = termsWith(input, base, values, hear);
    const known = new Map<Formula, Truth>();
    const failed = parts.filter((part) => evaluate(input, terms, part, known) === false).length;
    evaluated += known.size;
    return failed;
  };
  const failing = failures(given, (term) => spoken.add(term));
  if (failing === 0) return base;
  const goOn = (): boolean => evaluated < MOST_EVALUATED;
  const found = search(movesOf(input, base, spoken), { given, failing, failures, goOn });
  return found ? overridden(base, found) : base;
}

/** Folded, split and matched texts: what else there is of values the model knows. */
function mayFail({ terms, predicates }: Model): boolean {
  for (const term of terms) if (term.kind === "apply" && FUNCTIONS.has(term.symbol.kind)) return true;
  for (const { symbol } of predicates) if (symbol.kind === "text operator") return true;
  return false;
}

const FUNCTIONS: ReadonlySet<FunctionSymbol["kind"]> = new Set(["fold", "split", "part"]);

const overridden = (base: Valuation, { texts, lists }: Given): Valuation => ({
  print: (term) => {
    const list = lists.get(term);
    return list ? arrayText(list) : (texts.get(term) ?? base.print(term));
  },
  members: (term) => [...(lists.get(term) ?? base.members(term))],
});
