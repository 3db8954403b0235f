import { exprOf, nodeOf, numberOf, stringOf, type Fields } from "./json.ts";
import type { Statement, StatementOf, Written } from "./node.ts";
import { sqlAt, usingAt, type Reading } from "./reading.ts";
import { targetOf, targetsOf } from "./target.ts";

type LoopKind = "loop" | "while" | "for-integer" | "for-query" | "for-execute" | "for-cursor" | "foreach";
type BareLoop = { [K in LoopKind]: Omit<StatementOf<K>, keyof Written> }[LoopKind];

/** A loop from its first word to END LOOP and its label; null for any other kind of node. */
export function readLoop(
  kind: string,
  fields: Fields,
  into: Reading,
  readBody: (list: unknown) => Statement[],
): BareLoop | null {
  const { at, variables } = into;
  const label = stringOf(fields["label"]);
  const body = (): Statement[] => {
    at.expect("loop");
    const statements = readBody(fields["body"]);
    at.expect("end", "loop");
    if (at.word() !== ";") at.take();
    return statements;
  };
  const control = (word: string): void => {
    at.expect(word);
    at.skipTo("in");
    at.take();
  };
  switch (kind) {
    case "PLpgSQL_stmt_loop":
      return { kind: "loop", label, body: body() };
    case "PLpgSQL_stmt_while": {
      at.expect("while");
      return { kind: "while", label, when: sqlAt(fields["cond"], at), body: body() };
    }
    case "PLpgSQL_stmt_fori": {
      const reverse = fields["reverse"] === true;
      control("for");
      if (reverse) at.expect("reverse");
      const lower = sqlAt(fields["lower"], at);
      at.expect("..");
      const upper = sqlAt(fields["upper"], at);
      const step = fields["step"] === undefined ? null : (at.expect("by"), sqlAt(fields["step"], at));
      const target = targetOf(variables, counterOf(fields["var"], into));
      return { kind: "for-integer", label, target, lower, upper, step, reverse, body: body() };
    }
    case "PLpgSQL_stmt_fors": {
      control("for");
      const targets = targetsOf(variables, fields["var"]);
      return { kind: "for-query", label, targets, query: sqlAt(fields["query"], at), body: body() };
    }
    case "PLpgSQL_stmt_dynfors": {
      control("for");
      at.expect("execute");
      const [query, using] = [sqlAt(fields["query"], at), usingAt(fields["params"], at)];
      return { kind: "for-execute", label, targets: targetsOf(variables, fields["var"]), query, using, body: body() };
    }
    case "PLpgSQL_stmt_forc": {
      control("for");
      at.take();
      const given = exprOf(fields["argquery"]);
      const targets = targetsOf(variables, fields["var"]);
      into.next = Math.max(into.next, (targets[0]?.variable ?? -1) + 1);
      const cursor = numberOf(fields["curvar"]);
      return { kind: "for-cursor", label, targets, cursor, arguments: given && at.copyArguments(given), body: body() };
    }
    case "PLpgSQL_stmt_foreach_a": {
      control("foreach");
      at.expect("array");
      const targets = foreachTargets(numberOf(fields["varno"]), into);
      return { kind: "foreach", label, targets, array: sqlAt(fields["expr"], at), body: body() };
    }
    default:
      return null;
  }
}

/** The counter of a FOR loop is a variable of its own, declared where the loop begins; the tree gives its name. */
function counterOf(value: unknown, into: Reading): number {
  const name = stringOf(nodeOf(value)?.fields["refname"]) ?? "";
  const number = into.variables.findIndex(
    (variable, index) => index >= into.next && variable.kind === "scalar" && variable.name === name,
  );
  if (number >= 0) into.next = number + 1;
  return number;
}

function foreachTargets(number: number, { variables }: Reading): StatementOf<"foreach">["targets"] {
  const variable = variables[number];
  return variable?.kind === "row"
    ? variable.fields.map((field) => targetOf(variables, field.variable, field.name))
    : [targetOf(variables, number)];
}
