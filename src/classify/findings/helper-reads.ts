import { byFunction } from "../../pg/by-function.ts";
import type { Relation } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { functionKey } from "../../pg/name.ts";
import { usesIn } from "../expression/index.ts";
import type { FunctionFacts } from "../functions/index.ts";
import type { Reading } from "./reading.ts";

const TOKEN = { kind: "function", schema: "auth", name: "jwt" } as const;

/** A relation that a function reads while a policy is evaluated, and the role with whose rights it reads. */
export interface HelperRead {
  fact: FunctionFacts;
  relation: Relation;
  role: string;
}

/**
 * The relations that the functions in some expressions read when a role evaluates them: a SECURITY DEFINER function, and
 * those that it calls, with the rights of its owner, any other with those of its caller.
 */
export function helperReads(reading: Reading, trees: unknown, caller: string): HelperRead[] {
  const functionOf = byFunction(reading.catalog.functions);
  const found: HelperRead[] = [];
  const seen = new Set<string>();
  const enter = (fact: FunctionFacts, as: string): void => {
    const fn = functionOf(fact);
    if (!fn || isPlatformFunction(reading.catalog, fact)) return;
    const role = fn.securityDefiner ? fn.owner : as;
    const key = JSON.stringify([functionKey(fact), role]);
    if (seen.has(key)) return;
    seen.add(key);
    for (const name of fact.tables) {
      const relation = reading.relationOf(name);
      if (relation) found.push({ fact, relation, role });
    }
    for (const made of fact.calls)
      for (const callee of reading.index.resolve(made, fact.searchPath)) enter(callee, role);
  };
  for (const made of usesIn(trees, TOKEN).calls)
    for (const fact of reading.index.resolve(made, [])) enter(fact, caller);
  return found;
}
