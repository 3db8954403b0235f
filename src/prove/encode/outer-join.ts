import type { Relation } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { conjuncts, nameParts } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { builtInOperator } from "./called.ts";
import type { Encoder } from "./context.ts";
import { findRelation, type Frame, type Select } from "./frame.ts";

/** Comparisons of pg_catalog that are STRICT: NULL where one side is (pg_operator and pg_proc of 15 and 18). */
const STRICT = new Set(["=", "<>", "<", "<=", ">", ">=", "~~", "~~*", "!~~", "^@"]);

/**
 * WHERE is not true where the columns of a part of FROM are all NULL: a condition of it compares one of them, or asks
 * that it is not NULL. The planner takes an outer join for an inner one then as well (reduce_outer_joins of
 * prepjointree.c).
 */
export function rejectsNulls(encoder: Encoder, where: Expr | undefined, part: Expr, frame: Frame): boolean {
  if (!where) return false;
  const aliases = new Set<string>();
  walk(part, (node) => {
    const range = as("RangeVar", node);
    const alias = range?.alias?.aliasname ?? range?.relname;
    if (alias !== undefined) aliases.add(alias);
    // a sub-query gives NULLs where the join found no row of it, whatever its expressions are
    const derived = as("RangeSubselect", node)?.alias?.aliasname;
    if (derived !== undefined) aliases.add(derived);
    return as("SubLink", node) === null && as("RangeSubselect", node) === null;
  });
  const isOfPart = (node: Expr | undefined): boolean => {
    const parts = node && columnRef(node);
    return parts ? parts.length > 1 && aliases.has(parts.at(-2) ?? "") : false;
  };
  return conjuncts(where).some((condition) => {
    const test = as("NullTest", condition);
    if (test) return test.nulltesttype === "IS_NOT_NULL" && isOfPart(test.arg);
    if (isOfPart(condition)) return true;
    const compared = as("A_Expr", condition);
    if (compared?.kind !== "AEXPR_OP" && compared?.kind !== "AEXPR_LIKE") return false;
    const operator = builtInOperator(encoder.side, frame, nameParts(compared.name));
    return operator !== null && STRICT.has(operator) && [compared.lexpr, compared.rexpr].some(isOfPart);
  });
}

/** Clauses of a query whose rows are those of two queries together. */
const SPLIT = new Set(["op", "all", "targetList", "fromClause", "whereClause", "limitOption", "groupDistinct"]);

/**
 * A query over an outer join as two whose rows together are its rows (manual, 7.2.1.1): the inner join, and the rows of
 * the one side that no row of the other side joins, with NULL for the columns of that. Null where WHERE makes the join an
 * inner one, and where the columns of the nullable side cannot be told by their names.
 */
export function outerJoinArms(encoder: Encoder, select: Select, frame: Frame): [Select, Select] | null {
  if (!Object.keys(select).every((clause) => SPLIT.has(clause))) return null;
  const from = select.fromClause ?? [];
  const at = from.findIndex((item) => /^JOIN_(LEFT|RIGHT)$/.test(as("JoinExpr", item)?.jointype ?? ""));
  const join = as("JoinExpr", from[at]);
  const [kept, nullable] = join?.jointype === "JOIN_LEFT" ? [join.larg, join.rarg] : [join?.rarg, join?.larg];
  if (!join?.quals || join.isNatural || join.usingClause || join.alias || !kept || !nullable) return null;
  if (rejectsNulls(encoder, select.whereClause, nullable, frame)) return null;
  const without = withNulls(encoder, { select, nullable }, frame);
  if (!without) return null;
  const others = from.filter((_, index) => index !== at);
  const none: Expr = {
    SubLink: {
      subLinkType: "EXISTS_SUBLINK",
      subselect: {
        SelectStmt: {
          op: "SETOP_NONE",
          limitOption: "LIMIT_OPTION_DEFAULT",
          targetList: [{ ResTarget: { val: parseExpr("1") } }],
          fromClause: [nullable],
          whereClause: join.quals,
        },
      },
    },
  };
  return [
    { ...select, fromClause: [...others, kept, nullable], whereClause: both(join.quals, select.whereClause) },
    {
      ...without,
      fromClause: [...others, kept],
      whereClause: both({ BoolExpr: { boolop: "NOT_EXPR", args: [none] } }, without.whereClause),
    },
  ];
}

const both = (one: Expr, other: Expr | undefined): Expr =>
  other ? { BoolExpr: { boolop: "AND_EXPR", args: [one, other] } } : one;

/** The query with NULL for every column of the nullable side; null where another name may be one of those. */
function withNulls(
  encoder: Encoder,
  { select, nullable }: { select: Select; nullable: Expr },
  frame: Frame,
): Select | null {
  const range = as("RangeVar", nullable);
  const relation = range?.relname ? findRelation(encoder.side, frame, range.schemaname, range.relname) : undefined;
  if (!range || !relation || range.alias?.colnames) return null;
  // a query of WITH has other columns
  if (range.schemaname === undefined && frame.withQueries.has(range.relname ?? "")) return null;
  const alias = range.alias?.aliasname ?? range.relname ?? "";
  const read = [select.targetList ?? [], select.whereClause];
  if (isNamedAgain(read, alias)) return null;
  if (some(read, (node) => mayHide(node, alias, relation) || !isTyped(encoder, node, alias, relation))) return null;
  const missing = <T>(tree: T): T =>
    transform(tree, (node, descend) => {
      const column = ofAlias(node, alias, relation);
      return column ? parseExpr(`null::${column.type}`) : descend();
    });
  const { whereClause, ...others } = select;
  return {
    ...others,
    targetList: missing(select.targetList ?? []),
    ...(whereClause && { whereClause: missing(whereClause) }),
  };
}

const ofAlias = (node: Expr, alias: string, relation: Relation): Relation["columns"][number] | undefined => {
  const parts = columnRef(node);
  return parts?.length === 2 && parts[0] === alias ? relation.columns.find(({ name }) => name === parts[1]) : undefined;
};

/** The type of a column, if the node is one, can be written down as it is; a domain may refuse NULL. */
const isTyped = ({ side, apart }: Encoder, node: Expr, alias: string, relation: Relation): boolean => {
  const column = ofAlias(node, alias, relation);
  if (!column) return true;
  return side.types(column.type).kind !== "other" && !side.isDomain(column.type) && !apart.columns.has(column);
};

/** A name that may be a column or row of the alias, and is not written `alias.column`. */
function mayHide(node: Expr, alias: string, relation: Relation): boolean {
  const parts = nameParts(as("ColumnRef", node)?.fields);
  if (parts.length === 0 || ofAlias(node, alias, relation)) return false;
  return parts.includes(alias) || (parts.length === 1 && relation.columns.some(({ name }) => name === parts[0]));
}

/** A query inside names something else like the alias. */
const isNamedAgain = (tree: unknown, alias: string): boolean =>
  ["aliasname", "relname", "ctename"].some((key) =>
    JSON.stringify(tree).includes(`${JSON.stringify(key)}:${JSON.stringify(alias)}`),
  );
