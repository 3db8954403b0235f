import { as, type Expr } from "../../pg/expr/node.ts";
import { call, typeText } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import type { Formula, Row, Term } from "../logic/formula.ts";
import { SORT } from "../logic/sort.ts";
import { opaqueRaises, type FunctionSymbol, type PredicateSymbol } from "../logic/symbol.ts";
import { hasQuantifier, visit } from "../logic/visit.ts";
import { reasonOf, type Unmodelled } from "../unmodelled.ts";
import { calledFunction, ownFunctions } from "./called.ts";
import { nullness, pick } from "./choice.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { PLACES } from "./opaque-facts.ts";
import { expressionKey } from "./opaque-key.ts";
import type { Program } from "./plpgsql.ts";
import { raising } from "./raising.ts";
import type { Value } from "./value.ts";

type Try = Extract<Program, { kind: "try" }>;

/** How the parts of a body are run that are not inside of the block. */
export interface Around {
  /** the call, and where it stands */
  node: Expr;
  caller: Frame;
  run(program: Program, within: Frame): Value | null;
  /** a value as the type that the function declares: that conversion comes after the block, and its errors with it */
  returned(value: Value): Value;
  /** the value of an assignment, as the type of its variable */
  assigned(program: Extract<Program, { kind: "let" }>): Expr;
  /** the variable with its value */
  bound(program: Extract<Program, { kind: "let" }>, within: Frame): Frame;
}

/**
 * `BEGIN … EXCEPTION WHEN … THEN … END` (manual, 43.6.8): the first error of the block ends it, and the handler runs with
 * the variables as they were then. Null where it is not sure which errors come: with AND, OR and IN, which may leave out
 * a part that raises, in queries, and where something is not modelled.
 */
export function runTry(outer: Encoder, block: Try, frame: Frame, around: Around): Value | null {
  const { logic, values } = outer;
  const { encoder, isSure } = outer.watched();
  const choose = (branches: readonly { when: Formula; value: Value | null }[]): Value | null => {
    const reached = branches.filter(({ when }) => when !== logic.false);
    const known = reached.flatMap(({ when, value }) => (value ? [{ when, value }] : []));
    if (known.length < reached.length) return null;
    return pick(
      outer,
      around.node,
      around.caller,
      known.map(({ when, value }) => ({
        when: values.condition(logic.false, when, logic.not(when)),
        value,
        guard: null,
      })),
    );
  };
  const after = (within: Frame): Frame => ({ ...within, caught: frame.caught ?? false });
  const handled = (expr: Expr, raises: Formula, within: Frame): Value | null => {
    if (raises === logic.false) return null;
    const value = around.run(block.handler, after(within));
    if (!value || block.catches === "any error" || catchesCast(encoder, block.conditions, expr, within)) return value;
    return raising(outer, value, maybePasses(outer, block, { expr, raises, within }));
  };
  const inside = (expr: Expr, within: Frame): Value | null => {
    const value = encoder.expression(expr, within);
    return isKnown(encoder, value) && !raisesWhenParsed(encoder, expr, within) ? value : null;
  };
  const run = (program: Program, within: Frame): Value | null => {
    switch (program.kind) {
      case "return": {
        const value = inside(program.expr, within);
        if (!value) return null;
        const { raises } = nullness(outer, value);
        return choose([
          { when: raises, value: handled(program.expr, raises, within) },
          { when: logic.not(raises), value: around.returned(settled(outer, value)) },
        ]);
      }
      case "let": {
        const value = inside(around.assigned(program), within);
        if (!value) return null;
        const { raises } = nullness(outer, value);
        return choose([
          { when: raises, value: handled(around.assigned(program), raises, within) },
          { when: logic.not(raises), value: run(program.next, around.bound(program, within)) },
        ]);
      }
      case "if": {
        let reached = logic.true;
        const branches: { when: Formula; value: Value | null }[] = [];
        for (const { when, result } of program.branches) {
          const value = inside(when, within);
          if (!value) return null;
          const { raises, isTrue } = encoder.toCondition(value);
          const [fails, holds] = [logic.and(reached, raises), logic.and(reached, logic.not(raises), isTrue)];
          branches.push(
            { when: fails, value: handled(when, raises, within) },
            { when: holds, value: run(result, within) },
          );
          reached = logic.and(reached, logic.not(raises), logic.not(isTrue));
        }
        return choose([...branches, { when: reached, value: run(program.otherwise, within) }]);
      }
      case "leave":
        return around.run(program.next, after(within));
      case "try":
        return null;
    }
  };
  const value = run(block.body, { ...frame, caught: true });
  return isSure() ? value : null;
}

/** The value where it raises nothing. */
function settled({ logic }: Encoder, value: Value): Value {
  return value.kind === "literal" || value.kind === "lookup" ? value : { ...value, raises: logic.false };
}

