import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../../pg/expr/parse.ts";
import { bareTarget, boolConst, call, stringConst } from "../../pg/expr/shape.ts";
import { PURE } from "../logic/functions.ts";
import type { Formula, Term } from "../logic/logic.ts";
import { congruentCall } from "./congruent.ts";
import type { Encoder } from "./encoder.ts";
import { SUPABASE } from "./platform.ts";
import type { Frame } from "./frame.ts";
import { jsonAt, jsonText } from "./json.ts";
import { noteUninterpreted } from "./opaque.ts";
import { castTo } from "./cast.ts";
import { nullness, nullWhere, pick } from "./choice.ts";
import { readPlpgsql, type Program } from "./plpgsql.ts";
import { coerce } from "./literal.ts";
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
  if (name === "pg_has_role") return hasRole(encoder, args, frame);
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

/** pg_has_role('role', 'USAGE') of the current role: membership does not change while policies do. */
function hasRole({ values, side }: Encoder, args: readonly Expr[], frame: Frame): Value | null {
  const own = args.length === 2 || (args.length === 3 && as("SQLValueFunction", args[0]) !== null);
  const [role, privilege] = args.slice(-2).map((arg) => stringConst(arg));
  if (!own || typeof role !== "string" || privilege?.toUpperCase() !== "USAGE") return null;
  return values.constant(side.hasPrivilegesOf(frame.role, role));
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
    encoder.tick();
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
    cases: combined.map(({ when, terms }) => {
      const [only] = terms;
      // folding the case a second time changes nothing
      const folded = name in PURE && only?.kind === "apply" && only.fn === fn;
      return { when, term: folded ? only : logic.apply("text", fn, terms) };
    }),
  };
}

/** The body in the place of the call, with the rights of its owner where it is SECURITY DEFINER. */
function inlined(encoder: Encoder, node: Expr, args: readonly Expr[], own: readonly PgFunction[], frame: Frame): Value {
  const byCount = own.filter((one) => one.argumentTypes.length === args.length);
  const fits = byCount.length > 1 ? byCount.filter((one) => takes(encoder, one, args, frame)) : byCount;
  const [fn] = fits;
  if (!fn || fits.length > 1) return encoder.opaque(node, frame, "which overload is called is not settled");
  const name = `${fn.schema}.${fn.name}`;
  if (args.some((arg) => as("NamedArgExpr", arg)))
    return encoder.opaque(node, frame, "named arguments are not modelled");
  if (!encoder.side.mayExecute(fn, frame.role)) {
    const { logic, values } = encoder;
    return values.condition(logic.true, logic.false, logic.false);
  }
  const body = bodyOf(fn);
  if (!body || isSet(fn))
    return (
      congruentCall(encoder, fn, args, frame) ??
      encoder.opaque(node, frame, `the body of ${name}() is not one expression or query in SQL`)
    );
  // a function that comes back to itself ends with 54001, where it is reached at all
  if (frame.calls.includes(name))
    return encoder.values.condition(encoder.logic.true, encoder.logic.false, encoder.logic.false);
  const changed = fn.settings.filter((entry) => !/^search_path=/i.test(entry));
  if (changed.length > 0) return encoder.opaque(node, frame, `${name}() changes settings while it runs`);
  const value = runBody(encoder, node, fn, body, bodyFrame(fn, args, frame));
  // arguments are evaluated before the call, whether the body uses them or not
  const given = args.map((arg) => nullness(encoder, encoder.expression(arg, frame)));
  const raises = encoder.logic.or(...given.map((arg) => arg.raises));
  const nulls = fn.strict ? encoder.logic.or(...given.map((arg) => arg.isNull)) : encoder.logic.false;
  const known =
    nullWhere(encoder, value, nulls) ??
    encoder.opaque(node, frame, `what ${name}() gives without its body is not modelled`);
  return raises === encoder.logic.false ? known : raising(encoder, known, raises);
}

/** Whether the arguments are of the types that an overload declares; conversions between types are not tried. */
const takes = (encoder: Encoder, fn: PgFunction, args: readonly Expr[], frame: Frame): boolean =>
  args.every((arg, index) => {
    const value = encoder.expression(arg, frame);
    const model = encoder.side.types(fn.argumentTypes[index] ?? "");
    if (value.kind === "condition") return model.kind === "boolean";
    return value.kind === "scalar" && model.kind === "scalar" && value.type === model.type;
  });

