import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import type { SelectStmt } from "libpg-query";
import type { PgFunction, Relation } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { binary, callsBuiltin, conjuncts, stringConst } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { nameKey } from "../../pg/name.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";
import { treeOf } from "../../pg/plpgsql/tree.ts";
import { visitStatements } from "../../pg/plpgsql/visit.ts";
import { usesIn } from "../expression/index.ts";
import { reach, type FunctionFacts } from "../functions/index.ts";
import { ANY_SOURCE, reachedFrom, type Evidence } from "./evidence.ts";
import { placeOf } from "./functions.ts";
import { quoted } from "./words.ts";

/**
 * Look-ups of the caller's membership that take one row where a user may have several: LIMIT 1, an aggregate such as
 * min, SELECT INTO without STRICT, and the last query of an SQL function that returns one value. A user of two tenants
 * then belongs to one of them, and without ORDER BY to whichever row is found first.
 */
export function membershipPickFindings(evidence: Evidence): Finding[] {
  const found: Finding[] = [];
  const say = (at: Finding["at"], picks: readonly Pick[]): void => {
    const [first] = picks;
    if (!first) return;
    const { relation, columns } = first;
    found.push(
      finding(
        "membership-picks-one",
        "warning",
        at,
        `it takes one row of \`${nameKey(relation)}\` by ${quoted(columns)}, which no unique index covers: a user with several rows gets one of them${first.ordered ? "" : ", whichever is found first"}`,
        "let the request say which row is meant and check it, compare with all rows (IN), or make the columns unique",
      ),
    );
  };
  for (const { policy } of evidence.classified) {
    if (isPlatformRelation(evidence.catalog, policy)) continue;
    const trees = [policy.using, policy.check].flatMap((text) => (text === null ? [] : [parseExpr(text)]));
    say(
      { kind: "policy", schema: policy.schema, relation: policy.relation, policy: policy.name },
      picksIn(evidence, trees),
    );
  }
  for (const fact of decisive(evidence)) {
    const fn = evidence.definitionOf(fact);
    if (fn) say(placeOf(fact), [...picksIn(evidence, evidence.bodyOf(fn).trees), ...firstRows(evidence, fn)]);
  }
  return found;
}

/** The functions that policies and defaults call, those that write claims, and token hooks. */
function decisive(evidence: Evidence): FunctionFacts[] {
  const { classified, facts, index, catalog } = evidence;
  const called = classified.flatMap(({ functions }) => functions.flatMap((one) => index.resolve(one, [])));
  const defaults = catalog.relations.flatMap(({ columns }) =>
    columns.flatMap(({ expression }) =>
      expression?.includes("(") ? reachedFrom(evidence, parseExpr(expression)) : [],
    ),
  );
  const chosen = new Set([
    ...called.flatMap((fact) => reach(index, fact).map((one) => one.facts)),
    ...defaults.map((one) => one.facts),
  ]);
  return facts.filter((fact) => {
    const fn = evidence.definitionOf(fact);
    const isHook = fn?.result === "jsonb" && fn.argumentTypes.join() === "jsonb" && fn.body.includes("claims");
    return isHook || fact.writesClaims.length > 0 || chosen.has(fact);
  });
}

interface Pick {
  relation: Relation;
  /** the columns that the look-up compares with one value each */
  columns: string[];
  ordered: boolean;
}

/** Queries that say themselves that they want one row, outside EXISTS. */
function picksIn(evidence: Evidence, trees: unknown): Pick[] {
  const found: Pick[] = [];
  walk(trees, (node) => {
    if (as("SubLink", node)?.subLinkType === "EXISTS_SUBLINK") return false;
    const select = as("SelectStmt", node);
    if (select && (isLimitedToOne(select) || hasOneOf(select))) found.push(...pick(evidence, select));
    return true;
  });
  return found;
}

const isLimitedToOne = ({ limitCount }: SelectStmt): boolean => as("A_Const", limitCount)?.ival?.ival === 1;

/** True for `select min(org_id) from …` without GROUP BY. */
const hasOneOf = ({ targetList, groupClause }: SelectStmt): boolean =>
  !groupClause &&
  (targetList ?? []).some(
    (target) =>
      isFirstOfArray(target) ||
      some(target, (node) => ["min", "max", "any_value"].some((name) => callsBuiltin(node, name)?.some(isColumn))),
  );

/** True for `(array_agg(org_id))[1]`. */
const isFirstOfArray = (target: Expr): boolean =>
  some(target, (node) => {
    const taken = as("A_Indirection", node);
    return taken?.indirection !== undefined && callsAggregate(taken.arg, "array_agg");
  });

const callsAggregate = (node: Expr | undefined, name: string): boolean =>
  as("String", as("FuncCall", node)?.funcname?.at(-1))?.sval === name;

const isColumn = (node: Expr): boolean => some(node, (inner) => columnRef(inner) !== null);

