import { finding, type Finding } from "../../finding.ts";
import type { SelectStmt } from "libpg-query";
import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { call, nameParts } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { relationKey, relationOf, shownName } from "../../pg/name.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import type { Policy } from "../../pg/policy.ts";
import { atPolicy, quoted } from "./place.ts";
import type { ReadPolicy, Reading } from "./reading.ts";

/**
 * Policies in which a column name was captured: an unqualified name in a sub-query means the innermost relation that has
 * such a column (PostgreSQL manual, 4.2.1 and 7.2.1.3), and pg_get_expr prints every name in a sub-query with the
 * relation that it was resolved to. A sub-query that does not refer to the row is no defect by itself (is the caller an
 * administrator?), so only comparisons count that cannot have been meant: of a column with itself or with another column
 * of the same row, of an output column that is the row's own, and of a path that is not the object's.
 */
export function capturedColumnFindings(reading: Reading): Finding[] {
  return reading.policies.flatMap((one) => {
    const found = [...new Set(one.trees.flatMap((tree) => captured(reading, one, tree)))];
    return found.length === 0
      ? []
      : [
          finding(
            "captured-column",
            "error",
            atPolicy(one.policy),
            `its sub-query ${found.join("; ")}: it says nothing about the row of \`${relationKey(one.policy)}\``,
            `write the name with its relation: \`${shownName([one.policy.relation])}.…\` is the row's own column`,
          ),
        ];
  });
}

function captured(reading: Reading, { policy }: ReadPolicy, tree: Expr): string[] {
  const own = new Set(reading.relationOf(relationOf(policy))?.columns.map((column) => column.name));
  const found: string[] = [];
  walk(tree, (node) => {
    const link = as("SubLink", node);
    const select = as("SelectStmt", link?.subselect);
    if (!link || !select) return;
    const inner = aliasesIn(select);
    found.push(
      ...comparisons(select, inner).flatMap((pair) =>
        selfCompared(pair, own, refersToRow(select, policy.relation, inner)),
      ),
      ...ownOutput(link.testexpr, select, policy.relation, inner),
      ...(isFiles(reading, policy) && !refersToRow(select, policy.relation, inner) ? pathsOf(select, inner) : []),
    );
  });
  return found;
}

/** The names by which the relations in FROM clauses are known, here and in sub-queries. */
function aliasesIn(select: SelectStmt): Set<string> {
  const names = new Set<string>();
  walk({ SelectStmt: select }, (node) => {
    const name =
      as("RangeVar", node)?.alias?.aliasname ??
      as("RangeVar", node)?.relname ??
      as("RangeSubselect", node)?.alias?.aliasname ??
      as("RangeFunction", node)?.alias?.aliasname ??
      as("CommonTableExpr", node)?.ctename;
    if (name !== undefined) names.add(name);
  });
  return names;
}

const refersToRow = (tree: SelectStmt, relation: string, inner: ReadonlySet<string>): boolean =>
  !inner.has(relation) &&
  some({ SelectStmt: tree }, (node) => {
    const name = columnRef(node);
    return name !== null && name.length > 1 && name.at(-2) === relation;
  });

interface Pair {
  left: Expr;
  right: Expr;
}

/** The comparisons for equality in WHERE and ON, of sub-queries too. */
function comparisons(select: SelectStmt, inner: ReadonlySet<string>): Pair[] {
  const found: Pair[] = [];
  walk({ SelectStmt: select }, (node) => {
    const compared = as("A_Expr", node);
    if (!compared?.lexpr || !compared.rexpr || nameParts(compared.name).at(-1) !== "=") return;
    if (compared.kind !== "AEXPR_OP" && compared.kind !== "AEXPR_OP_ANY" && compared.kind !== "AEXPR_NOT_DISTINCT")
      return;
    if (inner.size > 0) found.push({ left: compared.lexpr, right: compared.rexpr });
  });
  return found;
}

/** A column compared with itself, or, in a sub-query that never refers to the row, with its neighbour in the same row. */
function selfCompared({ left, right }: Pair, own: ReadonlySet<string>, correlated: boolean): string[] {
  const [first, second] = [columnsIn(left), columnsIn(right)];
  const taken = [...first, ...second].filter((name) => own.has(name.at(-1) ?? ""));
  if (equal(bare(left), bare(right)) && first.length === 1 && taken.length > 0)
    return [`compares ${quoted(first.map(shownName))} with itself`];
  const relations = new Set([...first, ...second].map((name) => name.slice(0, -1).join(" ")));
  // One side is a column and the other computes something from a neighbour: a plain pair of columns may be meant.
  const computed = columnRef(bare(left)) === null || columnRef(bare(right)) === null;
  const isNeighbour = !correlated && computed && first.length === 1 && second.length === 1 && relations.size === 1;
  const other = [...second, ...first].find((name) => own.has(name.at(-1) ?? ""));
  return isNeighbour && taken.length === 2 && other
    ? [`compares ${quoted([...first, ...second].map(shownName))} of one row with each other`]
    : [];
}

const bare = (node: Expr): Expr => {
  const inner = as("TypeCast", node)?.arg;
  return inner ? bare(inner) : node;
};

function columnsIn(tree: Expr): string[][] {
  const found: string[][] = [];
  walk(tree, (node) => {
    if (as("SubLink", node)) return false;
    const name = columnRef(node);
    if (name && name.length > 1) found.push(name);
    return true;
  });
  return found;
}

/** `org_id in (select slip.org_id from profile …)`: the relation in FROM has no such column. */
function ownOutput(
  tested: Expr | undefined,
  select: SelectStmt,
  relation: string,
  inner: ReadonlySet<string>,
): string[] {
  const outer = tested && columnRef(bare(tested));
  const target = as("ResTarget", select.targetList?.[0])?.val;
  const output = target && columnRef(bare(target));
  if (!outer || !output || !select.fromClause || inner.has(relation) || select.targetList?.length !== 1) return [];
  return output.at(-2) === relation && output.at(-1) === outer.at(-1)
    ? [`returns ${quoted([shownName(output)])}, which is compared with itself`]
    : [];
}

const PATH_FUNCTIONS = new Set(["foldername", "filename", "extension"]);

/** True for a policy of Supabase's table of files. */
const isFiles = ({ catalog }: Reading, { schema, relation }: Policy): boolean =>
  schema === "storage" && relation === "objects" && isPlatformSchema(catalog, schema);

/** In a policy of storage.objects: the parts of a path that come from a column of another relation. */
function pathsOf(select: SelectStmt, inner: ReadonlySet<string>): string[] {
  const found: string[] = [];
  walk({ SelectStmt: select }, (node) => {
    const made = call(node);
    const [argument] = made?.args ?? [];
    const name = argument && columnRef(bare(argument));
    if (!made || !name || name.length < 2 || !inner.has(name.at(-2) ?? "")) return;
    const isPath = made.name.at(-2) === "storage" && PATH_FUNCTIONS.has(made.name.at(-1) ?? "");
    if (isPath && name.at(-1) === "name") found.push(`takes the path from ${quoted([shownName(name)])}`);
  });
  return found;
}
