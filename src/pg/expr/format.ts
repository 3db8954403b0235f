import { Deparser } from "pgsql-deparser";
import type { A_Expr, BoolExpr, CaseExpr, JoinExpr, SelectStmt, SubLink, TypeCast } from "libpg-query";
import { identForReading, quoteLiteral } from "../identifier.ts";
import { equal } from "./equal.ts";
import { as, type Expr } from "./node.ts";
import { asWritten } from "./normal.ts";
import { parseExpr, scanTokens } from "./parse.ts";
import { applyEdits } from "./print.ts";
import { nameParts, typeText } from "./shape.ts";

/** The width up to which an expression without conditions or sub-queries inside stays on one line. */
const WIDTH = 100;

/** The precedence of each form (PostgreSQL manual, 4.1.6). Operands of lower precedence are put in parentheses. */
const BINDS = { or: 1, and: 2, not: 3, is: 4, compare: 5, other: 7, sum: 8, product: 9, power: 10, cast: 15, atom: 17 };

/** A formatted expression: its lines and its precedence. */
interface Piece {
  lines: string[];
  binds: number;
}

/**
 * The text of an expression as a person would write it: one condition a line, sub-queries indented, key words in lower
 * case, no parentheses that the grammar does not need, and identifiers quoted only where necessary. PostgreSQL parses
 * it to the same tree as `text`. A form that this printer does not know is returned unchanged.
 */
export function formatExpr(text: string): readonly string[] {
  const known = formatted.get(text);
  if (known) return known;
  if (formatted.size >= REMEMBERED) formatted.clear();
  const lines = format(text);
  formatted.set(text, lines);
  return lines;
}

// A plan writes each expression twice, once in a change and once in the check of the opposite direction, and policies
// of many relations share expressions.
const formatted = new Map<string, readonly string[]>();
const REMEMBERED = 10_000;

function format(text: string): string[] {
  const tree = asWritten(parseExpr(text));
  const { lines } = layOut(tree);
  try {
    if (equal(parseExpr(lines.join("\n")), tree)) return lines;
  } catch {
    // The grammar refuses the printed text of this form: keep the original text.
  }
  // Not split into lines, since a line break may be inside a literal.
  return [text];
}

const one = (line: string, binds = BINDS.atom): Piece => ({ lines: [line], binds });

const indent = (lines: readonly string[]): string[] => lines.map((line) => (line === "" ? line : `  ${line}`));

/** Lines with a text before the first and after the last. */
function around(before: string, lines: readonly string[], after = ""): string[] {
  const [first = "", ...rest] = lines;
  const out = [before + first, ...rest];
  out[out.length - 1] += after;
  return out;
}

/** Two groups of lines, the second of which continues the last line of the first. */
const joined = (left: readonly string[], between: string, right: readonly string[]): string[] => [
  ...left.slice(0, -1),
  ...around((left.at(-1) ?? "") + between, right),
];

/** Lines in parentheses: a single line stays on one line, several are indented between the parentheses. */
const bracketed = (before: string, lines: readonly string[], after = ""): string[] =>
  lines.length === 1 ? [`${before}(${lines[0] ?? ""})${after}`] : [`${before}(`, ...indent(lines), `)${after}`];

const operand = (node: Expr, atLeast: number): string[] => {
  const { lines, binds } = layOut(node);
  return binds >= atLeast ? lines : bracketed("", lines);
};

/** A list in brackets: on one line where it fits, otherwise one element a line. */
function list(before: string, items: readonly Expr[], [open, close]: readonly [string, string]): string[] {
  const pieces = items.map((item) => layOut(item).lines);
  const flat = `${before}${open}${pieces.map((lines) => lines.join(" ")).join(", ")}${close}`;
  if (flat.length <= WIDTH && pieces.every((lines) => lines.length === 1)) return [flat];
  return [
    `${before}${open}`,
    ...indent(pieces.flatMap((lines, n) => (n < pieces.length - 1 ? around("", lines, ",") : lines))),
    close,
  ];
}

