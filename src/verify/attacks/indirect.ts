import type { FunctionFacts } from "../../classify/index.ts";
import { byFunction } from "../../pg/by-function.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { functionKey, nameKey, namedBy, sameName, type FunctionKey } from "../../pg/name.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import type { Surface } from "../environment/index.ts";
import { parametersOf, type ArgumentSource } from "./arguments.ts";
import type { Caller } from "./caller.ts";
import { isTriggerFunction, signatureOf, takesPseudoType, type Callable } from "./function.ts";
import { mayLookUp } from "./may-look-up.ts";

/**
 * Functions that a request causes to run without naming them, and so without USAGE on their schema, as far as they may
 * look rows up: the support functions of aggregates (which run with no privilege of the caller's at all), of operators
 * and casts, and those that the CHECK of a domain calls.
 */
export function indirectCallables(
  catalog: Catalog,
  facts: readonly FunctionFacts[],
  { calls }: Pick<Surface, "calls">,
  source: ArgumentSource,
): Callable[] {
  const bySignature = new Map(catalog.functions.map((fn) => [signatureOf(fn), fn]));
  const factsOf = byFunction(facts);
  const running = (keys: readonly FunctionKey[]): PgFunction[] =>
    keys.flatMap((key) => {
      const fn = bySignature.get(key);
      return fn && !isPlatformFunction(catalog, fn) && mayLookUp(factsOf(fn)) ? [fn] : [];
    });
  const callable = (fn: PgFunction, by: Caller, runs: readonly PgFunction[], name: FunctionKey): Callable[] => {
    if (runs.length === 0 || takesPseudoType(fn)) return [];
    const told = together(
      fn,
      runs.flatMap((one) => factsOf(one) ?? []),
    );
    return [{ fn, by, runs, facts: told, parameters: parametersOf(fn, told, [], source), setter: null, name }];
  };
  const aggregates = catalog.functions.flatMap((fn) => {
    if (fn.kind !== "aggregate" || isPlatformFunction(catalog, fn)) return [];
    const parts = aggregateOf(catalog, fn);
    const runs = running(parts?.functions ?? []);
    // where its parts are not known, it may run anything
    const support = parts === null ? [fn] : runs;
    const whole = { ...fn, body: support.map(({ body }) => body).join("\n") };
    const direct = parts?.direct ?? null;
    const by = (moving: boolean): Caller => ({ kind: "aggregate", direct, moving });
    return [
      ...callable(whole, by(false), support, signatureOf(fn)),
      ...(parts?.moving === true ? callable(whole, by(true), support, signatureOf(fn)) : []),
    ];
  });
  const { operators = [], casts = [] } = catalog.dependencies ?? {};
  const byOperators = operators.flatMap((operator) => {
    const [fn] = running([operator.function]);
    const by: Caller = { kind: "operator", name: operator, prefix: operator.left === "NONE" };
    return fn ? callable(fn, by, [fn], signatureOf(fn)) : [];
  });
  const byCasts = casts.flatMap((cast) => {
    const [fn] = running(cast.function === null ? [] : [cast.function]);
    return fn ? callable(fn, { kind: "cast", type: cast.target }, [fn], signatureOf(fn)) : [];
  });
  const domains = calls
    .filter(({ by }) => by === "domain")
    .flatMap(({ schema, name, functions }) => {
      const runs = running(
        catalog.functions.filter((fn) => functions.some((one) => sameName(one, fn))).map(signatureOf),
      );
      const [first] = runs;
      const type = nameKey({ schema, name });
      const domain = namedBy(type, catalog.types);
      if (!first || domain?.kind !== "domain") return [];
      const fn: PgFunction = {
        ...first,
        arguments: `value ${domain.base}`,
        argumentNames: ["value"],
        argumentTypes: [domain.base],
        body: runs.map(({ body }) => body).join("\n"),
        result: type,
        kind: "function",
      };
      return callable(fn, { kind: "cast", type }, runs, signatureOf(first));
    });
  return [...aggregates, ...byOperators, ...byCasts, ...domains];
}

/** Functions and aggregates of the user that may look rows up, and that none of these statements can call. */
export const uncallable = (catalog: Catalog, facts: readonly FunctionFacts[]): PgFunction[] => {
  const factsOf = byFunction(facts);
  return catalog.functions.filter(
    (fn) =>
      !isPlatformFunction(catalog, fn) &&
      !isTriggerFunction(fn) &&
      mayLookUp(factsOf(fn)) &&
      // no statement can give a value of type `internal`
      !fn.argumentTypes.includes("internal") &&
      (fn.kind === "window" || takesPseudoType(fn)),
  );
};

/** The parts of an aggregate as the catalog has them (`FunctionDetail.aggregate`); null: they are not known. */
function aggregateOf(
  { dependencies }: Catalog,
  fn: PgFunction,
): { functions: FunctionKey[]; direct: number | null; moving: boolean } | null {
  const key = functionKey(fn);
  const text = dependencies?.functions.find((one) => functionKey(one) === key)?.aggregate ?? null;
  if (text === null) return null;
  const [kind, direct, transition, final, , moving, movingFinal] = JSON.parse(text) as (string | number)[];
  return {
    functions: [transition, final, moving, movingFinal].filter((one) => one !== "-") as FunctionKey[],
    direct: kind === "n" ? null : Number(direct),
    moving: moving !== "-",
  };
}

/** The facts about several functions as those about one that calls them all. */
function together(fn: PgFunction, facts: readonly FunctionFacts[]): FunctionFacts | undefined {
  const [first] = facts;
  return (
    first && {
      ...first,
      schema: fn.schema,
      name: fn.name,
      identityArguments: fn.identityArguments,
      tables: facts.flatMap(({ tables }) => tables),
      calls: facts.flatMap(({ calls }) => calls),
      opaque: facts.find(({ opaque }) => opaque !== null)?.opaque ?? null,
    }
  );
}
