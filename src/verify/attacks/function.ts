import { byFunction } from "../../pg/by-function.ts";
import type { FunctionFacts } from "../../classify/index.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { functionKey, type FunctionKey } from "../../pg/name.ts";
import type { Attempt, Form } from "../matrix/index.ts";
import type { Setter } from "../environment/index.ts";
import type { Actor } from "../personas/index.ts";
import { guessedCalls, isPolymorphic, tablesBehindCall } from "./guesses.ts";
import { attackBy, returnsValues, statementOf, type Caller } from "./caller.ts";
import type { Whose } from "./whose.ts";
import { isAboutSomebody, parametersOf, tablesOf, valueOf, type ArgumentSource, type Parameter } from "./arguments.ts";

/** A function that requests can call, or cause to run, with the facts about its arguments. */
export interface Callable {
  fn: PgFunction;
  /** how a statement runs it */
  by: Caller;
  /** the functions of the user that run: itself, or the support functions of an aggregate */
  runs: readonly PgFunction[];
  facts: FunctionFacts | undefined;
  parameters: Parameter[];
  /** null: it sets no session variable */
  setter: Setter | null;
  /** see `signatureOf` */
  name: FunctionKey;
}

/**
 * The functions and procedures of the user; trigger functions and those of the platform are left out. `indirectCallables`
 * has the aggregates, and `uncallable` the functions that no statement of this matrix can call.
 */
export function callables(
  catalog: Catalog,
  facts: readonly FunctionFacts[],
  setters: ReadonlyMap<FunctionFacts, Setter>,
  source: ArgumentSource,
): Callable[] {
  const factsOf = byFunction(facts);
  return catalog.functions.flatMap((fn): Callable[] => {
    if (isPlatformFunction(catalog, fn) || (fn.kind !== "function" && fn.kind !== "procedure")) return [];
    if (isTriggerFunction(fn) || takesPseudoType(fn)) return [];
    const fact = factsOf(fn);
    const setter = (fact && setters.get(fact)) ?? null;
    return [
      {
        fn,
        by: { kind: "call" },
        runs: [fn],
        facts: fact,
        parameters: parametersOf(fn, fact, setter?.fromArguments ?? [], source),
        setter,
        name: signatureOf(fn),
      },
    ];
  });
}

/** True for a function that only a trigger can call. */
export const isTriggerFunction = ({ result }: PgFunction): boolean => /^(event_)?trigger$/.test(result);

/** True if no value can be given for an argument. */
export const takesPseudoType = ({ argumentTypes }: PgFunction): boolean =>
  argumentTypes.some((type) => /^(internal|any.*|"any"|cstring)$/.test(type) && !isPolymorphic(type));

/** `schema.name(types)`, as regprocedure prints it. */
export const signatureOf = (fn: PgFunction): FunctionKey =>
  functionKey({ ...fn, identityArguments: fn.argumentTypes.join(",") });

/** Calls of one function with another tenant's values, with own ones, and without arguments that have a default. */
export function functionAttempts(callable: Callable, actor: Actor, source: ArgumentSource): Attempt[] {
  const { fn, parameters } = callable;
  const relation = tablesOf(fn, callable.facts, source.targets).find(({ foreign }) => foreign !== null)?.name;
  const make = (
    attack: string,
    given: readonly Parameter[],
    whose: (parameter: Parameter) => Whose,
    form: Form = { kind: "other" },
  ): Attempt => {
    const values = given.map((parameter) => ({ parameter, sql: valueOf(parameter, whose(parameter), actor, source) }));
    return {
      relation: relation ?? callable.name,
      through: { kind: "function", name: callable.name },
      command: "CALL",
      form,
      attack: attackBy(callable.by, attack),
      sql: statementOf(callable, values),
      answer: fn.kind !== "procedure" ? "output" : returnsValues(fn) ? "row" : "changes",
      probe: { kind: "all" },
      judge: { kind: "foreign" },
    };
  };
  const guessed = guessedCalls(fn, parameters, tablesBehindCall(fn, callable.facts, source), actor, source).map(
    ({ attack, values }): Attempt => ({
      ...make(attack, [], () => "own"),
      sql: statementOf(callable, values),
    }),
  );
  if (parameters.some(({ base }) => isPolymorphic(base))) return guessed;
  const required = parameters.filter(({ hasDefault }) => !hasDefault);
  const about = parameters.filter(isAboutSomebody);
  const attempts = [make("call with own values", parameters, () => "own", { kind: "call", whose: "own" })];
  if (about.length > 0) {
    attempts.push(
      make("call with another tenant's values", parameters, () => "foreign", { kind: "call", whose: "foreign" }),
    );
    for (const whose of ["nobody", "other nobody"] as const)
      attempts.push({
        ...make(`call with ${whose}'s values`, parameters, () => whose, { kind: "call", whose }),
        judge: { kind: "control" },
      });
    if (about.some(({ topic }) => topic.kind === "row"))
      attempts.push(make("call with a new row of another tenant", parameters, () => "new"));
  }
  // one at a time: the own tenant with the id of a foreign row, or the reverse
  if (about.length > 1)
    for (const one of about.slice(0, 4))
      attempts.push(
        make(`call with another tenant's ${one.name || "argument"}`, parameters, (each) =>
          each === one ? "foreign" : "own",
        ),
      );
  if (required.length < parameters.length) {
    attempts.push(make("call with own values, defaults left out", required, () => "own"));
    if (required.some(isAboutSomebody))
      attempts.push(make("call with another tenant's values, defaults left out", required, () => "foreign"));
  }
  // odd tokens get no further with other arguments than with those
  if (actor.class !== "bad claims") attempts.push(...guessed);
  return attempts;
}

/** A call that sets variables to another tenant's values, to run before other statements of the same transaction. */
export function settingCall(callable: Callable, actor: Actor, source: ArgumentSource): string {
  const wanted = new Set(callable.setter?.fromArguments.map(({ argument }) => argument));
  const given = callable.parameters.map((parameter, place) => {
    // if no variable is set directly from an argument, the function looks up a row by its arguments
    const foreign =
      wanted.size === 0 ? isAboutSomebody(parameter) : wanted.has(parameter.name) || wanted.has(`$${place + 1}`);
    return { parameter, sql: valueOf(parameter, foreign ? "foreign" : "own", actor, source) };
  });
  return statementOf(callable, given);
}
