import { as, type Expr } from "../../pg/expr/node.ts";
import { bareTarget, call, nameParts } from "../../pg/expr/shape.ts";
import type { Formula } from "../logic/formula.ts";
import { SORT } from "../logic/sort.ts";
import { jsonIs, jsonItems } from "../logic/symbol.ts";
import { construct, type Unmodelled } from "../unmodelled.ts";
import { setFunctionQuery } from "./inline.ts";
import { builtInName, namedOperator, calledFunction, isAmbiguous } from "./called.ts";
import { convert } from "./cast.ts";
import { aggregateOf, asksForRow, overRows } from "./aggregate.ts";
import { encodeComparison } from "./compare.ts";
import { nullness } from "./choice.ts";
import type { Encoder } from "./context.ts";
import { over, raisesOver } from "./lookup.ts";
import type { Frame, Select } from "./frame.ts";
import { findRows, type Found } from "./from.ts";
import { lookUp, onlyTarget } from "./one-row.ts";
import { outerJoinArms } from "./outer-join.ts";
import type { Condition, Value } from "./value.ts";

/** EXISTS, IN, = ANY, <> ALL over a query, and look-ups of one row; anything else is opaque. */
export function encodeSubLink(encoder: Encoder, node: Expr, frame: Frame): Value {
  const link = as("SubLink", node);
  const not = (why: Unmodelled): Value => encoder.opaque(node, frame, why);
  const select = as("SelectStmt", link?.subselect);
  if (!link || !select) return not(construct("sub-query"));
  switch (link.subLinkType) {
    case "EXISTS_SUBLINK": {
      const arms = unionOf(select) ?? outerJoinArms(encoder, select, frame);
      if (arms) {
        const each = arms.map((arm) => encodeSubLink(encoder, withQuery(link, arm), frame));
        if (each.every((one): one is Condition => one.kind === "condition")) return encoder.values.or(each);
        return not(whyNot(encoder, select, frame));
      }
      const found = findRows(encoder, select, frame, "exists");
      if (found.kind === "not modelled") return not(found.why);
      return exists(encoder, found, found.holds);
    }
    case "ANY_SUBLINK":
    case "ALL_SUBLINK": {
      const named = link.operName ? nameParts(link.operName) : ["="];
      const left = operandsOf(encoder, link.testexpr, frame);
      const operator = namedOperator(encoder.side, frame, named, () => left);
      if (operator === null) return not(construct("operator"));
      const quantified = encodeQuantified(
        encoder,
        {
          left,
          operator,
          quantifier: link.subLinkType === "ANY_SUBLINK" ? "ANY" : "ALL",
          subselect: link.subselect,
        },
        frame,
      );
      return quantified ?? not(whyNot(encoder, select, frame));
    }
    case "EXPR_SUBLINK":
      return (
        aggregated(encoder, select, frame) ?? lookUp(encoder, select, frame) ?? not(whyNot(encoder, select, frame))
      );
    case "ARRAY_SUBLINK":
      return arrayOfClaim(encoder, select, frame) ?? not(construct("array query"));
    default:
      return not(construct("sub-query"));
  }
}

const whyNot = (encoder: Encoder, select: Select, frame: Frame): Unmodelled => {
  const found = findRows(encoder, select, frame, "values");
  return found.kind === "not modelled" ? found.why : construct("several rows");
};

/** The queries of a UNION, with duplicates or without: whether a row is there does not depend on them. */
function unionOf(select: Select): Select[] | null {
  const { op, larg, rarg } = select;
  if (op !== "SETOP_UNION" || !larg || !rarg) return null;
  const isPlain = Object.keys(select).every((key) => ["op", "all", "larg", "rarg", "limitOption"].includes(key));
  return isPlain ? [larg, rarg] : null;
}

const withQuery = (link: NonNullable<ReturnType<typeof as<"SubLink">>>, select: Select): Expr => ({
  SubLink: { ...link, subselect: { SelectStmt: select } },
});

/** The left side of IN: of a row, all of its values. */
const operandsOf = (encoder: Encoder, node: Expr | undefined, frame: Frame): readonly Value[] =>
  (as("RowExpr", node)?.args ?? [node]).map((one) => encoder.expression(one, frame));

/** `(SELECT bool_or(x) FROM …)`. */
function aggregated(encoder: Encoder, select: Select, frame: Frame): Value | null {
  const aggregate = aggregateOf(encoder, select, frame);
  if (!aggregate?.arg || aggregate.name === "count") return null;
  const found = findRows(encoder, aggregate.rows, frame, "values");
  if (found.kind === "not modelled") return null;
  return overRows(encoder, aggregate.name, found, encoder.condition(aggregate.arg, found.frame));
}

