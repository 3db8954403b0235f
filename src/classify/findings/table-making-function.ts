import { finding, type Finding } from "../../finding.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import type { CreateStmt, RangeVar } from "libpg-query";
import { as, type Expr } from "../../pg/expr/node.ts";
import { binary, stringConst } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { nameKey } from "../../pg/name.ts";
import { executed } from "../functions/index.ts";
import type { Evidence } from "./evidence.ts";
import { placeOf } from "./functions.ts";

/**
 * Functions that create tables or partitions and do not enable row security on them. A new table starts without it, a
 * partition too: it is not inherited from the partitioned table (measured on 15 and 18).
 */
export function tableMakingFindings(evidence: Evidence): Finding[] {
  const { catalog } = evidence;
  if (catalog.policies.length === 0) return [];
  return evidence.facts.flatMap((fact) => {
    const fn = evidence.definitionOf(fact);
    if (!fn || !/\bcreate\b[^;]*\btable\b/i.test(fn.body) || /enable\s+row\s+level\s+security/i.test(fn.body))
      return [];
    const made = tablesMade(evidence, fn).find((statement) => matters(evidence, statement));
    if (!made) return [];
    const parent = made.inhRelations?.length ? as("RangeVar", made.inhRelations[0]) : null;
    return [
      finding(
        "table-made-without-rls",
        "warning",
        placeOf(fact),
        made.partbound && parent?.relname !== undefined
          ? `\`${nameKey(fact)}\` makes partitions of \`${parent.relname}\` and does not enable row security on them: a query of a partition itself is subject to no policy`
          : `\`${nameKey(fact)}\` makes tables and does not enable row security on them`,
        "add EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', …) to the function",
      ),
    ];
  });
}

/** The CREATE TABLE statements of a body, also those that EXECUTE runs. */
function tablesMade(evidence: Evidence, fn: PgFunction): CreateStmt[] {
  const { trees, executes } = evidence.bodyOf(fn);
  const found: CreateStmt[] = [];
  walk([trees, executes.map((text) => executed(joined(text))?.tree ?? null)], (node) => {
    const made = as("CreateStmt", node);
    if (made) found.push(made);
    const relation = as("CreateTableAsStmt", node)?.into?.rel;
    if (relation) found.push({ relation });
  });
  return found;
}

/** `'CREATE TABLE ' || quote_ident(name) || …` as one constant, in which a name takes the place of each other part. */
function joined(text: Expr): Expr {
  const parts = partsOf(text);
  if (parts.length === 1) return text;
  const sval = parts.map((part) => stringConst(part) ?? "rlsmith_hole").join("");
  return { A_Const: { sval: { sval } } };
}

function partsOf(node: Expr): Expr[] {
  const cast = as("TypeCast", node);
  const join = binary(node, "||");
  if (join) return [...partsOf(join.left), ...partsOf(join.right)];
  return cast?.arg && stringConst(node) === null ? partsOf(cast.arg) : [node];
}

/** True for a table that stays, and for a partition of a relation with row security. */
function matters({ catalog }: Evidence, { relation, inhRelations, partbound }: CreateStmt): boolean {
  if (!relation || relation.relpersistence === "t" || relation.schemaname === "pg_temp") return false;
  if (!partbound) return true;
  const parent: RangeVar | null = as("RangeVar", inhRelations?.[0]);
  const known = catalog.relations.filter(
    ({ schema, name }) => name === parent?.relname && (parent.schemaname === undefined || parent.schemaname === schema),
  );
  // a name that is made at run time is not known
  return known.length === 0 || known.some(({ rowSecurity }) => rowSecurity);
}