function layOut(node: Expr): Piece {
  const bool = as("BoolExpr", node);
  if (bool) return conditions(bool);
  const expr = as("A_Expr", node);
  if (expr) return operation(node, expr);
  const cast = as("TypeCast", node);
  if (cast) return castOf(node, cast);
  const link = as("SubLink", node);
  if (link) return subQuery(node, link);
  const test = as("NullTest", node);
  if (test?.arg)
    return {
      lines: around("", operand(test.arg, BINDS.other), test.nulltesttype === "IS_NULL" ? " is null" : " is not null"),
      binds: BINDS.is,
    };
  const chosen = as("CaseExpr", node);
  if (chosen) return { lines: choice(chosen), binds: BINDS.atom };
  const coalesce = as("CoalesceExpr", node);
  if (coalesce) return { lines: list("coalesce", coalesce.args ?? [], ["(", ")"]), binds: BINDS.atom };
  const array = as("A_ArrayExpr", node);
  if (array) return { lines: list("array", array.elements ?? [], ["[", "]"]), binds: BINDS.atom };
  const fn = as("FuncCall", node);
  if (fn && Object.keys(fn).every((key) => PLAIN_CALL.has(key)) && fn.funcformat === "COERCE_EXPLICIT_CALL")
    return { lines: list(dotted(nameParts(fn.funcname)), fn.args ?? [], ["(", ")"]), binds: BINDS.atom };
  const column = as("ColumnRef", node);
  if (column) return one(dotted(nameParts(column.fields)));
  const constant = as("A_Const", node);
  if (constant?.sval) return one(quoteLiteral(constant.sval.sval ?? ""));
  if (constant?.boolval) return one(constant.boolval.boolval ? "true" : "false");
  if (constant?.isnull) return one("null");
  return asDeparsed(node);
}

const PLAIN_CALL = new Set(["funcname", "args", "funcformat", "location"]);

const dotted = (parts: readonly string[]): string =>
  parts.map((part) => (part === "*" ? part : identForReading(part))).join(".");

/** A node that this printer has no form for, as the deparser prints it, with its key words in lower case. */
function asDeparsed(node: Expr): Piece {
  const text = Deparser.deparse(node, { pretty: false });
  const edits = scanTokens(text)
    .filter(({ keywordName }) => keywordName !== "NO_KEYWORD")
    .map((token) => ({ start: token.start, end: token.end, text: token.text.toLowerCase() }));
  const isAtom = as("A_Const", node) !== null && !text.startsWith("-");
  return { lines: [applyEdits(text, edits.toReversed())], binds: isAtom ? BINDS.atom : 0 };
}

function conditions({ boolop, args = [] }: BoolExpr): Piece {
  const [only] = args;
  if (boolop === "NOT_EXPR" && only) {
    const lines = operand(only, BINDS.is);
    return { lines: around("not ", lines), binds: BINDS.not };
  }
  const [word, binds] = boolop === "AND_EXPR" ? ["and", BINDS.and] : ["or", BINDS.or];
  const lines = args.flatMap((arg, n) => {
    // AND inside OR needs no parentheses, but is easier to read with them.
    const inner =
      "BoolExpr" in arg && arg.BoolExpr?.boolop !== "NOT_EXPR"
        ? bracketed("", layOut(arg).lines)
        : operand(arg, BINDS.not);
    return around(n === 0 ? "" : `${word} `, inner);
  });
  return { lines, binds };
}

function bindsOf(operator: string): number {
  if (["=", "<", ">", "<=", ">=", "<>"].includes(operator)) return BINDS.compare;
  if (operator === "+" || operator === "-") return BINDS.sum;
  if (operator === "*" || operator === "/" || operator === "%") return BINDS.product;
  return operator === "^" ? BINDS.power : BINDS.other;
}

