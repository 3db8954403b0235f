import { groupBy } from "../../pg/group-by.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { FunctionFacts } from "./facts.ts";
import type { SettingUse, CallName } from "../expression/index.ts";

/** Functions by name, as calls find them. */
export interface FunctionIndex {
  /**
   * Overloads of the name that take as many arguments as the call gives, or all of them where none does (defaults, VARIADIC); without a schema
   * by the caller's search_path, or `public` and then any schema
   */
  resolve(call: AnyCall, searchPath: readonly string[] | null): FunctionFacts[];
}

/** A call with its arguments, as expressions have it, or with what it passes on, as facts have it. */
type AnyCall = CallName & { args?: readonly unknown[]; passes?: readonly unknown[] };

function fitting(overloads: FunctionFacts[], call: AnyCall): FunctionFacts[] {
  const given = (call.args ?? call.passes)?.length;
  const exact = overloads.filter((facts) => argumentCount(facts) === given);
  return exact.length > 0 ? exact : overloads;
}

/** Arguments of `identityArguments`; commas inside a type's parentheses part nothing. */
const argumentCount = ({ identityArguments }: FunctionFacts): number =>
  identityArguments.trim() === "" ? 0 : identityArguments.replaceAll(/\([^)]*\)|"[^"]*"/g, "").split(",").length;

/** Look functions up by name. */
export function functionIndex(facts: readonly FunctionFacts[]): FunctionIndex {
  const qualified = groupBy(facts, nameKey);
  const bare = groupBy(facts, ({ name }) => name);
  const at = (schema: string, name: string): FunctionFacts[] => qualified.get(nameKey({ schema, name })) ?? [];
  return {
    resolve(call, searchPath) {
      const { schema, name } = call;
      if (schema !== null) return fitting(at(schema, name), call);
      for (const candidate of searchPath ?? ["public"]) {
        const found = at(candidate, name);
        if (found.length > 0) return fitting(found, call);
      }
      return searchPath === null ? fitting(bare.get(name) ?? [], call) : [];
    },
  };
}

/** A function that a call gets to. */
export interface Reached {
  facts: FunctionFacts;
  /** the chain of calls, from the function called to this one */
  through: NameKey[];
  /** the claim that a caller on the way falls back on */
  claimPath: string[] | null;
}

const key = (facts: FunctionFacts, path: string[] | null): string =>
  JSON.stringify([facts.schema, facts.name, facts.identityArguments, path]);

/** A function and all that it calls, each once with its shortest chain. Recursion ends by itself. */
export function reach(index: FunctionIndex, start: FunctionFacts, claimPath: string[] | null = null): Reached[] {
  const found: Reached[] = [{ facts: start, through: [nameKey(start)], claimPath }];
  const seen = new Set([key(start, claimPath)]);
  // grows while it is walked: breadth first
  for (const { facts, through, claimPath: inherited } of found)
    for (const call of facts.calls)
      for (const callee of index.resolve(call, facts.searchPath)) {
        // what a table's rows stand between is not the value that the fallback is for
        const path = call.claimPath ?? (facts.tables.length === 0 ? inherited : null);
        if (seen.has(key(callee, path))) continue;
        seen.add(key(callee, path));
        found.push({ facts: callee, through: [...through, nameKey(callee)], claimPath: path });
      }
  return found;
}

/** Session variables that a call reads, in its function or in what that one calls. */
export function reachedReads(reached: readonly Reached[]): (SettingUse & { through: NameKey[] })[] {
  return reached.flatMap(({ facts, through, claimPath }) =>
    facts.reads.map((read) => {
      const path = read.claimPath ?? (facts.tables.length === 0 ? claimPath : null);
      return { ...read, hasClaimFallback: path !== null, claimPath: path, through };
    }),
  );
}

/** Whether a call's value comes from session variables alone: no claim, no table. */
export function returnsOnlySetting(index: FunctionIndex, call: CallName): boolean {
  const reached = index.resolve(call, null).flatMap((facts) => reach(index, facts));
  return (
    reached.some(({ facts }) => facts.reads.length > 0) &&
    reached.every(({ facts }) => facts.claims.length === 0 && facts.tables.length === 0 && facts.opaque === null)
  );
}
