import type { ClaimsSource } from "../../pg/context.ts";
import { as, isNode, type Expr } from "../../pg/expr/node.ts";
import { claimRead, columnRef, settingRead, type SettingRead } from "../../pg/expr/reads.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import {
  boolConst,
  call,
  callsBuiltin,
  initPlanTarget,
  nameParts,
  nullif,
  stringConst,
  typeText,
} from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { isSessionVariable, type SettingUse } from "./setting-use.ts";

export interface CallName {
  /** null where the text gives none; in text from the catalog that is pg_catalog */
  schema: string | null;
  name: string;
}

/** The fallback for a missing value: a claim, or a call that may return one. */
export type Fallback = { path: string[] } | { call: CallName } | null;

export type FoundSetting = Omit<SettingUse, "hasClaimFallback" | "claimPath"> & {
  fallback: Fallback;
  underNegation: boolean;
  /** true inside `(select …)`, which is evaluated once a statement */
  once: boolean;
};

export interface FoundClaim {
  path: string[];
  raw: boolean;
  cast: string | null;
  once: boolean;
}

export interface FoundCall extends CallName {
  args: Expr[];
  fallback: Fallback;
  underNegation: boolean;
}

/** The values that a tree takes from the request, and the functions that it calls. */
export interface Uses {
  settings: FoundSetting[];
  claims: FoundClaim[];
  calls: FoundCall[];
  /** true if it reads a setting whose name is not a constant */
  computedName: boolean;
}

interface Around {
  fallback: Fallback;
  cast: string | null;
  emptyIsNull: boolean;
  asFlag: boolean;
  column: string | null;
  presence: boolean;
  negated: boolean;
  once: boolean;
}

const NOTHING: Omit<Around, "negated" | "once"> = {
  fallback: null,
  cast: null,
  emptyIsNull: false,
  asFlag: false,
  column: null,
  presence: false,
};

/** Find every read of a session variable or claim and every call in a tree, each with its surroundings. */
export function usesIn(tree: unknown, source: ClaimsSource): Uses {
  const uses: Uses = { settings: [], claims: [], calls: [], computedName: false };
  visit(tree, { ...NOTHING, negated: false, once: false }, uses, source);
  return uses;
}

function visit(value: unknown, around: Around, uses: Uses, source: ClaimsSource): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, around, uses, source);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (isNode(value)) visitNode(value, around, uses, source);
  else for (const item of Object.values(value)) visit(item, around, uses, source);
}

function visitNode(node: Expr, around: Around, uses: Uses, source: ClaimsSource): void {
  const inner = (child: unknown, change: Partial<Around> = {}): void =>
    visit(child, { ...around, ...change }, uses, source);
  const fresh = (child: unknown, change: Partial<Around> = {}): void =>
    visit(child, { ...NOTHING, negated: around.negated, once: around.once, ...change }, uses, source);

  const setting = settingRead(node);
  if (setting && isSessionVariable(setting.setting)) return void uses.settings.push(found(node, setting, around));
  const claim = claimRead(node, source);
  if (claim) {
    uses.claims.push({ path: claim.path, raw: claim.raw, cast: claim.cast, once: around.once || innerOnce(node) });
    return;
  }
  const wrapped = initPlanTarget(node);
  if (wrapped) return inner(wrapped, { once: true });
  const cast = as("TypeCast", node);
  if (cast) {
    const type = typeText(cast.typeName);
    return inner(cast.arg, {
      cast: type === "text" ? around.cast : (around.cast ?? type),
      asFlag: around.asFlag || type === "boolean",
    });
  }
  const nulled = nullif(node);
  if (nulled) return inner(nulled.value);
  const coalesced = as("CoalesceExpr", node)?.args;
  if (coalesced) {
    for (const [index, arg] of coalesced.entries())
      inner(arg, { fallback: firstFallback(coalesced.slice(index + 1), source) ?? around.fallback });
    return;
  }
  const procedure = as("CallStmt", node)?.funccall;
  if (procedure) return visitNode({ FuncCall: procedure }, around, uses, source);
  if (visitCase(node, around, inner, fresh, source)) return;
  if (visitTest(node, around, fresh)) return;
  const called = as("FuncCall", node);
  if (called) {
    const parts = nameParts(called.funcname);
    const name = parts.at(-1) ?? "";
    const args = called.args ?? [];
    if (callsBuiltin(node, "current_setting") && stringConst(args[0]) === null) uses.computedName = true;
    const schema = parts.length > 1 ? (parts.at(-2) ?? null) : null;
    if (schema !== "pg_catalog")
      uses.calls.push({ schema, name, args, fallback: around.fallback, underNegation: around.negated });
    const passesOn = (schema === null || schema === "pg_catalog") && NULL_STAYS_NULL.has(name);
    return passesOn ? inner(called) : fresh(called);
  }
  fresh(Object.values(node)[0]);
}

