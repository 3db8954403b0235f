import { contextFunctions, type FunctionFacts } from "../../classify/index.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { functionKey, nameKey, type FunctionKey, type NameKey } from "../../pg/name.ts";
import type { RuleContext } from "../../rewrite/index.ts";
import { isRetired } from "./is-retired.ts";
import { settersIn, type Setter } from "./setter.ts";

/** What a clean-up takes out of function bodies. */
export interface Retired {
  /** how variables become claims; its `variables` are the retired ones */
  rules: RuleContext;
  /** the functions that do nothing but set variables, by name */
  setters: ReadonlyMap<NameKey, readonly Setter[]>;
  /** every function that sets a retired variable, itself or by another function */
  setting: ReadonlySet<NameKey>;
  /** retired variables that something still reads which stays as it is: whatever sets them is needed */
  needed: ReadonlySet<string>;
  /** functions that triggers run */
  triggerFunctions: ReadonlySet<NameKey>;
  /** functions that no role of a request with a token may call */
  withoutToken: ReadonlySet<FunctionKey>;
  decisions: Decisions;
}

/** The answers of the config, by function; null: none. */
export interface Decisions {
  /** what becomes of a function whose change a person has to decide */
  ofFunction(name: NameKey): "claim" | "keep" | null;
  /** whether calls of a setter go that also sets other settings */
  ofCalls(name: NameKey): "delete" | "keep" | null;
}

/** The functions of a catalog, as far as they concern a clean-up. */
export function retiredIn(
  functions: readonly PgFunction[],
  facts: readonly FunctionFacts[],
  more: Pick<Retired, "rules" | "triggerFunctions" | "decisions" | "needed"> & { rolesWithToken: ReadonlySet<string> },
): Retired {
  const setters = settersIn(functions, facts, more.rules);
  const withoutToken = functions.filter(
    ({ grants }) =>
      !grants.some(({ privilege, grantee }) => privilege === "EXECUTE" && more.rolesWithToken.has(grantee)),
  );
  const setting = contextFunctions(facts, functions)
    .filter(({ settings }) => settings.some((name) => isRetired(name, more.rules)))
    .map((one) => nameKey(one.facts));
  return { ...more, setters, setting: new Set(setting), withoutToken: new Set(withoutToken.map(functionKey)) };
}

/** The names under which a call in a body may mean a setter: with its schema, and without where that is unambiguous. */
export const setterCalled = (retired: Retired, called: { schema: string | null; name: string }): readonly Setter[] =>
  called.schema === null
    ? [...retired.setters.values()].flat().filter(({ fn }) => fn.name === called.name)
    : (retired.setters.get(nameKey({ schema: called.schema, name: called.name })) ?? []);