function operation(node: Expr, { kind, name, lexpr, rexpr }: A_Expr): Piece {
  const parts = nameParts(name);
  const [operator = ""] = parts;
  if (!lexpr || !rexpr || parts.length !== 1) return asDeparsed(node);
  if (kind === "AEXPR_NULLIF") return { lines: list("nullif", [lexpr, rexpr], ["(", ")"]), binds: BINDS.atom };
  const binds = bindsOf(operator);
  const left = (atLeast: number): string[] => operand(lexpr, atLeast);
  // Comparisons do not associate. Beside any other operator, an operand is left without parentheses only where it binds
  // more tightly.
  if (kind === "AEXPR_OP")
    return {
      lines: joined(left(binds === BINDS.compare ? BINDS.other : binds), ` ${operator} `, operand(rexpr, binds + 1)),
      binds,
    };
  if (kind === "AEXPR_OP_ANY" || kind === "AEXPR_OP_ALL") {
    const word = kind === "AEXPR_OP_ANY" ? "any" : "all";
    const list = bracketed("", layOut(rexpr).lines);
    return { lines: joined(left(BINDS.other), ` ${operator} ${word} `, list), binds: BINDS.compare };
  }
  if (kind === "AEXPR_DISTINCT" || kind === "AEXPR_NOT_DISTINCT") {
    const words = kind === "AEXPR_DISTINCT" ? "is distinct from" : "is not distinct from";
    return { lines: joined(left(BINDS.other), ` ${words} `, operand(rexpr, BINDS.other)), binds: BINDS.is };
  }
  if (kind === "AEXPR_IN") {
    const words = operator === "<>" ? " not in " : " in ";
    return {
      lines: joined(left(BINDS.other), words, list("", as("List", rexpr)?.items ?? [], ["(", ")"])),
      binds: BINDS.compare,
    };
  }
  return asDeparsed(node);
}

function castOf(node: Expr, { arg, typeName }: TypeCast): Piece {
  if (!arg || !typeName || typeName.typmods || typeName.setof || typeName.pct_type) return asDeparsed(node);
  const type = TYPES[nameParts(typeName.names).join(".")] ?? typeText({ ...typeName, arrayBounds: [] });
  const suffix = `::${type}${"[]".repeat(typeName.arrayBounds?.length ?? 0)}`;
  return { lines: around("", operand(arg, BINDS.cast), suffix), binds: BINDS.cast };
}

// Types whose name in pg_catalog differs from the name in the SQL standard, which the grammar translates.
const TYPES: Readonly<Record<string, string>> = {
  "pg_catalog.timestamptz": "timestamp with time zone",
  "pg_catalog.timestamp": "timestamp without time zone",
  "pg_catalog.timetz": "time with time zone",
  "pg_catalog.time": "time without time zone",
  "pg_catalog.float8": "double precision",
  "pg_catalog.float4": "real",
  "pg_catalog.varchar": "character varying",
};

function subQuery(node: Expr, { subLinkType, testexpr, operName, subselect }: SubLink): Piece {
  const select = as("SelectStmt", subselect);
  const inner = select && query(select);
  if (!inner) return asDeparsed(node);
  if (subLinkType === "EXPR_SUBLINK") return { lines: bracketed("", inner), binds: BINDS.atom };
  if (subLinkType === "EXISTS_SUBLINK") return { lines: bracketed("exists ", inner), binds: BINDS.atom };
  if (subLinkType === "ARRAY_SUBLINK") return { lines: bracketed("array", inner), binds: BINDS.atom };
  if ((subLinkType !== "ANY_SUBLINK" && subLinkType !== "ALL_SUBLINK") || !testexpr || nameParts(operName).length > 1)
    return asDeparsed(node);
  const [operator] = nameParts(operName);
  const word = subLinkType === "ANY_SUBLINK" ? "any" : "all";
  const words = operator === undefined ? " in " : ` ${operator} ${word} `;
  return { lines: joined(operand(testexpr, BINDS.other), words, bracketed("", inner)), binds: BINDS.compare };
}

