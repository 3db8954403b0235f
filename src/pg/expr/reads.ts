import { samePath, type ClaimsSource } from "../context.ts";
import { nameKey, type NameKey } from "../name.ts";
import { equal } from "./equal.ts";
import { as, type Expr } from "./node.ts";
import {
  binary,
  call,
  callKey,
  callsBuiltin,
  initPlanTarget,
  nameParts,
  nullif,
  stringConst,
  TEXT_TYPES,
  typeText,
} from "./shape.ts";

/** A value that comes from one session variable alone: `NULLIF(current_setting('app.x', true), '')::uuid`. */
export interface SettingRead {
  setting: string;
  /** the second argument of current_setting; if it is false, an unset variable raises 42704 */
  missingOk: boolean;
  /** true if '' is turned into NULL */
  emptyIsNull: boolean;
  /** the type that the text is cast to; null where it stays text */
  cast: string | null;
  /** the separator of string_to_array around the read */
  separator: string | null;
}

/** Recognise a read of a session variable inside casts, NULLIF(…, ''), string_to_array and the InitPlan form. */
export function settingRead(node: Expr | undefined): SettingRead | null {
  const bare = callsBuiltin(node, "current_setting");
  if (bare) {
    const setting = stringConst(bare[0]);
    if (setting === null || bare.length > 2) return null;
    const missing = bare[1] === undefined ? false : constantBool(bare[1]);
    // GUC names are case-insensitive (guc.c, guc_name_compare)
    return { setting: setting.toLowerCase(), missingOk: missing, emptyIsNull: false, cast: null, separator: null };
  }
  const wrapped = initPlanTarget(node);
  if (wrapped) return settingRead(wrapped);
  const cast = as("TypeCast", node);
  if (cast) {
    const inner = settingRead(cast.arg);
    const type = typeText(cast.typeName);
    if (!inner || inner.cast !== null) return null;
    return TEXT_TYPES.has(type) ? inner : { ...inner, cast: type };
  }
  const nulled = nullif(node);
  if (nulled && stringConst(nulled.nulled) === "") {
    // COALESCE(…, '') is accepted as part of the read only here, where NULLIF turns '' into NULL again.
    const filled = as("CoalesceExpr", nulled.value)?.args;
    const inner = settingRead(filled?.length === 2 && stringConst(filled[1]) === "" ? filled[0] : nulled.value);
    return inner && inner.cast === null && inner.separator === null ? { ...inner, emptyIsNull: true } : null;
  }
  const array = callsBuiltin(node, "string_to_array");
  if (array?.length === 2) {
    const inner = settingRead(array[0]);
    const separator = stringConst(array[1]);
    return inner && inner.cast === null && separator !== null ? { ...inner, separator } : null;
  }
  return null;
}

const constantBool = (node: Expr): boolean => as("A_Const", node)?.boolval?.boolval ?? false;

/** A value that comes from one place in the token: `(auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid`. */
export interface ClaimRead {
  /** keys from the root of the token; empty for the token itself */
  path: string[];
  /** text for ->>, json for -> */
  kind: "text" | "json";
  cast: string | null;
  /** true if it is read from the raw setting, not with a function */
  raw: boolean;
  emptyIsNull: boolean;
}

/** Supabase's functions that return one claim. */
const CLAIM_FUNCTIONS: ReadonlyMap<NameKey, string> = new Map([
  [nameKey({ schema: "auth", name: "uid" }), "sub"],
  [nameKey({ schema: "auth", name: "role" }), "role"],
  [nameKey({ schema: "auth", name: "email" }), "email"],
]);

const JWT = nameKey({ schema: "auth", name: "jwt" });

/** Supabase's functions that read the token: all of it, or one claim. */
export const TOKEN_FUNCTIONS: ReadonlySet<NameKey> = new Set([JWT, ...CLAIM_FUNCTIONS.keys()]);

// PostgREST before version 9 set one setting for each claim.
const ONE_CLAIM = "request.jwt.claim.";

/**
 * Recognise a read of a claim: `->`, `->>`, `#>`, `#>>`, casts, NULLIF(…, ''), the InitPlan form, `request.jwt.claims`
 * read raw, auth.uid().
 */