/** Literals of a wrong form raise when the statement is parsed, whether it comes to them or not. */
function raisesWhenParsed(encoder: Encoder, expr: Expr, within: Frame): boolean {
  let found = false;
  walk(expr, (node) => {
    if (!as("TypeCast", node) && !as("A_Expr", node) && !as("FuncCall", node)) return;
    if (nullness(encoder, encoder.expression(node, within)).raises === encoder.logic.true) found = true;
  });
  return found;
}

/** No query, and nothing that is not understood, which may raise as well. */
function isKnown(encoder: Encoder, value: Value): boolean {
  if (value.kind === "literal") return true;
  if (value.kind === "opaque" || value.kind === "lookup") return false;
  const [formulas, terms] = partsOf(value);
  if (formulas.some(hasQuantifier)) return false;
  let known = true;
  const symbol = (of: FunctionSymbol | PredicateSymbol): void => {
    if (of.kind.startsWith("opaque")) known = false;
  };
  visit(
    [...formulas, ...terms.map((term) => mention(encoder, term))],
    (at) => at.kind === "predicate" && symbol(at.symbol),
    (at) => at.kind === "apply" && symbol(at.symbol),
  );
  return known;
}

/** A formula that speaks of the term, whatever that is. */
const mention = ({ logic }: Encoder, term: Term): Formula =>
  logic.predicate({ kind: "near", key: "near" }, null, [term]);

function partsOf(value: Exclude<Value, { kind: "literal" | "lookup" | "opaque" }>): [Formula[], Term[]] {
  switch (value.kind) {
    case "condition":
      return [[value.raises, value.isTrue, value.isFalse], []];
    case "scalar":
      return [
        [value.raises, value.isNull, ...value.cases.map(({ when }) => when)],
        value.cases.map(({ term }) => term),
      ];
    case "json":
      return [
        [value.raises, value.isNull, ...value.cases.map(({ when }) => when)],
        value.cases.map(({ document }) => document),
      ];
    case "array":
      return arrayParts(value);
  }
}

function arrayParts(value: Extract<Value, { kind: "array" }>): [Formula[], Term[]] {
  const formulas = [value.raises, value.isNull];
  const terms: Term[] = [];
  for (const { when, items } of value.cases) {
    formulas.push(when);
    if (!Array.isArray(items)) terms.push(items as Term);
    else
      for (const item of items as readonly Value[]) {
        if (item.kind === "literal" || item.kind === "lookup" || item.kind === "opaque") continue;
        const [of, about] = partsOf(item);
        formulas.push(...of);
        terms.push(...about);
      }
  }
  return [formulas, terms];
}

/** Names of 22P02, and of its category (manual, appendix A). */
const OF_INPUT = new Set(["invalid_text_representation", "data_exception"]);

/** A cast of what raises nothing, by an input function whose only error is 22P02: of a uuid, a boolean or an enum. */
function catchesCast(encoder: Encoder, conditions: readonly string[], expr: Expr, within: Frame): boolean {
  if (!conditions.some((condition) => OF_INPUT.has(condition))) return false;
  const cast = as("TypeCast", expr);
  const type = typeText(cast?.typeName);
  const inner = as("TypeCast", cast?.arg);
  // RETURN and an assignment cast once more to the type that it has
  if (inner && typeText(inner.typeName) === type) return catchesCast(encoder, conditions, { TypeCast: inner }, within);
  const model = encoder.side.types(type);
  const isOne = model.kind === "boolean" || (model.kind === "scalar" && /^(uuid|enum)$/.test(model.type.kind));
  const { raises } = nullness(encoder, encoder.expression(cast?.arg, within));
  return cast !== null && isOne && !encoder.side.isDomain(type) && raises === encoder.logic.false;
}

/** The error is none of those that the handler names: the same for the same expression over the same, and not known. */
function maybePasses(
  encoder: Encoder,
  { conditions }: Try,
  { expr, raises, within }: { expr: Expr; raises: Formula; within: Frame },
): Formula {
  const { logic, opaques, side } = encoder;
  // which of several errors is the first hangs on the expression, and on the bodies of what it calls
  const calls = some(expr, (node) => {
    const made = call(node);
    return made !== null && ownFunctions(side, within, calledFunction(made.name)).length > 0;
  });
  const text = JSON.stringify(expr, (name, value: unknown) => (PLACES.has(name) ? undefined : value));
  const key = expressionKey(["not caught", conditions, raises.id, text, calls ? encoder.name : null]);
  const why: Unmodelled = { kind: "construct", construct: "exception block" };
  if (!opaques.has(key)) opaques.set(key, { why, reason: reasonOf(why, { expression: null, at: null }), settings: [] });
  const rows = new Set<Row>();
  visit(
    [raises],
    (at) => void (at.kind === "predicate" && at.row && rows.add(at.row)),
    (at) => void (at.kind === "column" && rows.add(at.row)),
  );
  const of = [...rows].toSorted((a, b) => a.id - b.id).map((row) => logic.column(SORT.row, row, "*"));
  return logic.predicate(opaqueRaises(key), null, of);
}