/** `(SELECT count(…) FROM …) > 0` and the like, as EXISTS; null for any other comparison. */
export function encodeCount(
  encoder: Encoder,
  { operator, query, bound }: { operator: string; query: Expr; bound: number },
  frame: Frame,
): Condition | null {
  const link = as("SubLink", query);
  const select = as("SelectStmt", link?.subselect);
  const asked = asksForRow(operator, bound);
  if (link?.subLinkType !== "EXPR_SUBLINK" || !select || asked === null) return null;
  const aggregate = aggregateOf(encoder, select, frame);
  if (aggregate?.name !== "count") return null;
  const found = findRows(encoder, aggregate.rows, frame, "values");
  if (found.kind === "not modelled") return null;
  const { logic, values } = encoder;
  let { holds } = found;
  if (aggregate.arg) {
    const { raises, isNull } = nullness(encoder, encoder.expression(aggregate.arg, found.frame));
    const there = values.condition(raises, logic.and(logic.not(raises), logic.not(isNull)), isNull);
    holds = values.and([holds, there]);
  }
  const some = exists(encoder, found, holds);
  return asked === "some" ? some : values.not(some);
}

interface QuantifiedComparison {
  /** several: of a row */
  left: readonly Value[];
  operator: string;
  quantifier: "ANY" | "ALL";
  subselect: Expr | undefined;
  /** the type that what the query gives is turned into */
  element?: string | null;
}

/**
 * `left op ANY (query)` and `left op ALL (query)`: NULL where no row decides it and some comparison is NULL. Null: not
 * modelled.
 */
export function encodeQuantified(
  encoder: Encoder,
  { left, operator, quantifier, subselect, element = null }: QuantifiedComparison,
  frame: Frame,
): Condition | null {
  const { logic, values } = encoder;
  const given = as("SelectStmt", subselect);
  if (!given) return null;
  const arms = unionOf(given) ?? outerJoinArms(encoder, given, frame);
  if (arms) {
    const each = arms.map((arm) =>
      encodeQuantified(encoder, { left, operator, quantifier, subselect: { SelectStmt: arm }, element }, frame),
    );
    if (!each.every((one) => one !== null)) return null;
    return quantifier === "ANY" ? values.or(each) : values.and(each);
  }
  // SELECT f() of a set-returning function ranges over what its query finds
  const called = given.fromClause ? null : setFunctionQuery(encoder, onlyTarget(given), frame);
  const select = called?.select ?? given;
  const around = called?.frame ?? frame;
  const found = findRows(encoder, select, { ...around, depth: depthBelow(left, around) }, "values");
  if (found.kind === "not modelled") return null;
  const targets = (select.targetList ?? []).map((target) => as("ResTarget", target)?.val ?? null);
  if (targets.length !== left.length || (left.length > 1 && operator !== "=" && operator !== "<>")) return null;
  const parts = targets.map((target, index) => {
    const selected = target && encoder.expression(target, found.frame);
    const type = called?.type ?? element;
    const right = selected && type !== null ? convert(encoder, selected, type) : selected;
    const operand = left[index];
    return right && operand ? encodeComparison(encoder, operator, operand, right) : null;
  });
  if (!parts.every((part) => part !== null)) return null;
  // rows are equal where all of their values are (manual, 9.25.5)
  const compared = operator === "<>" ? values.or(parts) : values.and(parts);
  const { holds } = found;
  const raises = raisesOver(encoder, found.rows, holds, compared.raises);
  const settled = logic.not(raises);
  const some = (formula: Formula): Formula => over(encoder, found.rows, logic.and(holds.isTrue, formula));
  return quantifier === "ANY"
    ? values.condition(raises, some(compared.isTrue), logic.and(settled, logic.not(some(logic.not(compared.isFalse)))))
    : values.condition(raises, logic.and(settled, logic.not(some(logic.not(compared.isTrue)))), some(compared.isFalse));
}

/** The depth at which the rows of a sub-query are none of those that look-ups beside it range over. */
const depthBelow = (left: readonly Value[], { depth }: Frame): number =>
  Math.max(depth, ...left.flatMap((one) => (one.kind === "lookup" ? one.rows.map(({ index }) => index + 1) : [])));

function exists(encoder: Encoder, found: Found, holds: Condition): Condition {
  const { logic, values } = encoder;
  const raises = raisesOver(encoder, found.rows, holds);
  // a row that decides it may be met before one that raises
  const settled = logic.not(raises);
  const some = over(encoder, found.rows, holds.isTrue);
  return values.condition(raises, some, logic.and(settled, logic.not(some)));
}

/**
 * `ARRAY(SELECT jsonb_array_elements_text(claim))`: what a list in the token becomes. Without the claim it is empty,
 * not NULL.
 */
function arrayOfClaim(encoder: Encoder, select: Select, frame: Frame): Value | null {
  const { logic } = encoder;
  const made = call(bareTarget(select) ?? undefined);
  const called = made && calledFunction(made.name);
  if (!called || isAmbiguous(encoder.side, frame, called)) return null;
  if (!/^jsonb?_array_elements_text$/.test(builtInName(called) ?? "")) return null;
  const value = encoder.expression(made.args[0], frame);
  if (value.kind !== "json") return null;
  const list = value.cases.map(({ when, document, path }) => ({
    when,
    isArray: logic.predicate(jsonIs("array", path), null, [document]),
    items: logic.apply(jsonItems(path), [document]),
  }));
  const raises = logic.or(value.raises, ...list.map(({ when, isArray }) => logic.and(when, logic.not(isArray))));
  return {
    kind: "array",
    element: SORT.text,
    raises,
    isNull: logic.false,
    cases: [
      ...list.map(({ when, items }) => ({ when, items })),
      { when: logic.and(logic.not(value.raises), value.isNull), items: [] },
    ],
  };
}
