import { groupBy } from "../../pg/group-by.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { FunctionFacts } from "./facts.ts";
import type { SettingUse, CallName } from "../expression/index.ts";

/** Functions by name, resolved as a call resolves them. */
export interface FunctionIndex {
  /**
   * The overloads of the name that take as many arguments as the call passes, or all of them if none does (defaults,
   * VARIADIC). Without a schema, the name is looked up in the caller's search_path, or in `public` and then in any
   * schema.
   */
  resolve(call: AnyCall, searchPath: readonly string[] | null): FunctionFacts[];
}

/** A call with its arguments, as in expressions, or with the arguments that it passes on, as in facts. */
type AnyCall = CallName & { args?: readonly unknown[]; passes?: readonly unknown[] };

function fitting(overloads: FunctionFacts[], call: AnyCall): FunctionFacts[] {
  const given = (call.args ?? call.passes)?.length;
  const exact = overloads.filter((facts) => argumentCount(facts) === given);
  return exact.length > 0 ? exact : overloads;
}

/**
 * The number of arguments in `identityArguments`; commas inside the parentheses of a type do not separate arguments.
 */
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

/** A function that a call reaches. */
export interface Reached {
  facts: FunctionFacts;
  /** the chain of calls, from the function called to this one */
  through: NameKey[];
  /** the claim that a caller in the chain uses as its fallback */
  claimPath: string[] | null;
}

const key = (facts: FunctionFacts, path: string[] | null): string =>
  JSON.stringify([facts.schema, facts.name, facts.identityArguments, path]);

/** A function and all functions that it calls, each once with its shortest chain. Recursive calls are followed once. */
export function reach(index: FunctionIndex, start: FunctionFacts, claimPath: string[] | null = null): Reached[] {
  const found: Reached[] = [{ facts: start, through: [nameKey(start)], claimPath }];
  const seen = new Set([key(start, claimPath)]);
  // `found` grows during the loop: a breadth-first search.
  for (const { facts, through, claimPath: inherited } of found)
    for (const call of facts.calls)
      for (const callee of index.resolve(call, facts.searchPath)) {
        // A value that is read from a table is not the value that the fallback is for.
        const path = call.claimPath ?? (facts.tables.length === 0 ? inherited : null);
        if (seen.has(key(callee, path))) continue;
        seen.add(key(callee, path));
        found.push({ facts: callee, through: [...through, nameKey(callee)], claimPath: path });
      }
  return found;
}

/** The session variables that a call reads, in its function or in the functions that this one calls. */
export function reachedReads(reached: readonly Reached[]): (SettingUse & { through: NameKey[] })[] {
  return reached.flatMap(({ facts, through, claimPath }) =>
    facts.reads.map((read) => {
      const path = read.claimPath ?? (facts.tables.length === 0 ? claimPath : null);
      return { ...read, hasClaimFallback: path !== null, claimPath: path, through };
    }),
  );
}

/** True if the value of a call comes from session variables alone: no claim, no table. */
export function returnsOnlySetting(index: FunctionIndex, call: CallName): boolean {
  const reached = index.resolve(call, null).flatMap((facts) => reach(index, facts));
  return (
    reached.some(({ facts }) => facts.reads.length > 0) &&
    reached.every(({ facts }) => facts.claims.length === 0 && facts.tables.length === 0 && facts.opaque === null)
  );
}