function choice({ arg, args = [], defresult }: CaseExpr): string[] {
  const head = arg ? around("case ", layOut(arg).lines) : ["case"];
  const whens = args.flatMap((item) => {
    const when = as("CaseWhen", item);
    if (!when?.expr || !when.result) return [];
    const condition = layOut(when.expr).lines;
    return [...joined(around("when ", condition), " then ", layOut(when.result).lines)];
  });
  const last = defresult ? around("else ", layOut(defresult).lines) : [];
  const all = [...head, ...indent([...whens, ...last]), "end"];
  const flat = all.map((line) => line.trim()).join(" ");
  return all.length === args.length + 2 + last.length && flat.length <= WIDTH ? [flat] : all;
}

const PLAIN_QUERY = new Set([
  "targetList",
  "fromClause",
  "whereClause",
  "limitCount",
  "limitOption",
  "op",
  "all",
  "groupDistinct",
]);

/** The lines of a query that consists of a target list, FROM, WHERE and LIMIT; null for any other query. */
function query(select: SelectStmt): string[] | null {
  const { targetList = [], fromClause = [], whereClause, limitCount } = select;
  const isPlain = Object.keys(select).every((key) => PLAIN_QUERY.has(key)) && select.op === "SETOP_NONE";
  if (!isPlain || (limitCount && select.limitOption !== "LIMIT_OPTION_COUNT")) return null;
  const targets = targetList.map((item) => {
    const target = as("ResTarget", item);
    if (!target?.val || target.indirection) return null;
    return around("", layOut(target.val).lines, target.name === undefined ? "" : ` as ${identForReading(target.name)}`);
  });
  const sources = fromClause.map(source);
  if (targets.includes(null) || sources.includes(null)) return null;
  const commas = (items: readonly (readonly string[] | null)[]): string[] =>
    items.flatMap((lines, n) => around("", lines ?? [], n < items.length - 1 ? "," : ""));
  const clause = (word: string, lines: readonly string[]): string[] => {
    const [first = "", ...rest] = lines;
    return [word === "" ? first : `${word} ${first}`, ...indent(rest)];
  };
  return [
    ...clause("select", targets.length === 1 ? (targets[0] ?? []) : [commas(targets).join(" ")]),
    ...(sources.length === 0 ? [] : clause("from", commas(sources))),
    ...(whereClause ? hangingClause("where", layOut(whereClause).lines) : []),
    ...(limitCount ? clause("limit", layOut(limitCount).lines) : []),
  ];
}

/** A clause whose further lines are indented under its key word; the brackets of its first condition stay aligned. */
const hangingClause = (word: string, lines: readonly string[]): string[] =>
  around(
    `${word} `,
    indent(lines).map((line, n) => (n === 0 ? line.trimStart() : line)),
  );

function source(item: Expr): string[] | null {
  const range = as("RangeVar", item);
  if (range) {
    if (range.alias?.colnames || range.inh !== true || range.relname === undefined || range.catalogname) return null;
    const name = dotted([range.schemaname, range.relname].filter((part) => part !== undefined));
    return [range.alias?.aliasname === undefined ? name : `${name} ${identForReading(range.alias.aliasname)}`];
  }
  const join = as("JoinExpr", item);
  return join ? joinOf(join) : null;
}

const JOINS: Readonly<Record<string, string>> = {
  JOIN_INNER: "join",
  JOIN_LEFT: "left join",
  JOIN_RIGHT: "right join",
  JOIN_FULL: "full join",
};

function joinOf({ jointype, larg, rarg, quals, alias, usingClause, isNatural }: JoinExpr): string[] | null {
  const left = larg && source(larg);
  // A join on the right side keeps its parentheses.
  const right = rarg && "RangeVar" in rarg ? source(rarg) : null;
  const word = JOINS[jointype ?? ""];
  if (!left || !right || word === undefined || alias || usingClause || isNatural || !quals) return null;
  return [
    ...left,
    ...joined(
      around(`${word} `, right),
      " on ",
      indent(layOut(quals).lines).map((line, n) => (n === 0 ? line.trimStart() : line)),
    ),
  ];
}

/** True if the lines of an expression are one condition that may stay on the line of its clause. */
export const isShort = (lines: readonly string[]): boolean => lines.length === 1 && (lines[0]?.length ?? 0) <= WIDTH;
