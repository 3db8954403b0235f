import { byFunction } from "../../pg/by-function.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { FunctionFacts } from "./facts.ts";
import { functionIndex } from "./called-functions.ts";

/** A function that sets session variables, itself or with a function that it calls. */
export interface ContextFunction {
  facts: FunctionFacts;
  /** the variables that are set from the caller's arguments, each with the name of the argument */
  fromArguments: { setting: string; argument: string }[];
  /** all variables that it sets */
  settings: string[];
  /** the function that sets the variables, if it is not this one */
  by: NameKey | null;
}

/** Every function that sets a variable, including callers that pass their own arguments on. */
export function contextFunctions(facts: readonly FunctionFacts[], functions: readonly PgFunction[]): ContextFunction[] {
  const index = functionIndex(facts);
  const definitionOf = byFunction(functions);
  const found = new Map<FunctionFacts, ContextFunction>();
  for (const fact of facts) {
    const settings = fact.sets.flatMap(({ setting }) => (setting === null ? [] : [setting]));
    if (fact.sets.length === 0) continue;
    const fromArguments = fact.sets.flatMap(({ setting, argument }) =>
      setting !== null && argument !== null ? [{ setting, argument }] : [],
    );
    found.set(fact, { facts: fact, fromArguments, settings: [...new Set(settings)], by: null });
  }
  // Callers of callers, until a round adds nothing.
  for (let grew = true; grew;) {
    grew = false;
    for (const fact of facts) {
      if (found.has(fact)) continue;
      for (const call of fact.calls) {
        const callee = index.resolve(call, fact.searchPath).find((one) => found.has(one));
        const context = callee && found.get(callee);
        if (!callee || !context) continue;
        const names = definitionOf(callee)?.argumentNames ?? [];
        const fromArguments = context.fromArguments.flatMap(({ setting, argument }) => {
          const passed = call.passes[names.indexOf(argument)] ?? null;
          return passed === null ? [] : [{ setting, argument: passed }];
        });
        found.set(fact, { facts: fact, fromArguments, settings: context.settings, by: nameKey(callee) });
        grew = true;
        break;
      }
    }
  }
  return [...found.values()];
}

/** The roles of a request that may call a function: PUBLIC, and the roles of the API. */
export const callableBy = (catalog: Catalog, fact: FunctionFacts): string[] => {
  const fn = catalog.functions.find(
    (one) => one.schema === fact.schema && one.name === fact.name && one.identityArguments === fact.identityArguments,
  );
  return (fn?.grants ?? [])
    .filter((grant) => grant.privilege === "EXECUTE" && REQUEST_ROLES.has(grant.grantee))
    .map((grant) => grant.grantee);
};

const REQUEST_ROLES = new Set(["public", "anon", "authenticated"]);