const isSet = (fn: PgFunction): boolean => /^\s*SETOF\b|^\s*TABLE\(/i.test(fn.result);

/** Where a function's body stands: its arguments are its names, and it runs for its owner where it is SECURITY DEFINER. */
function bodyFrame(fn: PgFunction, args: readonly Expr[], frame: Frame): Frame {
  const name = `${fn.schema}.${fn.name}`;
  const parameters = new Map<string, { expr: Expr; frame: Frame }>();
  args.forEach((expr, index) => {
    const bound = { expr, frame };
    parameters.set(`$${index + 1}`, bound);
    const argument = fn.argumentNames[index];
    if (argument) parameters.set(argument, bound);
  });
  const path = fn.settings.find((entry) => /^search_path=/i.test(entry));
  return {
    scopes: [],
    parameters,
    role: fn.securityDefiner ? fn.owner : frame.role,
    searchPath: path === undefined ? ["public"] : schemasOf(path.slice("search_path=".length)),
    depth: frame.depth,
    // a function runs as a query of its own: what is being expanded around it does not count
    active: [],
    calls: [...frame.calls, name],
  };
}

/** The query that a set-returning SQL function of one column runs, with the frame for it: what `IN (SELECT f())` ranges over. */
export function setFunctionQuery(
  encoder: Encoder,
  node: Expr | null,
  frame: Frame,
): { select: NonNullable<ReturnType<typeof as<"SelectStmt">>>; frame: Frame } | null {
  const made = call(node ?? undefined);
  const [schema, name] = made?.name ?? [];
  const [fn, ...others] = schema !== undefined && name !== undefined ? encoder.side.functions(schema, name) : [];
  if (
    !made ||
    !fn ||
    others.length > 0 ||
    !/^\s*SETOF\b/i.test(fn.result) ||
    fn.settings.some((entry) => !/^search_path=/i.test(entry))
  )
    return null;
  if (fn.argumentTypes.length !== made.args.length || !encoder.side.mayExecute(fn, frame.role)) return null;
  if (frame.calls.includes(`${fn.schema}.${fn.name}`)) return null;
  const body = bodyOf(fn);
  const link = body && "select" in body ? as("SubLink", body.select) : null;
  const select = as("SelectStmt", link?.subselect);
  return select ? { select, frame: bodyFrame(fn, made.args, frame) } : null;
}

function runBody(encoder: Encoder, node: Expr, fn: PgFunction, body: Body, frame: Frame): Value {
  if ("select" in body) return encoder.expression(body.select, frame);
  // plpgsql turns what it assigns and returns into the type that was declared
  const typed = (expr: Expr, type: string, within: Frame): Value =>
    castTo(encoder, encoder.expression(expr, within), encoder.side.types(type)) ??
    encoder.opaque(node, frame, `what ${fn.name}() makes of its variables is not modelled`);
  const run = (program: Program, within: Frame): Value => {
    switch (program.kind) {
      case "return":
        return typed(program.expr, fn.result, within);
      case "let": {
        const cast: Expr = program.type === "" ? program.expr : castNode(program.expr, program.type);
        return run(program.next, {
          ...within,
          parameters: new Map([...within.parameters, [program.name, { expr: cast, frame: within }]]),
        });
      }
      case "if":
        return pick(encoder, node, frame, [
          ...program.branches.map(({ when, result }) => ({
            when: encoder.condition(when, within),
            value: run(result, within),
            guard: when,
          })),
          { when: encoder.values.constant(true), value: run(program.otherwise, within), guard: null },
        ]);
    }
  };
  return run(body.program, frame);
}

/** `expr::type`, for a type as plpgsql names it. */
function castNode(expr: Expr, type: string): Expr {
  const cast = as("TypeCast", parseExpr(`null::${type.replace(/^pg_catalog\./, "").replaceAll('"', "")}`));
  return { TypeCast: { ...cast, arg: expr } } as Expr;
}

/** The value, but it may raise where the formula holds too. */
function raising(encoder: Encoder, value: Value, raises: Formula): Value {
  const { logic, values } = encoder;
  const all = value.kind === "literal" || value.kind === "lookup" ? raises : logic.or(value.raises, raises);
  const settled = logic.not(all);
  switch (value.kind) {
    case "condition":
      return values.condition(all, logic.and(settled, value.isTrue), logic.and(settled, value.isFalse));
    case "literal": {
      const text = coerce(encoder, value, "text", "text");
      return text ? { ...text, raises } : value;
    }
    case "lookup":
      return { ...value, value: { ...value.value, raises: logic.or(value.value.raises, raises) } };
    default:
      return { ...value, raises: all };
  }
}

const schemasOf = (path: string): string[] =>
  path
    .split(",")
    .map((part) => part.trim().replaceAll(/^"|"$/g, ""))
    .filter((part) => part !== "" && part !== "$user");

type Body = { select: Expr } | { program: Program };

const bodies = new WeakMap<PgFunction, Body | null>();

/** What a function computes, whatever volatility it is declared with: its body shows it. Null where that is not read. */
function bodyOf(fn: PgFunction): Body | null {
  const known = bodies.get(fn);
  if (known !== undefined) return known;
  let body: Body | null = null;
  try {
    body = fn.kind === "function" ? readBody(fn) : null;
  } catch {
    // a body that the grammar does not read stays opaque
  }
  bodies.set(fn, body);
  return body;
}

function readBody(fn: PgFunction): Body | null {
  if (fn.language === "plpgsql") {
    const program = readPlpgsql(fn.definition);
    return program && { program };
  }
  if (fn.language !== "sql") return null;
  const returned = fn.sqlStandardBody ? /^\s*RETURN\s+([^]+)$/i.exec(fn.body) : null;
  if (returned) return { select: parseExpr(`(${returned[1]})`) };
  const atomic = fn.sqlStandardBody ? /^\s*BEGIN ATOMIC\s([^]*)END\s*$/i.exec(fn.body) : null;
  const statements = parseStatements(atomic?.[1] ?? fn.body);
  const select = statements.length === 1 ? as("SelectStmt", statements[0]?.stmt) : null;
  if (!select) return null;
  const link: Expr = { SubLink: { subLinkType: "EXPR_SUBLINK", subselect: { SelectStmt: select } } };
  if (isSet(fn)) return { select: link };
  // a query with FROM gives its first row, as the scalar sub-query would if it found one
  return { select: bareTarget(select) ?? link };
}
