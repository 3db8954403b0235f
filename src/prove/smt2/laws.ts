import { areDisjoint, printConstant as canonical, PURE, type Conversions } from "../logic/functions.ts";
import { SORT, TYPE, type ScalarType } from "../logic/sort.ts";
import { fold, input, output, readable } from "../logic/symbol.ts";
import { declare, functionName, predicateName, printConstant, sortName, type Printer } from "./printer.ts";

/**
 * Laws that hold for every value, where rows may be many: an output function is undone by its input function, no text
 * is read by two types that have none in common, and nothing prints as a text that it would not print. `texts`: the
 * constants that occur.
 */
export function conversionLaws(printer: Printer, conversions: Conversions, texts: readonly string[]): string[] {
  const text = sortName(printer, SORT.text);
  const ok = (type: ScalarType): string =>
    declare(printer, predicateName(readable(type), null, [SORT.text]), [text], "Bool");
  const isDeclared = (name: string): boolean => printer.declared.has(name);
  const outputName = (type: ScalarType): string => functionName(output(type), [type.sort]);
  const used = [...conversions.values()].filter(
    ({ type }) =>
      isDeclared(outputName(type)) ||
      isDeclared(functionName(input(type), [SORT.text])) ||
      isDeclared(predicateName(readable(type), null, [SORT.text])),
  );
  const laws: string[] = [];
  for (const { type, read } of used) {
    const out = isDeclared(outputName(type)) ? outputName(type) : null;
    const sort = sortName(printer, type.sort);
    const values = `((x ${sort}))`;
    if (out !== null && type !== TYPE.boolean) {
      const into = declare(printer, functionName(input(type), [SORT.text]), [text], sort);
      laws.push(`(assert (forall ${values} (and (${ok(type)} (${out} x)) (= (${into} (${out} x)) x))))`);
      for (const value of texts)
        if (isNeverPrinted(type, value, read(value)))
          laws.push(`(assert (forall ${values} (not (= (${out} x) ${printConstant(printer, SORT.text, value)}))))`);
    }
    for (const other of used) {
      if (!areDisjoint(type, other.type)) continue;
      if (type.key < other.type.key)
        laws.push(`(assert (forall ((t ${text})) (not (and (${ok(type)} t) (${ok(other.type)} t)))))`);
      if (out !== null) laws.push(`(assert (forall ${values} (not (${ok(other.type)} (${out} x)))))`);
    }
  }
  const lower = functionName(fold("lower"), [SORT.text]);
  if (isDeclared(lower))
    for (const value of texts) {
      const folded = PURE.lower(value);
      if (folded !== undefined && folded !== value)
        laws.push(`(assert (forall ((t ${text})) (not (= (${lower} t) ${printConstant(printer, SORT.text, value)}))))`);
    }
  return laws;
}

function isNeverPrinted(type: ScalarType, text: string, read: string | number | boolean | null | undefined): boolean {
  if (read === null) return true;
  const printed = typeof read === "string" || typeof read === "number" ? canonical(type.sort, read) : undefined;
  return printed !== undefined && printed !== text;
}
