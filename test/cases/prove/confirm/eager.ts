import { as, type Expr } from "../../../../src/pg/expr/node.ts";
import { parseExpr } from "../../../../src/pg/expr/parse.ts";
import { transform } from "../../../../src/pg/expr/transform.ts";
import { Deparser } from "pgsql-deparser";

/**
 * The same expression, with nothing left unevaluated that Postgres is free to evaluate: both sides of AND and OR, every row of an EXISTS.
 * It raises where the expression *may* raise: what does not depend on the rows of an EXISTS even where there is no row. CASE, COALESCE and NULLIF keep their order.
 */
export const eager = (text: string): string => Deparser.deparse(force(parseExpr(text)) as never, { pretty: false });

const force = (tree: Expr): Expr =>
  transform(tree, (node, descend) => {
    const bool = as("BoolExpr", node);
    if (bool && bool.boolop !== "NOT_EXPR") {
      const name = bool.boolop === "AND_EXPR" ? "eager_and" : "eager_or";
      return (bool.args ?? []).map(force).reduce((left, right) => call(name, [left, right]));
    }
    const link = as("SubLink", node);
    const select = as("SelectStmt", link?.subselect);
    if (link?.subLinkType !== "EXISTS_SUBLINK" || !select || !isPlain(select)) return descend();
    const quals: Expr[] = [];
    const from = (select.fromClause ?? []).map((item) => withoutQuals(item, quals));
    if (select.whereClause) quals.push(select.whereClause);
    const what = quals.map(force).reduce((left, right) => call("eager_and", [left, right]), parseExpr("true"));
    const forced = from.map(force);
    const none = joined(
      "JOIN_LEFT",
      NOTHING,
      forced.reduce((left, right) => joined("JOIN_INNER", left, right)),
      parseExpr("false"),
    );
    return call("eager_any", [array(select, what, forced), array(select, what, [none])]);
  });

/** A range of one row without columns. */
const NOTHING = {
  RangeSubselect: {
    subquery: {
      SelectStmt: {
        targetList: [{ ResTarget: { val: parseExpr("1") } }],
        limitOption: "LIMIT_OPTION_DEFAULT",
        op: "SETOP_NONE",
      },
    },
    alias: { aliasname: "nothing" },
  },
} as unknown as Expr;

const joined = (jointype: "JOIN_LEFT" | "JOIN_INNER", larg: Expr, rarg: Expr, quals: Expr = parseExpr("true")): Expr =>
  ({ JoinExpr: { jointype, larg, rarg, quals } }) as Expr;

/** `what` for every row of a range. */
const array = (select: object, what: Expr, fromClause: Expr[]): Expr =>
  ({
    SubLink: {
      subLinkType: "ARRAY_SUBLINK",
      subselect: {
        SelectStmt: { ...select, targetList: [{ ResTarget: { val: what } }], fromClause, whereClause: undefined },
      },
    },
  }) as unknown as Expr;

/** Inner joins give their conditions to `quals`. */
function withoutQuals(item: Expr, quals: Expr[]): Expr {
  const join = as("JoinExpr", item);
  if (!join || join.jointype !== "JOIN_INNER" || join.usingClause || join.isNatural || !join.larg || !join.rarg)
    return item;
  if (join.quals) quals.push(join.quals);
  const { quals: _, ...rest } = join;
  return { JoinExpr: { ...rest, larg: withoutQuals(join.larg, quals), rarg: withoutQuals(join.rarg, quals) } } as Expr;
}

const SPECIAL = [
  "distinctClause",
  "groupClause",
  "havingClause",
  "limitCount",
  "limitOffset",
  "larg",
  "withClause",
  "valuesLists",
];

const isPlain = (select: object): boolean => "fromClause" in select && !SPECIAL.some((key) => key in select);

const call = (name: string, args: Expr[]): Expr =>
  ({
    FuncCall: {
      funcname: [{ String: { sval: "confirm" } }, { String: { sval: name } }],
      args,
      funcformat: "COERCE_EXPLICIT_CALL",
    },
  }) as Expr;
