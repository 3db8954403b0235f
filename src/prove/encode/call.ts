import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../../pg/expr/parse.ts";
import { bareTarget, boolConst, call, stringConst } from "../../pg/expr/shape.ts";
import { PURE } from "../logic/functions.ts";
import type { Formula, Term } from "../logic/logic.ts";
import { congruentCall } from "./congruent.ts";
import type { Encoder } from "./encoder.ts";
import { SUPABASE } from "./platform.ts";
import { InfiniteRecursion } from "./recursion.ts";
import type { Frame } from "./frame.ts";
import { jsonAt, jsonText } from "./json.ts";
import { noteUninterpreted } from "./opaque.ts";
import { nullOfAny, nullWhere } from "./choice.ts";
import type { Scalar, Value } from "./value.ts";

/** Strict functions of texts and numbers that raise on no value and give a text: the same for the same. */
const TEXT_FUNCTIONS = new Set([
  "lower",
  "upper",
  "btrim",
  "ltrim",
  "rtrim",
  "replace",
  "md5",
  "left",
  "right",
  "reverse",
  "initcap",
  "translate",
]);

const platform = new Map(Object.entries(SUPABASE).map(([name, { body }]) => [name, parseExpr(body)]));

/** A function call: settings, the few functions that are modelled, bodies in SQL; anything else is opaque. */
export function encodeCall(encoder: Encoder, node: Expr, frame: Frame): Value {
  const made = call(node);
  if (!made) return encoder.opaque(node, frame, "this call is not modelled");
  const name = made.name.filter((part) => part !== "pg_catalog");
  const full = name.join(".");
  const own =
    name.length > 1
      ? encoder.side.functions(name[0] ?? "", name[1] ?? "")
      : frame.searchPath.flatMap((schema) => encoder.side.functions(schema, full));
  if (own.length > 0) return inlined(encoder, node, made.args, own, frame);
  const builtIn = name.length === 1 ? builtInCall(encoder, full, made.args, frame) : null;
  if (builtIn) return builtIn;
  const known = made.args.length === 0 ? platform.get(full) : undefined;
  if (known) return encoder.expression(known, { ...frame, scopes: [], parameters: new Map() });
  return encoder.opaque(node, frame, `the function ${full}() is not modelled`);
}

function builtInCall(encoder: Encoder, name: string, args: readonly Expr[], frame: Frame): Value | null {
  const { logic } = encoder;
  if (name === "current_setting") return setting(encoder, args);
  if (name === "now" || name === "transaction_timestamp" || name === "statement_timestamp") {
    return {
      kind: "scalar",
      sort: "timestamptz",
      type: "timestamptz",
      raises: logic.false,
      isNull: logic.false,
      cases: [{ when: logic.true, term: logic.variable("timestamptz", "now()") }],
    };
  }
  if (/^jsonb?_extract_path(_text)?$/.test(name)) {
    const keys = args.slice(1).map((arg) => stringConst(arg));
    if (!keys.every((key): key is string => key !== null && !/^-?\d+$/.test(key))) return null;
    const member = jsonAt(encoder, encoder.expression(args[0], frame), keys);
    return member && name.endsWith("_text") ? jsonText(encoder, member) : member;
  }
  if (name === "string_to_array" && args.length === 2) {
    const value = encoder.expression(args[0], frame);
    const separator = stringConst(args[1]);
    if (value.kind !== "scalar" || value.sort !== "text" || separator === null) return null;
    return {
      kind: "array",
      element: "text",
      raises: value.raises,
      isNull: value.isNull,
      cases: value.cases.map(({ when, term }) => ({
        when,
        items: logic.apply("array text", `split ${JSON.stringify(separator)}`, [term]),
      })),
    };
  }
  if (TEXT_FUNCTIONS.has(name)) return textFunction(encoder, name, args, frame);
  return null;
}

/** A setting has three states: never set on the connection, empty, a value. Custom settings only: others have values of their own. */
function setting({ logic }: Encoder, args: readonly Expr[]): Value | null {
  const name = stringConst(args[0])?.toLowerCase();
  if (name === undefined || !name.includes(".")) return null;
  const missing = args[1] === undefined ? false : boolConst(args[1]);
  if (missing === null) return null;
  // PostgREST fills `request.jwt.claims` alone since version 9; the older names are taken to be unset
  const isSet = /^request\.jwt\.claim(\.|$)/.test(name) ? logic.false : logic.predicate(`set ${name}`, null, []);
  return {
    kind: "scalar",
    sort: "text",
    type: "text",
    raises: missing ? logic.false : logic.not(isSet),
    isNull: missing ? logic.not(isSet) : logic.false,
    cases: isSet === logic.false ? [] : [{ when: isSet, term: logic.variable("text", name) }],
  };
}

