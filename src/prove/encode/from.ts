import type { Relation } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import type { BoundRow } from "../logic/formula.ts";
import { construct, type Unmodelled } from "../unmodelled.ts";
import { mayUseAll } from "./called.ts";
import { addPlanned } from "./choice.ts";
import type { Encoder } from "./context.ts";
import { columnsOf, namesOf } from "./derived.ts";
import { findRelation, type Frame, type Select, type Source } from "./frame.ts";
import { rejectsNulls } from "./outer-join.ts";
import { rowAccess } from "./policies.ts";
import { keepsRows, otherRows } from "./row-count.ts";
import type { Condition } from "./value.ts";
import { queryOfView } from "./view.ts";

/** Rows that a query finds: bound rows, and the condition that they satisfy together. */
export interface Found {
  kind: "rows";
  rows: readonly BoundRow[];
  /** policies of each relation, ON and WHERE */
  holds: Condition;
  frame: Frame;
}

/** The reason why a query is not modelled. */
export interface NotFound {
  kind: "not modelled";
  why: Unmodelled;
}

const notFound = (why: Unmodelled): NotFound => ({ kind: "not modelled", why });

/** What is asked of the rows: whether there are any, all their values, or the value of the one. */
type Use = "exists" | "values" | "one";

// Row indexes are bits of a number.
const DEEPEST = 28;

/** The clauses of a query that are modelled, or are reported by name when they are not. */
const CLAUSES = new Set(
  (
    "op targetList fromClause whereClause sortClause limitOption limitCount limitOffset distinctClause groupClause " +
    "havingClause withClause groupDistinct all"
  ).split(" "),
);

/** The rows of a query, or why they are not modelled. */
export function findRows(encoder: Encoder, select: Select, frame: Frame, use: Use): Found | NotFound {
  encoder.subQueries.count += 1;
  // which errors come hangs on the rows that the executor comes to
  if (frame.caught) return notFound(construct("exception block"));
  const query: Query = { encoder, depth: frame.depth, rows: [], access: [], conditions: [] };
  const read = addQuery(query, select, frame, use);
  if (read.kind === "not modelled") return read;
  const depth = frame.depth + query.rows.length;
  if (depth > DEEPEST) return notFound(construct("depth"));
  const holds = encoder.values.and([...query.access, ...query.conditions].map((encode) => encode(depth)));
  // to estimate how many rows there are, the planner evaluates what is STABLE; a function's query is planned when it is
  // called
  if (query.rows.length > 0 && frame.calls.length === 0) addPlanned(encoder, holds.raises);
  return { kind: "rows", rows: query.rows, holds, frame: { ...read.frame, depth } };
}

/** A query while its rows are gathered, those of the sub-queries in its FROM among them. */
interface Query {
  encoder: Encoder;
  /** quantifiers around it */
  depth: number;
  rows: BoundRow[];
  /** the policies of each relation; encoded once all rows have their places */
  access: ((depth: number) => Condition)[];
  /** ON and WHERE */
  conditions: ((depth: number) => Condition)[];
}

/** Add the rows of a SELECT, and return where its select list stands. */
function addQuery(query: Query, select: Select, given: Frame, use: Use): { kind: "read"; frame: Frame } | NotFound {
  const { encoder } = query;
  const why = clauseNotModelled(select, use);
  if (why !== null) return notFound(why);
  const frame = withQueries(select, given);
  if (frame === null) return notFound(construct("with"));
  const parts = [select.targetList, select.sortClause];
  if (!keepsRows(encoder, parts, frame)) return notFound(construct(otherRows(parts)));
  const sources: Source[] = [];
  const inner: Frame = { ...frame, scopes: [sources, ...frame.scopes], operand: false, isQual: false };
  const add = (node: Expr): void => void query.conditions.push((depth) => encoder.condition(node, { ...inner, depth }));
  for (const item of select.fromClause ?? []) {
    const whyNot = addItem({ query, frame, where: select.whereClause, sources, add }, item);
    if (whyNot !== null) return notFound(whyNot);
  }
  if (select.whereClause) add(select.whereClause);
  return { kind: "read", frame: inner };
}

function clauseNotModelled(select: Select, use: Use): Unmodelled | null {
  if (select.op !== "SETOP_NONE") return construct("set operation");
  if (!Object.keys(select).every((clause) => CLAUSES.has(clause))) return construct("clause");
  if (select.groupClause || select.havingClause) return construct("group by");
  if (select.limitOffset || select.distinctClause?.some((item) => Object.keys(item).length > 0))
    return construct("offset");
  // LIMIT takes nothing away from a question that one row answers
  if (select.limitCount && !(use !== "values" && (as("A_Const", select.limitCount)?.ival?.ival ?? 0) > 0))
    return construct("limit");
  return null;
}

