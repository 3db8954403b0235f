import { rowFields } from "./declarations.ts";
import { nodeOf, numberOf, stringOf } from "./json.ts";
import type { Target, Variable, VariableNumber } from "./node.ts";
import { nameOf, tokensOf, type Token } from "./position.ts";

/** The target that consists of a whole variable. */
export function targetOf(variables: readonly Variable[], number: VariableNumber, written?: string): Target {
  const variable = variables[number];
  if (variable?.kind !== "field")
    return { kind: "variable", variable: number, name: written ?? variableName(variables, number) };
  const name = variableName(variables, variable.record);
  return { kind: "field", variable: variable.record, name, field: variable.name, whole: true };
}

export function variableName(variables: readonly Variable[], number: VariableNumber): string {
  const variable = variables[number];
  return variable && "name" in variable ? variable.name : "";
}

/** The targets of INTO, of FETCH and of a loop: one record, a list, or the counter of a loop. */
export function targetsOf(variables: readonly Variable[], value: unknown): Target[] {
  const node = nodeOf(value);
  if (!node) return [];
  if (node.kind === "PLpgSQL_row")
    return rowFields(node.fields).map(({ name, variable }) => targetOf(variables, variable, name));
  const name = stringOf(node.fields["refname"]) ?? "";
  const number =
    node.kind === "PLpgSQL_rec"
      ? numberOf(node.fields["dno"])
      : variables.findLastIndex((variable) => variable.kind === "scalar" && variable.name === name);
  return [{ kind: "variable", variable: number, name }];
}

/** The target of an assignment, and the place in the text where its value begins: `a.b[1] := value`. */
export function assignment(
  variables: readonly Variable[],
  number: VariableNumber,
  text: string,
): { target: Target; valueAt: number } {
  const names: Token[] = [];
  let element = false;
  let depth = 0;
  let valueAt = 0;
  for (const [index, token] of tokensOf(text).entries()) {
    if (depth === 0 && (token.text === ":=" || token.text === "=")) {
      valueAt = tokensOf(text)[index + 1]?.start ?? text.length;
      break;
    }
    if (token.text === "[") [depth, element] = [depth + 1, true];
    else if (token.text === "]") depth -= 1;
    else if (depth === 0 && token.text !== ".") names.push(token);
  }
  const target = targetOf(variables, number, nameOf(names.at(-1)));
  if (target.kind === "field") {
    // The label of a block may precede the record, unless the last part of the name is a part of the field.
    const whole = names.length === 2 || (names.length === 3 && nameOf(names[0]) !== target.name);
    return { target: { ...target, whole: whole && !element }, valueAt };
  }
  if (!element) return { target, valueAt };
  return { target: { kind: "element", variable: number, name: variableName(variables, number) }, valueAt };
}
