import type { Catalog } from "../../pg/catalog.ts";
import { samePath, type ClaimsSource } from "../../pg/context.ts";
import { as, isNode } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { claimRead, columnRef } from "../../pg/expr/reads.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { initPlanTarget, nameParts, nullif } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { groupBy } from "../../pg/group-by.ts";
import { nameKey } from "../../pg/name.ts";
import type { PolicyId } from "../../pg/policy.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import { isTenancyClaim } from "../expression/index.ts";
import { bodyOf, readTokenFunctions } from "../functions/index.ts";

/** How policies use one claim, themselves or with the functions that they call. */
export interface ClaimUse {
  path: string[];
  /**
   * `rights`: it decides what a member may do, because it is compared with a constant, tested for truth, or used in a
   * way that does not ask for a row's equality with it. `rows`: every use asks whether a column is equal to it, or one of
   * it, which chooses rows, or tests its presence. `unknown`: a policy reads it in a function in which its use was not found.
   */
  decides: "rights" | "rows" | "unknown";
  /** the constants that it is compared with, sorted */
  constants: string[];
  policies: PolicyId[];
}

type Around =
  /** compared with a column of a row */
  | { kind: "column" }
  | { kind: "constant"; constants: readonly string[] }
  /** a condition by itself */
  | { kind: "truth" }
  | { kind: "presence" }
  /** what is done with it is decided by the caller of the function, or not known */
  | { kind: "value" }
  /** compared with an argument of the function that it is in */
  | { kind: "argument"; position: number };

interface Found {
  path: string[];
  around: Around;
}

/** The function that a tree is in; null: a policy. */
interface Inside {
  argumentNames: readonly string[];
  locals: ReadonlySet<string>;
}

/** The use of every claim that policies read, except those of identity and of the token itself. Pure. */
export function claimUses(catalog: Catalog, classified: readonly ClassifiedPolicy[], source: ClaimsSource): ClaimUse[] {
  const readable = readTokenFunctions(catalog, source);
  const calls = functionUses(catalog, source, readable);
  const uses: ClaimUse[] = [];
  const useOf = (path: string[], policy: PolicyId): ClaimUse => {
    const there = uses.find((use) => samePath(use.path, path));
    const use = there ?? { path, decides: "rows", constants: [], policies: [] };
    if (!there) uses.push(use);
    if (!use.policies.includes(policy)) use.policies.push(policy);
    return use;
  };
  for (const { id, policy, claims } of classified) {
    const trees = [policy.using, policy.check].flatMap((text) => (text === null ? [] : [readable(parseExpr(text))]));
    const found = visitAll(trees, { kind: "truth" }, { source, calls, inside: null });
    for (const { path, around } of found) {
      const use = useOf(path, id);
      if (around.kind !== "column" && around.kind !== "presence") use.decides = "rights";
      if (around.kind === "constant") use.constants.push(...around.constants);
    }
    for (const path of claims.filter(isTenancyClaim))
      if (!found.some((one) => samePath(one.path, path))) {
        const use = useOf(path, id);
        if (use.decides === "rows") use.decides = "unknown";
      }
  }
  return uses.map((use) => ({ ...use, constants: [...new Set(use.constants)].toSorted() }));
}

interface Context {
  source: ClaimsSource;
  /** the uses of claims in the functions of this name, all overloads together */
  calls: (name: readonly string[]) => readonly Found[];
  inside: Inside | null;
}

/** The uses in functions, each name read once; a function that calls itself adds nothing to itself. */
function functionUses(catalog: Catalog, source: ClaimsSource, readable: <T>(tree: T) => T): Context["calls"] {
  const byName = groupBy(catalog.functions, nameKey);
  const byBareName = groupBy(catalog.functions, ({ name }) => name);
  const known = new Map<string, readonly Found[]>();
  const calls: Context["calls"] = (parts) => {
    const [name = "", schema] = parts.toReversed();
    const key = schema === undefined ? name : nameKey({ schema, name });
    const there = known.get(key);
    if (there) return there;
    known.set(key, []);
    const overloads = schema === undefined ? byBareName.get(name) : byName.get(nameKey({ schema, name }));
    const found = (overloads ?? []).flatMap((fn) => {
      const { trees, locals } = readable(bodyOf(fn));
      const inside = { argumentNames: fn.argumentNames, locals: new Set(locals.keys()) };
      return visitAll(trees, { kind: "value" }, { source, calls, inside });
    });
    known.set(key, found);
    return found;
  };
  return calls;
}

function visitAll(tree: unknown, around: Around, context: Context): Found[] {
  const found: Found[] = [];
  visit(tree, around, context, found);
  return found;
}

// Operators whose result is a part of the value, or the value in another form.
const KEEPS_VALUE = new Set(["->", "->>", "#>", "#>>", "||", "+", "-", "*", "/", "%"]);
// A claim that is more or less than a column is a rank: it decides what a member may do.
const ORDER = new Set(["<", "<=", ">", ">="]);
const CONDITIONS = new Set(["whereClause", "havingClause", "quals"]);