export function claimRead(node: Expr | undefined, source: ClaimsSource): ClaimRead | null {
  if (isToken(node, source))
    return { path: [], kind: "json", cast: null, raw: readsRawClaims(node), emptyIsNull: false };
  const made = call(node);
  if (made && made.args.length === 0) {
    const key = callKey(made.name);
    const claim = key === null ? undefined : CLAIM_FUNCTIONS.get(key);
    if (claim !== undefined) return { path: [claim], kind: "text", cast: null, raw: false, emptyIsNull: false };
  }
  const setting = callsBuiltin(node, "current_setting") ? settingRead(node) : null;
  if (setting?.setting.startsWith(ONE_CLAIM))
    return { path: [setting.setting.slice(ONE_CLAIM.length)], kind: "text", cast: null, raw: true, emptyIsNull: false };
  const wrapped = initPlanTarget(node);
  if (wrapped) return claimRead(wrapped, source);
  const cast = as("TypeCast", node);
  if (cast) {
    const inner = claimRead(cast.arg, source);
    const type = typeText(cast.typeName);
    if (!inner || inner.cast !== null) return null;
    if (inner.kind === "json" && (type === "jsonb" || type === "json")) return inner;
    return TEXT_TYPES.has(type) && inner.kind === "text" ? inner : { ...inner, cast: type };
  }
  const nulled = nullif(node);
  if (nulled && stringConst(nulled.nulled) === "") {
    const inner = claimRead(nulled.value, source);
    return inner?.kind === "text" && inner.cast === null ? { ...inner, emptyIsNull: true } : null;
  }
  const operation = binary(node);
  if (operation) {
    const keys = keysOf(operation.operator, operation.right);
    if (!keys) return null;
    const inner = claimRead(operation.left, source);
    if (!inner || inner.kind !== "json" || inner.cast !== null) return null;
    return { ...inner, path: [...inner.path, ...keys], kind: operation.operator.endsWith(">>") ? "text" : "json" };
  }
  for (const [name, kind] of EXTRACTORS) {
    const args = callsBuiltin(node, name);
    if (!args || args.length < 2) continue;
    const inner = claimRead(args[0], source);
    const keys = args.slice(1).map((arg) => stringConst(arg));
    if (inner?.kind === "json" && inner.cast === null && keys.every((key) => key !== null))
      return { ...inner, path: [...inner.path, ...keys], kind };
  }
  return null;
}

const EXTRACTORS: readonly (readonly [string, "text" | "json"])[] = [
  ["jsonb_extract_path_text", "text"],
  ["json_extract_path_text", "text"],
  ["jsonb_extract_path", "json"],
  ["json_extract_path", "json"],
];

function keysOf(operator: string, right: Expr): string[] | null {
  if (operator === "->" || operator === "->>") {
    const key = stringConst(right);
    return key === null ? null : [key];
  }
  if (operator !== "#>" && operator !== "#>>") return null;
  const list = as("A_ArrayExpr", right)?.elements?.map((element) => stringConst(element));
  if (list) return list.every((key) => key !== null) ? list : null;
  const cast = as("TypeCast", right);
  const literal = stringConst(cast && typeText(cast.typeName) === "text[]" ? cast.arg : right);
  // Simple array literals only; an array with quoted elements gives `null`: not recognised.
  return literal !== null && /^\{[^"\\{}]*\}$/.test(literal) ? literal.slice(1, -1).split(",") : null;
}

/** True for two reads of one claim as one type; one may turn an empty text into NULL, and the other not. */
export function sameClaim(a: Expr, b: Expr, source: ClaimsSource): boolean {
  const [left, right] = [claimRead(a, source), claimRead(b, source)];
  if (left === null || right === null) return false;
  return equal(a, b) || (left.kind === right.kind && left.cast === right.cast && samePath(left.path, right.path));
}

/**
 * True if the node is the whole token: a call of the source function, `auth.jwt()`, or the raw setting cast to json.
 */
export function isToken(node: Expr | undefined, source: ClaimsSource): boolean {
  const wrapped = initPlanTarget(node);
  if (wrapped) return isToken(wrapped, source);
  const made = call(node);
  if (made?.args.length === 0) {
    const key = callKey(made.name);
    return key === JWT || (source.kind === "function" && key === nameKey(source));
  }
  const cast = as("TypeCast", node);
  if (!cast) return false;
  const type = typeText(cast.typeName);
  if (type !== "jsonb" && type !== "json") return false;
  if (isToken(cast.arg, source)) return true;
  return readsRawClaims(cast.arg);
}

const RAW_CLAIMS = new Set(["request.jwt.claims", "request.jwt.claim"]);

/** True if the node is a read of PostgREST's raw claims, including a COALESCE of both names of the setting. */
export function readsRawClaims(node: Expr | undefined): boolean {
  const cast = as("TypeCast", node);
  if (cast) return readsRawClaims(cast.arg);
  const read = settingRead(node);
  if (read) return RAW_CLAIMS.has(read.setting) && read.cast === null;
  const parts = as("CoalesceExpr", node)?.args;
  return parts !== undefined && parts.every((part) => readsRawClaims(part) || stringConst(part) === "{}");
}

/** The parts of the name in a ColumnRef: `["staff", "role"]`. Null for `*` and for other nodes. */
export function columnRef(node: Expr | undefined): string[] | null {
  const found = as("ColumnRef", node);
  if (!found) return null;
  const parts = nameParts(found.fields);
  return parts.includes("*") ? null : parts;
}