// The result of these functions is the same text in another form, and NULL for NULL: an expression around the call
// applies to the text.
const NULL_STAYS_NULL = new Set(
  "lower upper btrim ltrim rtrim trim replace translate regexp_replace string_to_array current_setting".split(" "),
);

function found(node: Expr, read: SettingRead, around: Around): FoundSetting {
  const cast = read.cast ?? around.cast;
  return {
    setting: read.setting,
    missingOk: read.missingOk,
    emptyIsNull: read.emptyIsNull || around.emptyIsNull,
    cast,
    separator: read.separator,
    asFlag: around.asFlag || cast === "boolean",
    column: around.column,
    fallback: around.fallback,
    presence: around.presence,
    underNegation: around.negated,
    once: around.once || innerOnce(node),
  };
}

/** True if the read itself is wrapped, under casts and operators: `(select auth.jwt()) ->> 'x'`. */
function innerOnce(node: Expr): boolean {
  let wrapped = false;
  walk(node, (inner) => {
    if (initPlanTarget(inner)) wrapped = true;
  });
  return wrapped;
}

/** Visit CASE: `CASE WHEN setting is present THEN setting ELSE claim END` is a COALESCE, too. */
function visitCase(
  node: Expr,
  around: Around,
  inner: (child: unknown, change?: Partial<Around>) => void,
  fresh: (child: unknown) => void,
  source: ClaimsSource,
): boolean {
  const found = as("CaseExpr", node);
  if (!found) return false;
  const fallback = found.defresult ? fallbackIn(found.defresult, source) : null;
  const whens = (found.args ?? []).map((arg) => as("CaseWhen", arg));
  const own = fallback && whens.every((when) => when && !hasColumn(when.expr));
  const emptyIsNull = own ? whens.some((when) => comparesEmpty(when?.expr)) : false;
  for (const when of whens) {
    if (own) inner(when?.expr, { fallback, presence: true, emptyIsNull });
    else fresh(when?.expr);
    inner(when?.result, own ? { fallback, emptyIsNull } : {});
  }
  fresh(found.arg);
  inner(found.defresult, { fallback: around.fallback });
  return true;
}

const hasColumn = (tree: unknown): boolean => {
  let has = false;
  walk(tree, (node) => {
    if (as("ColumnRef", node)) has = true;
  });
  return has;
};

const comparesEmpty = (tree: unknown): boolean => {
  let empty = false;
  walk(tree, (node) => {
    if (stringConst(node) === "") empty = true;
  });
  return empty;
};

const ON_WORDS = new Set("on off true false t f yes no y n 1 0".split(" "));
const isFlagWord = (node: Expr | undefined): boolean =>
  ON_WORDS.has(stringConst(node)?.toLowerCase() ?? "") || (node !== undefined && boolConst(node) !== null);

