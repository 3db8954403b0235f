import { analyseFunctions, type ClassifiedPolicy } from "../../classify/index.ts";
import { claimsSourceOf, type Config } from "../../config.ts";
import { ToolError } from "../../errors.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { NOWHERE, type Elsewhere } from "../../pg/elsewhere.ts";
import { columnKey, functionKey, nameKey, type FunctionKey, type NameKey } from "../../pg/name.ts";
import { matchesName } from "../../pg/name-pattern.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { contextOf, planColumnDefaults } from "../../rewrite/index.ts";
import type { ColumnDefault } from "../../rewrite/index.ts";
import type { Cleaned } from "./cleaned.ts";
import { readsComputedName } from "./computed-name.ts";
import type { Question, QuestionTag } from "./shape.ts";
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
  /** those that something still reads which stays as it is, so that whatever sets them stays too */
  neededVariables: string[];
  functions: Exclude<Cleaned, { kind: "unconcerned" }>[];
  /** those that the config keeps, and that name one of the variables */
  keptFunctions: FunctionKey[];
  setters: Setter[];
  defaults: ColumnDefault[];
  /** what else names a variable or a setter, and is for a person */
  others: OtherUse[];
  /** functions with the name of one that is concerned, and with other arguments, which stay as they are */
  overloads: FunctionKey[];
}

const ROLES_WITH_TOKEN: ReadonlySet<string> = new Set(["public", "anon", "authenticated"]);

/**
 * Take the variables that the config maps out of every function of a catalog. Pure. Throws ToolError (open-decision)
 * while a policy that the config does not keep still reads one of them.
 */
export function cleanCatalog(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  config: Config,
  elsewhere: Elsewhere = NOWHERE,
): SqlCleanup {
  const { context, open } = contextOf(catalog, config);
  const undecided = [
    ...open.map(({ key }) => key),
    ...Object.entries(config.context).flatMap(([name, value]) => (value === "open" ? [name] : [])),
  ];
  if (undecided.length > 0) throw openDecisions(undecided);
  if (context.variables.size + context.flags.size === 0) throw nothingMapped();
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
  const { changes: defaults } = planColumnDefaults(catalog, config, rules);
  const done = new Set<string>(
    defaults.map((one) => columnKey({ schema: one.schema, name: one.relation }, one.column.name)),
  );
  const variables = [...rules.variables.keys(), ...rules.flags.keys()];
  const isKept = (fn: PgFunction): boolean => decided(config.cleanup.functions, nameKey(fn)) === "keep";
  const readers = otherUses(catalog, variables, done, NOWHERE).filter(({ kind }) => kind !== "comment");
  let needed = new Set(readers.flatMap((one) => one.names));
  for (;;) {
    const retired = retiredIn(own, facts, {
      rules,
      needed,
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
      .filter((fn) => !isSetter.has(fn) && !isKept(fn))
      .map((fn) => (readsComputedName(fn) ? computedName(fn) : cleanFunction(fn, retired)))
      .flatMap((one) => (one.kind === "unconcerned" ? [] : [one]));
    // What stays as it is and reads a variable needs whatever sets it.
    const keptReaders = own.filter((fn) => isKept(fn) && !isSetter.has(fn));
    const more = new Set([
      ...needed,
      ...functions.flatMap((one) =>
        one.kind === "asked" ? variables.filter((name) => mayRead(one.fn, name, one.questions)) : [],
      ),
      ...keptReaders.flatMap((fn) => variables.filter((name) => fn.definition.toLowerCase().includes(name))),
    ]);
    if (more.size > needed.size) {
      needed = more;
      continue;
    }
    return {
      variables: variables.toSorted(),
      keptVariables: [...kept].toSorted(),
      neededVariables: [...needed].toSorted(),
      functions,
      keptFunctions: keptReaders.flatMap((fn) =>
        variables.some((name) => fn.definition.toLowerCase().includes(name)) ? [functionKey(fn)] : [],
      ),
      setters,
      defaults,
      others: otherUses(catalog, [...variables, ...setters.map(({ fn }) => fn.name.toLowerCase())], done, elsewhere),
      overloads: overloadsOf(own, [...setters.map(({ fn }) => fn), ...functions.map(({ fn }) => fn)]),
    };
  }
}

/** The functions with a name of these that are none of them. */
function overloadsOf(all: readonly PgFunction[], concerned: readonly PgFunction[]): FunctionKey[] {
  const [names, keys] = [new Set(concerned.map(nameKey)), new Set(concerned.map(functionKey))];
  return all.flatMap((fn) => (names.has(nameKey(fn)) && !keys.has(functionKey(fn)) ? [functionKey(fn)] : []));
}

const UNREAD: ReadonlySet<QuestionTag> = new Set(["still-used", "body-not-read"]);

/** True for a function that may read the variable: by current_setting, or in a part of it that is not understood. */
function mayRead(fn: PgFunction, name: string, questions: readonly Question[]): boolean {
  if (questions.some(({ tag }) => tag === "computed-name")) return true;
  const text = fn.definition.toLowerCase();
  return text.includes(name) && (text.includes("current_setting") || questions.some(({ tag }) => UNREAD.has(tag)));
}

/** The first entry whose pattern matches. */
function decided<T extends string>(entries: Readonly<Record<string, { decision: T }>>, name: NameKey): T | null {
  return Object.entries(entries).find(([pattern]) => matchesName(pattern, name))?.[1].decision ?? null;
}

const computedName = (fn: PgFunction): Cleaned => ({
  kind: "asked",
  fn,
  questions: [{ tag: "computed-name", line: null, about: null }],
});

const openDecisions = (names: readonly string[]): ToolError =>
  new ToolError(
    "open-decision",
    "OPEN_DECISIONS",
    `the config leaves open what becomes of ${names.join(", ")}`,
    "decide it in rlsmith.config.ts, with a reason",
  );

const nothingMapped = (): ToolError =>
  new ToolError(
    "open-decision",
    "NOTHING_MAPPED",
    "the config maps no session variable, so nothing was looked for",
    "name the variables and their claims under `context`; `rlsmith init` infers them",
  );

const policiesFirst = (policies: readonly string[]): ToolError =>
  new ToolError(
    "open-decision",
    "POLICIES_READ_VARIABLES",
    `${policies.length} ${policies.length === 1 ? "policy reads" : "policies read"} a session variable still: ${policies.slice(0, 3).join(", ")}${policies.length > 3 ? ", …" : ""}`,
    "run `rlsmith plan` and apply it first; whatever sets the variables is needed until then",
  );