/** Queries of which the caller takes the first row: SELECT INTO, and the result of an SQL function. */
function firstRows(evidence: Evidence, fn: PgFunction): Pick[] {
  const found: Pick[] = [];
  const take = (node: Expr | undefined): void => {
    const select = as("SelectStmt", node);
    if (select && !isLimitedToOne(select) && !hasOneOf(select) && !aggregates(select))
      found.push(...pick(evidence, select));
  };
  if (fn.language === "sql" && !/^(SETOF |TABLE\()/i.test(fn.result) && !fn.sqlStandardBody)
    take(parseStatements(fn.body).at(-1)?.stmt);
  if (fn.language !== "plpgsql") return found;
  const parsed = parsePlFunction(fn.definition);
  if (parsed.kind !== "parsed") return found;
  visitStatements([parsed.fn.block], (statement) => {
    if (statement.kind !== "sql" || statement.into.length === 0 || statement.place === null) return;
    // INTO STRICT raises an error for several rows
    if (/\binto\s+strict\b/i.test(parsed.fn.body.slice(statement.place.start, statement.place.end))) return;
    const tree = treeOf(statement.sql);
    if (tree.kind === "statements") take(tree.statements[0]?.stmt);
  });
  return found;
}

const AGGREGATES =
  "count array_agg string_agg json_agg jsonb_agg json_object_agg jsonb_object_agg bool_or bool_and every sum".split(
    " ",
  );

const aggregates = ({ targetList }: SelectStmt): boolean =>
  some(targetList, (node) => AGGREGATES.includes(as("String", as("FuncCall", node)?.funcname?.at(-1))?.sval ?? ""));

/** The membership relation of which the query takes one row, if nothing makes that row the only one. */
function pick(evidence: Evidence, select: SelectStmt): Pick[] {
  if (!(select.targetList ?? []).some(isColumn)) return [];
  const ranges = rangesIn(select.fromClause);
  return ranges.flatMap(({ schema, name, alias }) => {
    const relation = evidence.catalog.relations.find(
      (one) =>
        one.name === name &&
        (schema === undefined ? !isPlatformRelation(evidence.catalog, one) : one.schema === schema),
    );
    if (!relation || isPlatformRelation(evidence.catalog, relation) || relation.kind === "view") return [];
    const own = (node: Expr | undefined): string | null => {
      const written = columnRef(node);
      const isOwn = written?.length === 1 ? ranges.length === 1 : written?.at(-2) === alias;
      const column = written?.at(-1);
      return isOwn && relation.columns.some((one) => one.name === column) ? (column ?? null) : null;
    };
    const aliases = new Set(ranges.map((range) => range.alias));
    const isOuter = (node: Expr): boolean =>
      !some(node, (inner) => own(inner) !== null || aliases.has(columnRef(inner)?.at(-2) ?? ""));
    const equal = new Map<string, Expr>();
    for (const part of [select.whereClause, ...joinConditions(select.fromClause)].flatMap((one) =>
      one ? conjuncts(one) : [],
    )) {
      const equality = binary(part, "=");
      if (!equality) continue;
      for (const [side, other] of [
        [equality.left, equality.right],
        [equality.right, equality.left],
      ] as const) {
        const column = own(side);
        if (column !== null && isOuter(other)) equal.set(column, other);
      }
    }
    if (![...equal].some(([column, value]) => isUser(evidence, column, value))) return [];
    const keys = [...relation.uniqueKeys, ...(relation.partialKeys ?? [])];
    return keys.some((key) => key.every((column) => equal.has(column)))
      ? []
      : [{ relation, columns: [...equal.keys()], ordered: select.sortClause !== undefined }];
  });
}

const USER = /user|member|profile|person|auth|uid|owner|subject|account|staff/i;

/** True if a look-up by this column and value is one of the caller's own rows. */
function isUser(evidence: Evidence, column: string, value: Expr): boolean {
  const reached = reachedFrom(evidence, value, null);
  const uses = usesIn(value, ANY_SOURCE);
  const claims = [...uses.claims.map(({ path }) => path), ...reached.flatMap(({ facts }) => facts.claims)];
  if (claims.some((path) => path.join() === "sub")) return true;
  const settings = [...uses.settings, ...reached.flatMap(({ facts }) => facts.reads)].map(({ setting }) => setting);
  if (settings.some((setting) => USER.test(setting))) return true;
  // the event of a hook, NEW, and arguments
  const event = some(value, (node) => stringConst(binary(node, "->>")?.right) === "user_id");
  return (
    event || (USER.test(column) && claims.length === 0 && settings.length === 0 && columnRef(strip(value)) !== null)
  );
}

const strip = (node: Expr): Expr => as("TypeCast", node)?.arg ?? node;

interface Range {
  schema: string | undefined;
  name: string;
  alias: string;
}

function rangesIn(from: readonly Expr[] | undefined): Range[] {
  return (from ?? []).flatMap((node): Range[] => {
    const range = as("RangeVar", node);
    if (range?.relname !== undefined)
      return [{ schema: range.schemaname, name: range.relname, alias: range.alias?.aliasname ?? range.relname }];
    const join = as("JoinExpr", node);
    return join ? rangesIn([join.larg, join.rarg].filter((side) => side !== undefined)) : [];
  });
}

const joinConditions = (from: readonly Expr[] | undefined): Expr[] =>
  (from ?? []).flatMap((node) => {
    const join = as("JoinExpr", node);
    if (!join) return [];
    const sides = [join.larg, join.rarg].filter((side) => side !== undefined);
    return [...(join.quals ? [join.quals] : []), ...joinConditions(sides)];
  });
