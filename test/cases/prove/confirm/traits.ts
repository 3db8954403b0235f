import { as, isNode, type Expr } from "../../../../src/pg/expr/node.ts";
import { parseExpr } from "../../../../src/pg/expr/parse.ts";

/** What the expressions of a case read, and what their values are cast to: the ground for drawing values that matter. */
export interface Traits {
  /** setting → types it is cast to; empty: read as text */
  settings: Map<string, Set<string>>;
  /** claim path → types it is cast to; `json` where it is not read as text */
  claims: Map<string, { path: string[]; kinds: Set<string> }>;
  strings: Set<string>;
  numbers: Set<number>;
  casts: Set<string>;
}

export const CLAIMS = "request.jwt.claims";

export function traitsOf(expressions: string[]): Traits {
  const traits: Traits = {
    settings: new Map(),
    claims: new Map(),
    strings: new Set(),
    numbers: new Set(),
    casts: new Set(),
  };
  for (const text of expressions) visit(parseExpr(text), null, traits);
  return traits;
}

function visit(value: unknown, cast: string | null, traits: Traits): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item, cast, traits);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (!isNode(value)) {
    for (const item of Object.values(value)) visit(item, cast, traits);
    return;
  }
  const path = claimPath(value);
  if (path) {
    noteClaim(path.keys, path.json ? "json" : cast, traits);
    return;
  }
  const call = as("FuncCall", value);
  const name = call ? nameOf(call.funcname) : null;
  if (call && name === "current_setting") {
    const setting = stringOf(call.args?.[0])?.toLowerCase() ?? null;
    if (setting !== null && setting !== CLAIMS) {
      const kinds = traits.settings.get(setting) ?? new Set<string>();
      if (cast !== null && cast !== "text") kinds.add(cast);
      traits.settings.set(setting, kinds);
    }
    return;
  }
  if (name === "uid") {
    noteClaim(["sub"], "uuid", traits);
    return;
  }
  const constant = as("A_Const", value);
  if (constant?.sval) traits.strings.add(constant.sval.sval ?? "");
  if (constant?.ival) traits.numbers.add(constant.ival.ival ?? 0);
  const typed = as("TypeCast", value);
  if (typed) {
    const type = nameOf(typed.typeName?.names);
    if (type !== null) traits.casts.add(type);
    visit(typed.arg, type === "jsonb" ? null : type, traits);
    return;
  }
  const operator = as("A_Expr", value);
  const keeps =
    call ||
    as("CoalesceExpr", value) ||
    operator?.kind === "AEXPR_NULLIF" ||
    as("SubLink", value) ||
    as("SelectStmt", value) ||
    as("ResTarget", value);
  for (const item of Object.values(value)) visit(item, keeps ? cast : null, traits);
}

function noteClaim(keys: string[], kind: string | null, traits: Traits): void {
  const id = keys.join(".");
  const known = traits.claims.get(id) ?? { path: keys, kinds: new Set<string>() };
  if (kind !== null && kind !== "text") known.kinds.add(kind);
  traits.claims.set(id, known);
}

/** `token -> 'a' ->> 'b'`, for any token that is not a column. */
function claimPath(node: Expr): { keys: string[]; json: boolean } | null {
  const arrow = as("A_Expr", node);
  const operator = as("String", arrow?.name?.[0])?.sval ?? "";
  if (!arrow || !["->", "->>", "#>", "#>>"].includes(operator)) return null;
  const key = stringOf(arrow.rexpr);
  if (key === null || !arrow.lexpr || isColumn(arrow.lexpr)) return null;
  const keys = operator.startsWith("#") ? key.replace(/^\{|\}$/g, "").split(",") : [key];
  const before = claimPath(arrow.lexpr);
  return { keys: [...(before?.keys ?? []), ...keys], json: !operator.endsWith(">>") };
}

const isColumn = (node: Expr): boolean => as("ColumnRef", node) !== null;

const nameOf = (names: Expr[] | undefined): string | null => as("String", names?.at(-1))?.sval ?? null;

function stringOf(node: Expr | undefined): string | null {
  const bare = as("TypeCast", node)?.arg ?? node;
  const constant = as("A_Const", bare);
  return constant?.sval ? (constant.sval.sval ?? "") : null;
}
