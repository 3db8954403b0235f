import { bare, constantText, isFunction, memberName, type FunctionNode, type Node } from "../code/index.ts";

/** `test("title", fn)`, `describe.each(table)("title", fn)` and the like, taken apart. */
export interface CaseCall {
  kind: "case" | "suite";
  /** the expression of the title */
  title: Node | null;
  callback: FunctionNode | null;
  /** the table of `.each(table)`; `null` where it is a template */
  each: { table: Node | null } | null;
  /** `skip`, `only`, `todo`, `skipIf`, … */
  modifiers: readonly string[];
  /** the argument of `skipIf` or `runIf` */
  condition: Node | null;
}

const CASES: ReadonlySet<string> = new Set(["test", "it", "specify"]);
const SUITES: ReadonlySet<string> = new Set(["describe", "suite", "context"]);

/** The parts of a statement that declares a test case or a suite; null: it is another statement. */
export function caseCall(statement: Node): CaseCall | null {
  if (statement.type !== "ExpressionStatement") return null;
  const call = bare(statement.expression);
  if (call.type !== "CallExpression") return null;
  const found: Omit<CaseCall, "kind" | "title" | "callback"> & { modifiers: string[] } = {
    each: null,
    modifiers: [],
    condition: null,
  };
  let at: Node = call.callee;
  for (;;) {
    if (at.type === "Identifier") break;
    if (at.type === "MemberExpression") {
      found.modifiers.push(memberName(at) ?? "");
      at = at.object;
    } else if (at.type === "CallExpression") {
      const name = memberName(at.callee);
      if (name === "each" || name === "for") found.each = { table: at.arguments[0] ?? null };
      if (name === "skipIf" || name === "runIf") found.condition = at.arguments[0] ?? null;
      at = at.callee;
    } else if (at.type === "TaggedTemplateExpression") {
      found.each = { table: null };
      at = at.tag;
    } else return null;
  }
  const kind = CASES.has(at.name) ? "case" : SUITES.has(at.name) ? "suite" : null;
  if (kind === null) return null;
  const callback = call.arguments.find((one): one is FunctionNode => isFunction(one)) ?? null;
  return { kind, title: call.arguments[0] ?? null, callback, ...found };
}

/** A part of a title: a text, or anything. */
type Part = string | null;

/** The pattern of a title. `values`: what the row of a table puts into it, where that is known. */
export function titlePattern(title: Node | null, values: readonly Part[] | null, isEach: boolean): RegExp {
  const parts = partsOf(title);
  const filled = isEach ? parts.flatMap((part) => (part === null ? [null] : fill(part, values))) : parts;
  return new RegExp(`^${filled.map((part) => (part === null ? "[^]*" : escapeText(part))).join("")}$`);
}

/** A text as a part of a regular expression. */
export const escapeText = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);

function partsOf(title: Node | null): Part[] {
  const text = constantText(title);
  if (text !== null) return [text];
  if (title?.type !== "TemplateLiteral") return [null];
  return title.quasis.flatMap(({ value }, n): Part[] => [
    value.cooked ?? null,
    ...(n < title.expressions.length ? [null] : []),
  ]);
}

/** The texts that `%s` and `$name` stand for. */
function fill(text: string, values: readonly Part[] | null): Part[] {
  const made: Part[] = [];
  let next = 0;
  let from = 0;
  for (const { index, 0: mark } of text.matchAll(/%[sdifjoOcp#$%]|\$[\w.#]+/g)) {
    made.push(text.slice(from, index));
    from = index + mark.length;
    if (mark === "%%") made.push("%");
    else if (/^%[sdi]$/.test(mark)) {
      made.push(values?.[next] ?? null);
      next += 1;
    } else {
      made.push(null);
      if (mark !== "%#" && mark !== "%$") next += 1;
    }
  }
  return [...made, text.slice(from)];
}
