import { functionKey, type QualifiedName } from "./name.ts";

/** One overload of a function, by name. */
export type FunctionName = QualifiedName & { identityArguments: string };

/** Look up values by the function that they are about: two lists about functions need not have one order. */
export function byFunction<T extends FunctionName>(items: readonly T[]): (fn: FunctionName) => T | undefined {
  const index = new Map(items.map((item) => [functionKey(item), item]));
  return (fn) => index.get(functionKey(fn));
}