function textFunction(encoder: Encoder, name: string, args: readonly Expr[], frame: Frame): Scalar | null {
  const { logic } = encoder;
  let combined: { when: Formula; terms: Term[] }[] = [{ when: logic.true, terms: [] }];
  const raises: Formula[] = [];
  const nulls: Formula[] = [];
  for (const arg of args) {
    const value = encoder.expression(arg, frame);
    if (value.kind === "literal" && value.text !== null) {
      const term = logic.constant("text", value.text);
      combined = combined.map(({ when, terms }) => ({ when, terms: [...terms, term] }));
      continue;
    }
    if (value.kind !== "scalar" || (value.sort !== "text" && value.sort !== "int")) return null;
    raises.push(value.raises);
    nulls.push(value.isNull);
    combined = combined.flatMap(({ when, terms }) =>
      value.cases.map((one) => ({ when: logic.and(when, one.when), terms: [...terms, one.term] })),
    );
  }
  if (!(name in PURE))
    noteUninterpreted(
      encoder.opaques,
      `${name}()`,
      `what ${name}() gives is not modelled, but that it is the same for the same`,
    );
  const fn = name in PURE ? name : `text ${name}()`;
  return {
    kind: "scalar",
    sort: "text",
    type: "text",
    raises: logic.or(...raises),
    isNull: logic.or(...nulls),
    cases: combined.map(({ when, terms }) => ({ when, term: logic.apply("text", fn, terms) })),
  };
}

/** The body in the place of the call, with the rights of its owner where it is SECURITY DEFINER. */
function inlined(encoder: Encoder, node: Expr, args: readonly Expr[], own: readonly PgFunction[], frame: Frame): Value {
  const fits = own.filter((fn) => fn.argumentTypes.length === args.length);
  const [fn] = fits;
  if (!fn || fits.length > 1) return encoder.opaque(node, frame, "which overload is called is not settled");
  const name = `${fn.schema}.${fn.name}`;
  if (args.some((arg) => as("NamedArgExpr", arg)))
    return encoder.opaque(node, frame, "named arguments are not modelled");
  if (!encoder.side.mayExecute(fn, frame.role)) {
    const { logic, values } = encoder;
    return values.condition(logic.true, logic.false, logic.false);
  }
  // an SQL body shows what it does, whatever it is declared; of another language the declaration counts
  const body = fn.language !== "sql" && fn.volatility === "volatile" ? null : bodyOf(fn);
  if (!body)
    return (
      congruentCall(encoder, fn, args, frame) ??
      encoder.opaque(node, frame, `the body of ${name}() is not one expression or query in SQL`)
    );
  const changed = fn.settings.filter((entry) => !/^search_path=/i.test(entry));
  if (changed.length > 0) return encoder.opaque(node, frame, `${name}() changes settings while it runs`);
  if (frame.calls.includes(name)) throw new InfiniteRecursion(name);
  const parameters = new Map<string, { expr: Expr; frame: Frame }>();
  args.forEach((expr, index) => {
    const bound = { expr, frame };
    parameters.set(`$${index + 1}`, bound);
    const argument = fn.argumentNames[index];
    if (argument) parameters.set(argument, bound);
  });
  const path = fn.settings.find((entry) => /^search_path=/i.test(entry));
  const value = encoder.expression(body, {
    scopes: [],
    parameters,
    role: fn.securityDefiner ? fn.owner : frame.role,
    searchPath: path === undefined ? ["public"] : schemasOf(path.slice("search_path=".length)),
    depth: frame.depth,
    // a function runs as a query of its own: what is being expanded around it does not count
    active: [],
    calls: [...frame.calls, name],
  });
  const strict = fn.strict ? args.map((arg) => nullOfAny(encoder, encoder.expression(arg, frame))) : [];
  return strict.length > 0 ? nullWhere(encoder, value, encoder.logic.or(...strict)) : value;
}

const schemasOf = (path: string): string[] =>
  path
    .split(",")
    .map((part) => part.trim().replaceAll(/^"|"$/g, ""))
    .filter((part) => part !== "" && part !== "$user");

const bodies = new WeakMap<PgFunction, Expr | null>();

/** The one expression that a function gives: of SQL, of RETURN and BEGIN ATOMIC, of plpgsql with nothing but RETURN. */
function bodyOf(fn: PgFunction): Expr | null {
  const known = bodies.get(fn);
  if (known !== undefined) return known;
  let body: Expr | null = null;
  try {
    body = fn.kind === "function" ? readBody(fn) : null;
  } catch {
    // a body that the grammar does not read stays opaque
  }
  bodies.set(fn, body);
  return body;
}

function readBody(fn: PgFunction): Expr | null {
  if (/^\s*SETOF\b|^TABLE\(/i.test(fn.result)) return null;
  if (fn.language === "plpgsql") {
    const only = /^\s*begin\s+return\s+([^;]+);\s*end\s*;?\s*$/i.exec(fn.body);
    return only ? parseExpr(`(${only[1]})`) : null;
  }
  if (fn.language !== "sql") return null;
  const returned = fn.sqlStandardBody ? /^\s*RETURN\s+([^]+)$/i.exec(fn.body) : null;
  if (returned) return parseExpr(`(${returned[1]})`);
  const atomic = fn.sqlStandardBody ? /^\s*BEGIN ATOMIC\s([^]*)END\s*$/i.exec(fn.body) : null;
  const statements = parseStatements(atomic?.[1] ?? fn.body);
  const select = statements.length === 1 ? as("SelectStmt", statements[0]?.stmt) : null;
  if (!select) return null;
  // a query with FROM gives its first row, as the scalar sub-query would if it found one
  return bareTarget(select) ?? { SubLink: { subLinkType: "EXPR_SUBLINK", subselect: { SelectStmt: select } } };
}