function visit(value: unknown, around: Around, context: Context, found: Found[]): void {
  const into = (part: unknown, other: Around = around): void => visit(part, other, context, found);
  if (Array.isArray(value)) return void value.forEach((part) => into(part));
  if (typeof value !== "object" || value === null) return;
  if (!isNode(value)) {
    for (const [key, part] of Object.entries(value)) into(part, CONDITIONS.has(key) ? { kind: "truth" } : around);
    return;
  }
  const read = claimRead(value, context.source);
  if (read) {
    // A boolean that a function does not return itself is a condition of it.
    const condition = read.cast === "boolean" && around.kind === "value";
    if (isTenancyClaim(read.path)) found.push({ path: read.path, around: condition ? { kind: "truth" } : around });
    return;
  }
  const once = initPlanTarget(value);
  if (once) return into(once);
  if (as("BoolExpr", value)) return into(as("BoolExpr", value)?.args, { kind: "truth" });
  if (as("BooleanTest", value)) return into(as("BooleanTest", value)?.arg, { kind: "truth" });
  if (as("NullTest", value)) return into(as("NullTest", value)?.arg, { kind: "presence" });
  const nulled = nullif(value);
  if (nulled) return into(nulled.value);
  const operation = as("A_Expr", value);
  if (operation) {
    const { lexpr, rexpr } = operation;
    const name = nameParts(operation.name).at(-1) ?? "";
    if (operation.kind === "AEXPR_OP" && KEEPS_VALUE.has(name)) return into([lexpr, rexpr]);
    const isOrder = operation.kind !== "AEXPR_OP" ? operation.kind?.includes("BETWEEN") : ORDER.has(name);
    const against = (other: unknown): Around => {
      const around = comparedWith(other, context);
      return isOrder && around.kind === "column" ? { kind: "value" } : around;
    };
    into(lexpr, against(rexpr));
    return into(rexpr, against(lexpr));
  }
  const link = as("SubLink", value);
  if (link?.testexpr) {
    into(link.testexpr, comparedWith(link.subselect, context));
    return into(link.subselect, comparedWith(link.testexpr, context));
  }
  const cases = as("CaseExpr", value);
  if (cases) return visitCase(cases, into, context);
  const called = as("FuncCall", value);
  if (called) {
    const args = called.args ?? [];
    // an argument that is passed by name is at another position
    const named = args.some((arg) => as("NamedArgExpr", arg) !== null);
    for (const use of context.calls(nameParts(called.funcname))) {
      if (use.around.kind === "value") found.push({ path: use.path, around });
      else if (use.around.kind === "argument")
        found.push({
          path: use.path,
          around: named ? { kind: "value" } : comparedWith(args[use.around.position], context),
        });
      else found.push(use);
    }
    return into(args);
  }
  into(Object.values(value)[0]);
}

function visitCase(
  { arg, args, defresult }: NonNullable<ReturnType<typeof as<"CaseExpr">>>,
  into: (part: unknown, around?: Around) => void,
  context: Context,
): void {
  const whens = (args ?? []).flatMap((one) => as("CaseWhen", one) ?? []);
  for (const { expr, result } of whens) {
    into(expr, arg ? comparedWith(arg, context) : { kind: "truth" });
    into(arg, comparedWith(expr, context));
    into(result);
  }
  into(defresult);
}

/** What the other side of a comparison makes of a claim on this side. */
function comparedWith(other: unknown, { inside }: Context): Around {
  const constants: string[] = [];
  let argument: number | null = null;
  let column = relationsIn(other).length > 0;
  let unknown = false;
  walk(other, (node) => {
    const constant = as("A_Const", node);
    if (constant) constants.push(textOf(constant));
    const parameter = as("ParamRef", node)?.number;
    if (parameter !== undefined) argument = parameter - 1;
    const name = columnRef(node);
    const own = name?.length === 1 ? (name[0] ?? "") : name?.at(-1);
    if (name === null || own === undefined) return;
    const position = inside?.argumentNames.indexOf(own) ?? -1;
    if (position >= 0) argument = position;
    else if (inside?.locals.has(own)) unknown = true;
    else column = true;
  });
  if (argument !== null) return { kind: "argument", position: argument };
  if (unknown) return { kind: "value" };
  if (column) return { kind: "column" };
  if (constants.length === 0 || some(other, (node) => as("FuncCall", node) !== null)) return { kind: "value" };
  return constants.every((text) => text === "") ? { kind: "presence" } : { kind: "constant", constants };
}

function textOf({ sval, ival, fval, boolval, isnull }: NonNullable<ReturnType<typeof as<"A_Const">>>): string {
  if (isnull) return "";
  return sval?.sval ?? fval?.fval ?? String(boolval ? (boolval.boolval ?? false) : ival ? (ival.ival ?? 0) : "");
}
