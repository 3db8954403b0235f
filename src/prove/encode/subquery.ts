import { as, type Expr } from "../../pg/expr/node.ts";
import { bareTarget, binary, call, conjuncts, nameParts } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { identForReading } from "../../pg/identifier.ts";
import type { Relation } from "../../pg/catalog.ts";
import { nameKey } from "../../pg/name.ts";
import type { BoundRow, Formula } from "../logic/formula.ts";
import { SORT } from "../logic/sort.ts";
import { jsonIs, jsonItems } from "../logic/symbol.ts";
import { construct, type Unmodelled } from "../unmodelled.ts";
import { setFunctionQuery } from "./inline.ts";
import { builtInName, builtInOperator, calledFunction, isAmbiguous, mayUseAll } from "./called.ts";
import { convert } from "./cast.ts";
import { keepsRows, otherRows } from "./row-count.ts";
import { aggregateOf, asksForRow, overRows } from "./aggregate.ts";
import { encodeComparison } from "./compare.ts";
import { addPlanned, nullness } from "./choice.ts";
import type { Encoder } from "./context.ts";
import { lifted, over, raisesOver } from "./lookup.ts";
import { outerJoinArms, rejectsNulls } from "./outer-join.ts";
import { findRelation, resolve, type Frame, type Source } from "./frame.ts";
import { rowAccess } from "./policies.ts";
import type { Condition, Value } from "./value.ts";

type Select = NonNullable<ReturnType<typeof as<"SelectStmt">>>;

interface FromItem extends Source {
  row: BoundRow;
}

/** Rows that a query finds: bound rows, and the condition that they satisfy together. */
interface Found {
  kind: "rows";
  rows: readonly BoundRow[];
  /** policies of each relation, ON and WHERE */
  holds: Condition;
  frame: Frame;
}

/** The reason why a query is not modelled. */
interface NotFound {
  kind: "not modelled";
  why: Unmodelled;
}

const notFound = (name: Parameters<typeof construct>[0]): NotFound => ({ kind: "not modelled", why: construct(name) });