/** The frame with the queries of WITH, each of which knows those before it; null where WITH is not modelled. */
function withQueries(select: Select, given: Frame): Frame | null {
  const { withClause } = select;
  if (!withClause) return given;
  if (withClause.recursive) return null;
  let frame = given;
  for (const item of withClause.ctes ?? []) {
    const cte = as("CommonTableExpr", item);
    const query = as("SelectStmt", cte?.ctequery);
    if (!cte?.ctename || !query) return null;
    const named = { select: query, frame, columns: namesOf(cte.aliascolnames) };
    frame = { ...frame, withQueries: new Map([...frame.withQueries, [cte.ctename, named]]) };
  }
  return frame;
}

/** FROM of a query while it is read. */
interface From {
  query: Query;
  /** where the query stands */
  frame: Frame;
  where: Expr | undefined;
  sources: Source[];
  /** adds a condition that names the sources */
  add(condition: Expr): void;
}

function addItem(from: From, item: Expr): Unmodelled | null {
  const join = as("JoinExpr", item);
  if (join) {
    const nullable = join.jointype === "JOIN_LEFT" ? join.rarg : join.jointype === "JOIN_RIGHT" ? join.larg : null;
    // WHERE leaves no row out of which the join made NULLs: then it is an inner join
    const isInner =
      join.jointype === "JOIN_INNER" ||
      (nullable && rejectsNulls(from.query.encoder, from.where, nullable, from.frame));
    if (!isInner) return construct("outer join");
    if (join.isNatural || join.usingClause || join.alias || !join.larg || !join.rarg) return construct("natural join");
    const why = addItem(from, join.larg) ?? addItem(from, join.rarg);
    if (join.quals) from.add(join.quals);
    return why;
  }
  const sub = as("RangeSubselect", item);
  if (sub) {
    const select = as("SelectStmt", sub.subquery);
    const { frame, sources } = from;
    // LATERAL: the sub-query sees what stands before it
    const around = sub.lateral ? { ...frame, scopes: [[...sources], ...frame.scopes] } : frame;
    const alias = sub.alias?.aliasname ?? "";
    return select
      ? addDerived(from, { select, frame: around, alias, columns: namesOf(sub.alias?.colnames) })
      : NOT_FROM;
  }
  const range = as("RangeVar", item);
  if (!range?.relname) return NOT_FROM;
  const alias = range.alias?.aliasname ?? range.relname;
  const named = range.schemaname === undefined ? from.frame.withQueries.get(range.relname) : undefined;
  if (named) {
    const columns = [...namesOf(range.alias?.colnames), ...named.columns.slice(range.alias?.colnames?.length ?? 0)];
    return addDerived(from, { ...named, alias, columns });
  }
  if (range.alias?.colnames) return construct("column alias");
  return addRelation(from, alias, range);
}

const NOT_FROM = construct("from item");

/** A sub-query in FROM: its rows are rows of the query around, as the planner pulls them up (prepjointree.c). */
function addDerived(
  { query, sources }: From,
  { select, frame, alias, columns }: { select: Select; frame: Frame; alias: string; columns: readonly string[] },
): Unmodelled | null {
  const first = query.rows.length;
  const read = addQuery(query, select, frame, "values");
  if (read.kind === "not modelled") return read.why;
  const derived = columnsOf(select, read.frame, columns);
  if (derived === null) return NOT_FROM;
  sources.push({ kind: "derived", alias, columns: derived, rows: query.rows.slice(first) });
  return null;
}

function addRelation(
  from: From,
  alias: string,
  { schemaname, relname = "", inh }: NonNullable<ReturnType<typeof as<"RangeVar">>>,
): Unmodelled | null {
  const { query, frame, sources } = from;
  const { encoder } = query;
  const relation = findRelation(encoder.side, frame, schemaname, relname);
  if (relation && !mayUseAll(encoder.side, frame, [relation])) return construct("schema privileges");
  if (!relation) return { kind: "no relation", name: shownRelation(schemaname, relname) };
  if (hasColumnPrivileges(encoder, relation, frame)) return construct("column privileges");
  const access = (row: BoundRow) => (depth: number) =>
    rowAccess(encoder, { relation, component: "SELECT", row, frame: { ...frame, depth } });
  const row = encoder.logic.boundRow(nameKey(relation), query.depth + query.rows.length);
  if (relation.kind === "view") {
    const view = queryOfView(encoder, relation, frame);
    if (view === null) return { kind: "view", name: nameKey(relation) };
    // whether the role may read the view; a view has no policies
    query.access.push(access(row));
    return addDerived(from, { ...view, alias });
  }
  const isHeir = encoder.side.inherits(relation) || relation.partitionOf !== null;
  if (isHeir || (!inh && relation.kind === "partitioned table")) return construct("inheritance");
  if (encoder.apart.relations.has(nameKey(relation))) return construct("changed rows");
  sources.push({ kind: "relation", alias, relation, row });
  query.rows.push(row);
  query.access.push(access(row));
  return null;
}

/** The role may read some columns alone: which ones the query reads is not followed. */
const hasColumnPrivileges = ({ side }: Encoder, relation: Relation, frame: Frame): boolean =>
  side.hasPrivilege(relation, "SELECT", frame.role) && !side.mayReadAll(relation, frame.role);

const shownRelation = (schema: string | undefined, name: string): string =>
  schema === undefined ? identForReading(name) : nameKey({ schema, name });
