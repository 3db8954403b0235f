import type { Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { boolConst, call, stringConst } from "../../pg/expr/shape.ts";
import { nameKey } from "../../pg/name.ts";
import { SORT, TYPE } from "../logic/sort.ts";
import { settingIsSet, split } from "../logic/symbol.ts";
import { construct } from "../unmodelled.ts";
import { builtInName, calledFunction, isAmbiguous, mayUseAll, ownFunctions, shownCall, type Called } from "./called.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { encodeHasRole } from "./has-role.ts";
import { inlined } from "./inline.ts";
import { jsonAt, jsonText } from "./json.ts";
import { SUPABASE } from "./platform.ts";
import { encodeSplitPart } from "./part.ts";
import { encodeTextFunction, encodeTextOperator, TEXT_FUNCTIONS } from "./text.ts";
import type { Value } from "./value.ts";

const platform = new Map(SUPABASE.map(({ name, body }) => [nameKey(name), parseExpr(body)]));

const platformBody = ({ schema, name }: Called): Expr | undefined =>
  schema === null ? undefined : platform.get(nameKey({ schema, name }));

/** A function call: settings, the few functions that are modelled, bodies in SQL; anything else is opaque. */
export function encodeCall(encoder: Encoder, node: Expr, frame: Frame): Value {
  const made = call(node);
  if (!made) return encoder.opaque(node, frame, construct("call"));
  const called = calledFunction(made.name);
  if (isAmbiguous(encoder.side, frame, called)) return encoder.opaque(node, frame, construct("overload"));
  const own = ownFunctions(encoder.side, frame, called);
  if (!mayUseAll(encoder.side, frame, own)) return encoder.opaque(node, frame, construct("schema privileges"));
  if (own.length > 0) return inlined(encoder, node, made.args, own, frame);
  const name = builtInName(called);
  const builtIn = name === null ? null : builtInCall(encoder, name, made.args, frame);
  if (builtIn) return builtIn;
  const known = made.args.length === 0 ? platformBody(called) : undefined;
  if (known)
    return encoder.expression(known, {
      ...frame,
      scopes: [],
      withQueries: new Map(),
      parameters: new Map(),
      written: false,
      refusesAmbiguity: false,
    });
  return encoder.opaque(node, frame, { kind: "function", name: shownCall(called) });
}

function builtInCall(encoder: Encoder, name: string, args: readonly Expr[], frame: Frame): Value | null {
  const { logic } = encoder;
  switch (name) {
    case "current_setting":
      return setting(encoder, args);
    case "now":
    case "transaction_timestamp": {
      const cases = [{ when: logic.true, term: logic.clock("now") }];
      return { kind: "scalar", type: TYPE.timestamptz, raises: logic.false, isNull: logic.false, cases };
    }
    case "json_extract_path":
    case "jsonb_extract_path":
      return extractPath(encoder, args, frame);
    case "json_extract_path_text":
    case "jsonb_extract_path_text": {
      const member = extractPath(encoder, args, frame);
      return member && jsonText(encoder, member);
    }
    case "string_to_array":
      return args.length === 2 ? stringToArray(encoder, args, frame) : null;
    case "split_part":
      return encodeSplitPart(encoder, args, frame);
    case "starts_with": {
      const [text, prefix] = args.map((arg) => encoder.expression(arg, frame));
      return args.length === 2 && text && prefix ? encodeTextOperator(encoder, "^@", text, prefix) : null;
    }
    case "pg_has_role":
      return encodeHasRole(encoder, args, frame);
    default:
      return TEXT_FUNCTIONS.has(name) ? encodeTextFunction(encoder, name, args, frame) : null;
  }
}

function extractPath(encoder: Encoder, args: readonly Expr[], frame: Frame): ReturnType<typeof jsonAt> {
  const keys = args.slice(1).map((arg) => stringConst(arg));
  if (!keys.every((key): key is string => key !== null && !/^-?\d+$/.test(key))) return null;
  return jsonAt(encoder, encoder.expression(args[0], frame), keys);
}

function stringToArray(encoder: Encoder, args: readonly Expr[], frame: Frame): Value | null {
  const value = encoder.expression(args[0], frame);
  const separator = stringConst(args[1]);
  if (value.kind !== "scalar" || value.type !== TYPE.text || separator === null) return null;
  const cases = value.cases.map(({ when, term }) => ({ when, items: encoder.logic.apply(split(separator), [term]) }));
  return { kind: "array", element: SORT.text, raises: value.raises, isNull: value.isNull, cases };
}

/**
 * The older settings of PostgREST. It fills `request.jwt.claims` alone since version 9, so these are taken to be unset.
 */
const isOldClaim = (setting: string): boolean =>
  setting === "request.jwt.claim" || setting.startsWith("request.jwt.claim.");

/**
 * A setting has three states: never set on the connection, empty, a value. Custom settings only: others have values of
 * their own.
 */
function setting({ logic }: Encoder, args: readonly Expr[]): Value | null {
  const name = stringConst(args[0])?.toLowerCase();
  if (name === undefined || !name.includes(".")) return null;
  const missing = args[1] === undefined ? false : boolConst(args[1]);
  if (missing === null) return null;
  const isSet = isOldClaim(name) ? logic.false : logic.predicate(settingIsSet(name), null, []);
  return {
    kind: "scalar",
    type: TYPE.text,
    raises: missing ? logic.false : logic.not(isSet),
    isNull: missing ? logic.not(isSet) : logic.false,
    cases: isSet === logic.false ? [] : [{ when: isSet, term: logic.setting(name) }],
  };
}