/** Visit NOT, IS NULL, IS TRUE and comparisons. */
function visitTest(node: Expr, around: Around, fresh: (child: unknown, change?: Partial<Around>) => void): boolean {
  const kept = { fallback: around.fallback, presence: around.presence, emptyIsNull: around.emptyIsNull };
  const bool = as("BoolExpr", node);
  if (bool) {
    const inCase = around.presence ? kept : {};
    fresh(bool.args, { ...inCase, negated: bool.boolop === "NOT_EXPR" ? !around.negated : around.negated });
    return true;
  }
  const nullTest = as("NullTest", node);
  if (nullTest) {
    fresh(nullTest.arg, { ...(around.presence ? kept : {}), presence: true });
    return true;
  }
  const truth = as("BooleanTest", node);
  if (truth) {
    const turns = truth.booltesttype === "IS_FALSE" || truth.booltesttype === "IS_NOT_TRUE";
    fresh(truth.arg, { asFlag: true, negated: turns ? !around.negated : around.negated });
    return true;
  }
  const expression = as("A_Expr", node);
  if (!expression) return false;
  const list = as("List", expression.rexpr)?.items ?? as("A_ArrayExpr", expression.rexpr)?.elements;
  const asFlag = isFlagWord(expression.rexpr) || (list !== undefined && list.every(isFlagWord));
  const presence = stringConst(expression.rexpr) === "";
  // `x <> setting`, NOT IN, <> ALL, IS DISTINCT FROM: true where the value differs.
  const differs = expression.kind === "AEXPR_DISTINCT" || nameParts(expression.name).at(-1) === "<>";
  const negated = differs ? !around.negated : around.negated;
  const side = { asFlag, negated, ...(around.presence ? kept : {}), presence: presence || around.presence };
  fresh(expression.lexpr, { ...side, column: columnOf(expression.rexpr) });
  fresh(expression.rexpr, {
    ...(around.presence ? kept : {}),
    negated,
    column: columnOf(expression.lexpr),
    asFlag: isFlagWord(expression.lexpr),
  });
  return true;
}

const columnOf = (node: Expr | undefined): string | null => {
  const cast = as("TypeCast", node);
  return (cast ? columnRef(cast.arg)?.at(-1) : columnRef(node)?.at(-1)) ?? null;
};

const firstFallback = (args: readonly Expr[], source: ClaimsSource): Fallback => {
  const found = args.map((arg) => fallbackIn(arg, source)).filter((fallback) => fallback !== null);
  return found.find((fallback) => "path" in fallback) ?? found[0] ?? null;
};

/** The claim from which a value is computed, if it is computed from one claim and nothing else. */
function fallbackIn(node: Expr, source: ClaimsSource): Fallback {
  const claim = claimRead(node, source);
  if (claim) return claim.path.length > 0 ? { path: claim.path } : null;
  const inner = as("TypeCast", node)?.arg ?? nullif(node)?.value ?? initPlanTarget(node);
  if (inner) return fallbackIn(inner, source);
  const coalesced = as("CoalesceExpr", node)?.args;
  if (coalesced) return firstFallback(coalesced, source);
  const called = call(node);
  // The result of array functions on a claim: ARRAY(SELECT jsonb_array_elements_text(…)), string_to_array(…).
  if (called || as("SubLink", node)) {
    const uses = usesIn(Object.values(node)[0], source);
    const paths = new Set(uses.claims.map(({ path }) => JSON.stringify(path)));
    const [only] = uses.claims;
    if (
      paths.size === 1 &&
      only &&
      only.path.length > 0 &&
      uses.settings.length === 0 &&
      relationsIn(node).length === 0
    )
      return { path: only.path };
    if (called && called.args.every((arg) => !hasColumn(arg)) && uses.claims.length === 0) {
      const name = called.name.at(-1) ?? "";
      return { call: { schema: called.name.length > 1 ? (called.name.at(-2) ?? null) : null, name } };
    }
  }
  return null;
}
