import { finding, type Finding } from "../../finding.ts";
import { isPlatformSchema } from "../../pg/platform-schemas.ts";
import { byFunction } from "../../pg/by-function.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { bareTarget, call, conjuncts, nameParts, nullif, stringConst } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { isSessionVariable, isTenancyClaim, usesIn } from "../expression/index.ts";
import { bodyOf, type FunctionFacts } from "../functions/index.ts";
import { atPolicy, quoted } from "./place.ts";
import { disjuncts, withoutInitPlan, type Reading } from "./reading.ts";

const TOKEN = { kind: "function", schema: "auth", name: "jwt" } as const;

/**
 * Policies that compare a column with a value of the request and put a constant in its place where the request has none:
 * such a request reads the rows of that constant.
 */
export function constantTenantFindings(reading: Reading): Finding[] {
  return reading.policies.flatMap(({ policy, trees }) => {
    const constants = new Set(trees.flatMap((tree) => fallbacks(reading, withoutInitPlan(tree))));
    if (constants.size === 0) return [];
    return [
      finding(
        "constant-tenant-fallback",
        "warning",
        atPolicy(policy),
        `a request that names no tenant is treated as ${quoted(constants)}: it reaches the rows with that value`,
        "let a missing value be NULL, which equals no row, and let the request fail or find nothing",
      ),
    ];
  });
}

function fallbacks(reading: Reading, tree: Expr): string[] {
  const found: string[] = [];
  walk(tree, (node) => {
    const compared = as("A_Expr", node);
    if (compared?.lexpr && compared.rexpr && nameParts(compared.name).at(-1) === "=") {
      if (columnRef(uncast(compared.lexpr))) found.push(...constantsOf(reading, compared.rexpr));
      if (columnRef(uncast(compared.rexpr))) found.push(...constantsOf(reading, compared.lexpr));
    }
  });
  // `setting is null and org_id = '…'`
  for (const branch of disjuncts(tree)) {
    const parts = conjuncts(branch);
    if (!parts.some(testsMissing)) continue;
    for (const part of parts) {
      const compared = as("A_Expr", part);
      if (compared?.kind !== "AEXPR_OP" || nameParts(compared.name).at(-1) !== "=") continue;
      const constant =
        compared.rexpr && columnRef(uncast(compared.lexpr ?? part)) ? tenantConstant(compared.rexpr) : null;
      if (constant !== null && isKey(compared.rexpr)) found.push(constant);
    }
  }
  return found;
}

const uncast = (node: Expr): Expr => {
  const inner = as("TypeCast", node)?.arg;
  return inner ? uncast(inner) : node;
};

/** The constants that a value can be where the request gives none. */
function constantsOf(reading: Reading, node: Expr, depth = 0): string[] {
  const cast = as("TypeCast", node);
  if (cast?.arg && tenantConstant(node) === null) return constantsOf(reading, cast.arg, depth);
  const nulled = nullif(node);
  if (nulled) {
    const given = stringConst(nulled.nulled);
    return constantsOf(reading, nulled.value, depth).filter((one) => one !== given);
  }
  const parts = as("CoalesceExpr", node)?.args ?? [];
  const asked = parts.findIndex((part) => readsTenant(reading, part));
  if (asked >= 0)
    return parts.flatMap((part, place) => {
      const constant = place > asked ? tenantConstant(part) : null;
      return constant === null ? constantsOf(reading, part, depth) : [constant];
    });
  const choice = as("CaseExpr", node);
  if (choice) {
    const results = [...(choice.args ?? []).map((arg) => as("CaseWhen", arg)?.result), choice.defresult];
    const missing = (choice.args ?? []).some((arg) => testsMissing(as("CaseWhen", arg)?.expr));
    if (missing && results.some((one) => one !== undefined && readsTenant(reading, one)))
      return results.flatMap((one) => (one ? (tenantConstant(one) ?? []) : []));
  }
  const made = call(node);
  const schema = made && made.name.length > 1 ? (made.name.at(-2) ?? null) : null;
  if (!made || made.args.length > 0 || schema === null || isPlatformSchema(reading.catalog, schema) || depth > 3)
    return [];
  const facts = reading.index.resolve({ schema, name: made.name.at(-1) ?? "", args: made.args }, []);
  return facts.flatMap((fact) => valuesOf(reading, fact)).flatMap((value) => constantsOf(reading, value, depth + 1));
}

/** The expressions that a function of one SELECT or RETURN gives. */
function valuesOf(reading: Reading, fact: FunctionFacts): Expr[] {
  const fn = byFunction(reading.catalog.functions)(fact);
  if (!fn) return [];
  return bodyOf(fn).trees.flatMap((tree) => {
    const statement =
      typeof tree === "object" && tree !== null && "stmt" in tree ? (tree.stmt as Expr) : (tree as Expr);
    const select = as("SelectStmt", statement);
    const value = select ? bareTarget(select) : statement;
    return value ? [withoutInitPlan(value)] : [];
  });
}

/** True if a value comes from a session variable or from a claim that can name a tenant, directly or in a function. */
function readsTenant(reading: Reading, node: Expr): boolean {
  const uses = usesIn(node, TOKEN);
  return (
    uses.settings.length > 0 ||
    uses.claims.some(({ path }) => isTenancyClaim(path)) ||
    uses.calls.some((made) =>
      reading.index
        .resolve(made, [])
        .some((fact) => fact.reads.some((one) => isSessionVariable(one.setting)) || fact.claims.some(isTenancyClaim)),
    )
  );
}

/** `… IS NULL` or `… = ''` of a variable or a claim. */
const testsMissing = (node: Expr | undefined): boolean =>
  node !== undefined &&
  some(node, (inner) => {
    const test = as("NullTest", inner);
    const compared = as("A_Expr", inner);
    const isEmpty = compared?.kind === "AEXPR_OP" && stringConst(compared.rexpr) === "";
    const value = test?.arg ?? (isEmpty ? compared.lexpr : undefined);
    const uses = value && usesIn(value, TOKEN);
    return uses !== undefined && (uses.settings.length > 0 || uses.claims.some(({ path }) => isTenancyClaim(path)));
  });

/** The constant as text, if it can name a tenant: neither NULL nor empty nor a truth value. */
function tenantConstant(node: Expr): string | null {
  const inner = uncast(node);
  const constant = as("A_Const", inner);
  if (!constant || constant.isnull || constant.boolval) return null;
  if (constant.sval) return stringConst(inner) === "" || stringConst(inner)?.startsWith("{") ? null : printExpr(inner);
  return printExpr(inner);
}

/** True for a constant of a type that keys have: `uuid`, `bigint`. */
const isKey = (node: Expr | undefined): boolean => {
  const cast = as("TypeCast", node);
  const name = nameParts(cast?.typeName?.names).at(-1) ?? "";
  return name === "uuid" || name === "int8" || (as("A_Const", node)?.ival !== undefined && cast === null);
};