// Row indexes are bits of a number.
const DEEPEST = 28;

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
      const operator = builtInOperator(encoder.side, frame, named);
      if (operator === null) return not(construct("operator"));
      const quantified = encodeQuantified(
        encoder,
        {
          left: operandsOf(encoder, link.testexpr, frame),
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
}

/**
 * `left op ANY (query)` and `left op ALL (query)`: NULL where no row decides it and some comparison is NULL. Null: not
 * modelled.
 */
export function encodeQuantified(
  encoder: Encoder,
  { left, operator, quantifier, subselect }: QuantifiedComparison,
  frame: Frame,
): Condition | null {
  const { logic, values } = encoder;
  const given = as("SelectStmt", subselect);
  if (!given) return null;
  const arms = unionOf(given) ?? outerJoinArms(encoder, given, frame);
  if (arms) {
    const each = arms.map((arm) =>
      encodeQuantified(encoder, { left, operator, quantifier, subselect: { SelectStmt: arm } }, frame),
    );
    if (!each.every((one) => one !== null)) return null;
    return quantifier === "ANY" ? values.or(each) : values.and(each);
  }
  // SELECT f() of a set-returning function ranges over what its query finds
  const called = given.fromClause ? null : setFunctionQuery(encoder, onlyTarget(given), frame);
  const select = called?.select ?? given;
  const found = findRows(encoder, select, called?.frame ?? frame, "values");
  if (found.kind === "not modelled") return null;
  const targets = (select.targetList ?? []).map((target) => as("ResTarget", target)?.val ?? null);
  if (targets.length !== left.length || (left.length > 1 && operator !== "=" && operator !== "<>")) return null;
  const parts = targets.map((target, index) => {
    const selected = target && encoder.expression(target, found.frame);
    const right = selected && called ? convert(encoder, selected, called.type) : selected;
    const operand = left[index];
    return right && operand ? encodeComparison(encoder, operator, operand, right) : null;
  });
  if (!parts.every((part) => part !== null)) return null;
  // rows are equal where all of their values are (manual, 9.25.5)
  const compared = operator === "<>" ? values.or(parts) : values.and(parts);
  const { holds } = found;
  const raises = raisesOver(encoder, found.rows, logic.or(holds.raises, compared.raises));
  const settled = logic.not(raises);
  const some = (formula: Formula): Formula => over(encoder, found.rows, logic.and(holds.isTrue, formula));
  return quantifier === "ANY"
    ? values.condition(raises, some(compared.isTrue), logic.and(settled, logic.not(some(logic.not(compared.isFalse)))))
    : values.condition(raises, logic.and(settled, logic.not(some(logic.not(compared.isTrue)))), some(compared.isFalse));
}

/** A query that gives one value: its WHERE pins a unique key, or every row gives the same. */
function lookUp(encoder: Encoder, select: Select, frame: Frame): Value | null {
  const target = onlyTarget(select);
  const found = findRows(encoder, select, frame, "one");
  if (!target || found.kind === "not modelled") return null;
  const value = encoder.expression(target, found.frame);
  if (!pinsOneRow(encoder, select, found.frame)) return null;
  return lifted(encoder, found.rows, found.holds, value);
}

function pinsOneRow(encoder: Encoder, select: Select, frame: Frame): boolean {
  const [scope] = frame.scopes;
  const [source] = scope ?? [];
  if (!source || scope?.length !== 1 || !select.whereClause) return false;
  const pinned = new Set<string>();
  for (const part of conjuncts(select.whereClause)) {
    const equal = binary(part, "=");
    const named = nameParts(as("A_Expr", part)?.name);
    if (!equal || builtInOperator(encoder.side, frame, named) === null) continue;
    for (const [column, other] of [
      [equal.left, equal.right],
      [equal.right, equal.left],
    ] as const) {
      const found = resolve(column, frame);
      if (found?.kind === "column" && found.source === source && !speaksOf(other, source, frame))
        pinned.add(found.column.name);
    }
  }
  return source.relation.uniqueKeys.some((key) => key.every((column) => pinned.has(column)));
}

const speaksOf = (node: Expr, source: Source, frame: Frame): boolean =>
  some(node, (inner) => {
    if (
      as("SubLink", inner)?.subselect &&
      some(as("SubLink", inner)?.subselect, (deep) => as("RangeVar", deep) !== null)
    )
      return true;
    const named = as("ColumnRef", inner) ? resolve(inner, frame) : null;
    return named?.kind === "column" && named.source === source;
  });

function exists(encoder: Encoder, found: Found, holds: Condition): Condition {
  const { logic, values } = encoder;
  const raises = raisesOver(encoder, found.rows, holds.raises);
  // a row that decides it may be met before one that raises
  const settled = logic.not(raises);
  const some = over(encoder, found.rows, holds.isTrue);
  return values.condition(raises, some, logic.and(settled, logic.not(some)));
}

/** The clauses of a query that are modelled, or are reported by name when they are not. */
const CLAUSES = new Set(
  (
    "op targetList fromClause whereClause sortClause limitOption limitCount limitOffset distinctClause groupClause " +
    "havingClause withClause groupDistinct all"
  ).split(" "),
);

/** The rows of a query, or why they are not modelled. */
function findRows(encoder: Encoder, select: Select, frame: Frame, use: "exists" | "values" | "one"): Found | NotFound {
  encoder.subQueries.count += 1;
  // which errors come hangs on the rows that the executor comes to
  if (frame.caught) return notFound("exception block");
  if (select.op !== "SETOP_NONE") return notFound("set operation");
  if (!Object.keys(select).every((clause) => CLAUSES.has(clause))) return notFound("clause");
  if (select.withClause) return notFound("with");
  if (select.groupClause || select.havingClause) return notFound("group by");
  if (select.limitOffset || select.distinctClause?.some((item) => Object.keys(item).length > 0))
    return notFound("offset");
  // LIMIT takes nothing away from a question that one row answers
  if (select.limitCount && !(use !== "values" && (as("A_Const", select.limitCount)?.ival?.ival ?? 0) > 0))
    return notFound("limit");
  const parts = [select.targetList, select.sortClause];
  if (!keepsRows(encoder, parts, frame)) return notFound(otherRows(parts));
  const sources: FromItem[] = [];
  const conditions: Expr[] = [];
  for (const item of select.fromClause ?? []) {
    const why = addSource({ encoder, frame, where: select.whereClause, sources, conditions }, item);
    if (why !== null) return { kind: "not modelled", why };
  }
  if (frame.depth + sources.length > DEEPEST) return notFound("depth");
  const inner: Frame = {
    ...frame,
    scopes: [sources, ...frame.scopes],
    depth: frame.depth + sources.length,
    operand: false,
  };
  if (sources.some(({ relation }) => hasColumnPrivileges(encoder, relation, frame)))
    return notFound("column privileges");
  const access = sources.map(({ relation, row }) =>
    rowAccess(encoder, { relation, component: "SELECT", row, frame: inner }),
  );
  const where = [...conditions, ...(select.whereClause ? [select.whereClause] : [])].map((node) =>
    encoder.condition(node, inner),
  );
  const holds = encoder.values.and([...access, ...where]);
  // to estimate how many rows there are, the planner evaluates what is STABLE; a function's query is planned when it is
  // called
  if (sources.length > 0 && frame.calls.length === 0) addPlanned(encoder, holds.raises);
  return { kind: "rows", rows: sources.map(({ row }) => row), holds, frame: inner };
}

/** The role may read some columns alone: which ones the query reads is not followed. */
const hasColumnPrivileges = ({ side }: Encoder, relation: Relation, frame: Frame): boolean =>
  side.hasPrivilege(relation, "SELECT", frame.role) && !side.mayReadAll(relation, frame.role);

/** FROM of a query while it is read. */
interface From {
  encoder: Encoder;
  frame: Frame;
  where: Expr | undefined;
  sources: FromItem[];
  conditions: Expr[];
}

function addSource(from: From, item: Expr): Unmodelled | null {
  const { encoder, frame, sources, conditions } = from;
  const join = as("JoinExpr", item);
  if (join) {
    const nullable = join.jointype === "JOIN_LEFT" ? join.rarg : join.jointype === "JOIN_RIGHT" ? join.larg : null;
    // WHERE leaves no row out of which the join made NULLs: then it is an inner join
    const isInner = join.jointype === "JOIN_INNER" || (nullable && rejectsNulls(encoder, from.where, nullable, frame));
    if (!isInner) return construct("outer join");
    if (join.isNatural || join.usingClause || join.alias || !join.larg || !join.rarg) return construct("natural join");
    const why = addSource(from, join.larg) ?? addSource(from, join.rarg);
    if (join.quals) conditions.push(join.quals);
    return why;
  }
  const range = as("RangeVar", item);
  if (!range?.relname) return construct("from item");
  const relation = findRelation(encoder.side, frame, range.schemaname, range.relname);
  if (relation && !mayUseAll(encoder.side, frame, [relation])) return construct("schema privileges");
  if (!relation) return { kind: "no relation", name: shownRelation(range.schemaname, range.relname) };
  if (relation.kind === "view") return { kind: "view", name: nameKey(relation) };
  if (range.alias?.colnames) return construct("column alias");
  const isHeir = encoder.side.inherits(relation) || relation.partitionOf !== null;
  if (isHeir || (!range.inh && relation.kind === "partitioned table")) return construct("inheritance");
  if (encoder.apart.relations.has(nameKey(relation))) return construct("changed rows");
  sources.push({
    alias: range.alias?.aliasname ?? range.relname,
    relation,
    row: encoder.logic.boundRow(nameKey(relation), frame.depth + sources.length),
  });
  return null;
}

const shownRelation = (schema: string | undefined, name: string): string =>
  schema === undefined ? identForReading(name) : nameKey({ schema, name });

const onlyTarget = (select: Select): Expr | null => {
  const [target] = select.targetList ?? [];
  return select.targetList?.length === 1 ? (as("ResTarget", target)?.val ?? null) : null;
};

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
