import { analyseFunctions, type ClassifiedPolicy } from "../../classify/index.ts";
import { claimsSourceOf, type Config } from "../../config.ts";
import { ToolError } from "../../errors.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { columnKey, nameKey, type NameKey } from "../../pg/name.ts";
import { matchesName } from "../../pg/name-pattern.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { contextOf, planColumnDefaults } from "../../rewrite/index.ts";
import type { ColumnDefault } from "../../rewrite/index.ts";
import type { Cleaned } from "./cleaned.ts";
import { cleanFunction } from "./clean-function.ts";
import { otherUses, type OtherUse } from "./other-uses.ts";
import { retiredIn } from "./retired.ts";
import type { Setter } from "./setter.ts";

/** What a clean-up makes of the functions and defaults of a catalog. Plain data. */
export interface SqlCleanup {
  /** the variables and flags that are taken out */
  variables: string[];
  /** those that a kept policy reads, which stay */
  keptVariables: string[];
  functions: Exclude<Cleaned, { kind: "unconcerned" }>[];
  setters: Setter[];
  defaults: ColumnDefault[];
  /** what else names a variable or a setter, and is for a person */
  others: OtherUse[];
}

const ROLES_WITH_TOKEN: ReadonlySet<string> = new Set(["public", "anon", "authenticated"]);

/**
 * Take the variables that the config maps out of every function of a catalog. Pure. Throws ToolError (open-decision)
 * while a policy that the config does not keep still reads one of them.
 */
export function cleanCatalog(catalog: Catalog, classified: readonly ClassifiedPolicy[], config: Config): SqlCleanup {
  const { context } = contextOf(catalog, config);
  const kept = new Set<string>();
  const reading: string[] = [];
  for (const { id, reads } of classified) {
    const own = reads
      .map(({ setting }) => setting)
      .filter((name) => context.variables.has(name) || context.flags.has(name));
    if (own.length === 0) continue;
    if (Object.keys(config.keep).some((pattern) => matchesName(pattern, id))) own.forEach((name) => kept.add(name));
    else reading.push(id);
  }
  if (reading.length > 0) throw policiesFirst(reading);
  const without = <T>(map: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...map].filter(([name]) => !kept.has(name)));
  const rules = { ...context, variables: without(context.variables), flags: without(context.flags) };
  const own = catalog.functions.filter((fn) => !isPlatformFunction(catalog, fn));
  const facts = analyseFunctions(catalog, claimsSourceOf(config.claims)).filter(
    (fact) => !isPlatformFunction(catalog, fact),
  );
  const roles = new Set([...ROLES_WITH_TOKEN, ...catalog.policies.flatMap((policy) => policy.roles)]);
  const retired = retiredIn(own, facts, {
    rules,
    triggerFunctions: new Set<NameKey>(catalog.triggers.map((trigger) => nameKey(trigger.function))),
    rolesWithToken: new Set([...roles].filter((role) => role !== "service_role")),
    decisions: {
      ofFunction: (name) => decided(config.cleanup.functions, name),
      ofCalls: (name) => decided(config.cleanup.calls, name),
    },
  });
  const setters = [...retired.setters.values()].flat();
  const isSetter = new Set(setters.map(({ fn }) => fn));
  const functions = own
    .filter((fn) => !isSetter.has(fn) && decided(config.cleanup.functions, nameKey(fn)) !== "keep")
    .map((fn) => cleanFunction(fn, retired))
    .flatMap((one) => (one.kind === "unconcerned" ? [] : [one]));
  const { changes: defaults } = planColumnDefaults(catalog, { ...config, columnDefaults: "rewrite" }, rules);
  const names = [...rules.variables.keys(), ...rules.flags.keys(), ...setters.map(({ fn }) => fn.name)];
  const done = new Set<string>(
    defaults.map((one) => columnKey({ schema: one.schema, name: one.relation }, one.column.name)),
  );
  return {
    variables: [...rules.variables.keys(), ...rules.flags.keys()].toSorted(),
    keptVariables: [...kept].toSorted(),
    functions,
    setters,
    defaults,
    others: otherUses(catalog, names, done),
  };
}

/** The first entry whose pattern matches. */
function decided<T extends string>(entries: Readonly<Record<string, { decision: T }>>, name: NameKey): T | null {
  return Object.entries(entries).find(([pattern]) => matchesName(pattern, name))?.[1].decision ?? null;
}

const policiesFirst = (policies: readonly string[]): ToolError =>
  new ToolError(
    "open-decision",
    "POLICIES_READ_VARIABLES",
    `${policies.length} ${policies.length === 1 ? "policy reads" : "policies read"} a session variable still: ${policies.slice(0, 3).join(", ")}${policies.length > 3 ? ", …" : ""}`,
    "run `rlsmith plan` and apply it first; whatever sets the variables is needed until then",
  );
