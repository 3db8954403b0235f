import { Deparser } from "pgsql-deparser";
import type { SelectStmt } from "libpg-query";
import type { Relation } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { formatExpr } from "../../pg/expr/format.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { printChanged, sql } from "../../pg/expr/print.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { transform } from "../../pg/expr/transform.ts";
import { walk } from "../../pg/expr/walk.ts";
import { dollarQuote, identForReading } from "../../pg/identifier.ts";
import { nameKey, relationKey, shownName, type NameKey } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import type { Relations } from "../rule.ts";

/** The text about this rule in the docs and the scaffolder; the rule works on one sub-query of one policy at a time. */
export const breakRecursion = {
  id: "break-recursion",
  title: "take the sub-query that recurses out of row security",
  why: "A policy whose sub-query reaches its own relation fails every statement with 42P17. Inside a SECURITY DEFINER function the sub-query runs with the owner's rights, and the circle is open.",
  obligation: "equivalent",
  examples: [
    {
      relation: "public.members",
      before:
        "(EXISTS ( SELECT 1 FROM public.members m WHERE ((m.org_id = members.org_id) AND (m.user_id = ( SELECT auth.uid() AS uid)))))",
      after: "(rlsmith_private.members_read_1(members.org_id))",
    },
  ],
} as const;

/** A SECURITY DEFINER function that replaces one sub-query. */
export interface PrivateHelper {
  schema: string;
  name: string;
  argumentNames: string[];
  /** the types of the arguments, for DROP and REVOKE */
  argumentTypes: string[];
  /** as pg_get_function_result prints it */
  result: string;
  body: string;
  /** CREATE FUNCTION, REVOKE from PUBLIC and GRANT to the policy's roles */
  statements: string[];
}

export interface BrokenRecursion {
  policy: Policy;
  helpers: PrivateHelper[];
}

/**
 * Replace, in one policy, every sub-query over one of `relations` by a call of a new helper. Null if the form of a
 * sub-query is not understood; the finding then remains, and the policy is left unchanged. The columns of the outer row
 * become arguments; `search_path = ''` works because the catalog prints every name qualified.
 */
export function extractSubQueries(
  policy: Policy,
  targets: ReadonlySet<NameKey>,
  relations: Relations,
  helperSchema: string,
  takenNames: Set<string>,
): BrokenRecursion | null {
  const helpers: PrivateHelper[] = [];
  let understood = true;
  const replace = (text: string | null): string | null => {
    if (text === null) return null;
    const before = parseExpr(text);
    const after = transform(before, (node, descend) => {
      const link = as("SubLink", node);
      if (!link || !relationsIn(link.subselect).some((name) => targets.has(nameKey(name)))) return descend();
      const made = extract(node, policy, relations, helperSchema, takenNames);
      if (!made) {
        understood = false;
        return node;
      }
      helpers.push(made.helper);
      return made.call;
    });
    return printChanged(text, before, after);
  };
  const using = replace(policy.using);
  const check = replace(policy.check);
  return understood && helpers.length > 0 ? { policy: { ...policy, using, check }, helpers } : null;
}

function extract(
  node: Expr,
  policy: Policy,
  relations: Relations,
  helperSchema: string,
  takenNames: Set<string>,
): { call: Expr; helper: PrivateHelper } | null {
  const link = as("SubLink", node);
  const select = as("SelectStmt", link?.subselect);
  const relation = relations.get(relationKey(policy));
  if (!link || !select || !relation) return null;

  const outer = outerColumns(select, relation);
  const parameters = new Map<string, { name: string; type: string }>();
  for (const column of outer) {
    const type = relation.columns.find((candidate) => candidate.name === column)?.type;
    if (type === undefined) return null;
    parameters.set(column, { name: `p_${column}`, type });
  }
  const inner = transform<Expr>({ SelectStmt: select }, (part, descend) => {
    const column = outerColumn(part, select, relation);
    const parameter = column === null ? undefined : parameters.get(column);
    return parameter ? { ColumnRef: { fields: [{ String: { sval: parameter.name } }] } } : descend();
  });
  const query = Deparser.deparse(inner, { pretty: false });

  const name = freeHelperName(`${policy.relation}_${policy.name}`, takenNames);
  const qualified = nameKey({ schema: helperSchema, name });
  const args = [...parameters.keys()].map((column) => shownName([policy.relation, column]));
  const made = `${qualified}(${args.join(", ")})`;
  const shape = shapeOf(link.subLinkType, query, select, relations);
  if (!shape) return null;
  let call: Expr;
  if (shape.kind === "in" && link.testexpr) call = { SubLink: { ...link, subselect: subselectOf(`select ${made}`) } };
  else call = sql(args.length === 0 ? `(select ${made})` : made);

  const body =
    shape.body.length === 1
      ? ` ${shape.body.join("")} `
      : `\n${shape.body.map((line) => `    ${line}`).join("\n")}\n  `;
  const signature = [...parameters.values()].map(({ name, type }) => `${identForReading(name)} ${type}`).join(", ");
  const argumentTypes = [...parameters.values()].map(({ type }) => type);
  const identity = `${qualified}(${argumentTypes.join(", ")})`;
  return {
    call,
    helper: {
      schema: helperSchema,
      name,
      argumentNames: [...parameters.values()].map((parameter) => parameter.name),
      argumentTypes,
      result: shape.setOf ? `SETOF ${shape.type}` : shape.type,
      body,
      statements: [
        `create or replace function ${qualified}(${signature}) returns ${shape.setOf ? "setof " : ""}${shape.type}\n  language sql stable security definer set search_path = ''\n  as ${dollarQuote(body, "")}`,
        `revoke all on function ${identity} from public`,
        `grant execute on function ${identity} to ${policy.roles.map(identForReading).join(", ")}`,
      ],
    },
  };
}

const subselectOf = (query: string): Expr => {
  const link = as("SubLink", parseExpr(`(${query})`));
  if (!link?.subselect) throw new Error(`not a sub-query: ${query}`);
  return link.subselect;
};

function shapeOf(
  kind: string | undefined,
  query: string,
  select: SelectStmt,
  relations: Relations,
): { kind: "exists" | "in" | "scalar"; setOf: boolean; type: string; body: string[] } | null {
  if (kind === "EXISTS_SUBLINK") {
    const [first = "", ...rest] = formatExpr(`exists (${query})`);
    return { kind: "exists", setOf: false, type: "boolean", body: [`select ${first}`, ...rest] };
  }
  const type = targetType(select, relations);
  if (type === null) return null;
  if (kind === "ANY_SUBLINK") return { kind: "in", setOf: true, type, body: linesOf(query) };
  return kind === "EXPR_SUBLINK" ? { kind: "scalar", setOf: false, type, body: linesOf(query) } : null;
}

/** The lines of a query, which is an expression in parentheses only. */
function linesOf(query: string): string[] {
  const lines = formatExpr(`(${query})`);
  return lines.length === 1 ? lines.map((line) => line.slice(1, -1)) : lines.slice(1, -1).map((line) => line.slice(2));
}

/** The type of a sub-query's one target, if that is a column. */
function targetType(select: SelectStmt, relations: Relations): string | null {
  const target = select.targetList?.length === 1 ? as("ResTarget", select.targetList[0])?.val : undefined;
  const column = columnRef(target);
  if (!column) return null;
  const [qualifier, name] = column.length >= 2 ? column.slice(-2) : [null, column[0]];
  for (const range of rangesOf(select)) {
    if (qualifier !== null && range.alias !== qualifier) continue;
    const type = relations.get(range.relation)?.columns.find((candidate) => candidate.name === name)?.type;
    if (type !== undefined) return type;
  }
  return null;
}

function rangesOf(tree: unknown): { alias: string; relation: NameKey }[] {
  const ranges: { alias: string; relation: NameKey }[] = [];
  walk(tree, (node) => {
    const range = as("RangeVar", node);
    if (range?.relname !== undefined)
      ranges.push({
        alias: range.alias?.aliasname ?? range.relname,
        relation: nameKey({ schema: range.schemaname ?? "public", name: range.relname }),
      });
  });
  return ranges;
}

/**
 * The column of the outer relation that a node inside the sub-query names; pg_get_expr always qualifies names there.
 */
function outerColumn(node: Expr, select: SelectStmt, relation: Relation): string | null {
  const parts = columnRef(node);
  if (!parts || parts.length < 2) return null;
  const [qualifier, column] = parts.slice(-2);
  if (qualifier !== relation.name || column === undefined) return null;
  return rangesOf(select).some((range) => range.alias === qualifier) ? null : column;
}

function outerColumns(select: SelectStmt, relation: Relation): Set<string> {
  const found = new Set<string>();
  walk({ SelectStmt: select }, (node) => {
    const column = outerColumn(node, select, relation);
    if (column !== null) found.add(column);
  });
  return found;
}

function freeHelperName(stem: string, taken: Set<string>): string {
  let short = stem.toLowerCase().replaceAll(/[^a-z0-9_]+/g, "_");
  while (Buffer.byteLength(short) > 58) short = short.slice(0, -1);
  for (let n = 1; ; n += 1) {
    const name = `${short}_${n}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}
