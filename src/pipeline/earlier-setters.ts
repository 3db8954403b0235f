import { analyseFunctions, bodyOf, type FunctionFacts } from "../classify/index.ts";
import { claimsSourceOf, type Config } from "../config.ts";
import type { Catalog, PgFunction } from "../pg/catalog.ts";
import { byFunction } from "../pg/by-function.ts";
import { call } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import { groupBy } from "../pg/group-by.ts";
import { wholeName } from "../pg/name-in-text.ts";
import type { EarlierFunctions } from "./earlier-functions.ts";
import { returnsNothing, setterKinds, type SetterKind } from "./retired-names.ts";

/** What the functions were that the database does not have any more, by the names that a call says. */
export interface EarlierSetters {
  /** they set mapped variables and did nothing else, and no function has the name today */
  functions: Set<string>;
  /** they may have, or a function of the name is there that may not: a person looks at each call */
  asked: Set<string>;
  /** they set no mapped variable */
  others: Set<string>;
}

/** Nothing is known of a definition that is not read as a whole. */
type Judgement = SetterKind | "unknown";

/**
 * Judge the functions that are gone by their definitions. Pure. `callable`: every name that a call may have in the
 * database.
 */
export function earlierSetters(
  { definitions, undefinedNames, unread }: EarlierFunctions,
  catalog: Catalog,
  config: Config,
  callable: ReadonlySet<string>,
): EarlierSetters {
  const judged = groupBy(judge(definitions, catalog, config, callable), ({ fn }) => fn.name);
  const current = new Set(catalog.functions.map(({ name }) => name));
  const found: EarlierSetters = { functions: new Set(), asked: new Set(), others: new Set() };
  for (const [name, all] of judged) {
    const isOnly = (kind: Judgement): boolean => all.every((one) => one.kind === kind);
    const isUnread = unread.some((text) => wholeName(name).test(text));
    if (undefinedNames.has(name)) found.asked.add(name);
    else if (isOnly("plain") && !current.has(name)) found.functions.add(name);
    else if (isOnly("none") && !current.has(name) && !isUnread) found.others.add(name);
    else if (all.some((one) => mayOnlySet(one, current.has(name)))) found.asked.add(name);
  }
  for (const name of undefinedNames) if (current.has(name)) found.asked.add(name);
  return found;
}

/**
 * True if a call may have been there for the variables alone. Where a function has the name today, the call may as well
 * be one of that, so a function that looked something up is taken for an earlier form of it.
 */
const mayOnlySet = ({ fn, kind }: { fn: PgFunction; kind: Judgement }, isCurrent: boolean): boolean =>
  kind === "plain" || (kind === "checks" && !isCurrent) || (kind === "unknown" && returnsNothing(fn));

function judge(
  definitions: readonly PgFunction[],
  catalog: Catalog,
  config: Config,
  callable: ReadonlySet<string>,
): { fn: PgFunction; kind: Judgement }[] {
  const functions = [...catalog.functions, ...definitions];
  const facts = analyseFunctions({ ...catalog, functions }, claimsSourceOf(config.claims));
  const kinds = setterKinds({ functions }, facts, config);
  const certain = withoutSetting(facts, functions, kinds, callable);
  const factOf = byFunction(facts);
  return definitions.map((fn) => {
    const fact = factOf(fn);
    const kind = fact ? kinds.get(fact) : undefined;
    return { fn, kind: !fact || kind === undefined || (kind === "none" && !certain.has(fact)) ? "unknown" : kind };
  });
}

/** The functions of which it is certain that neither they nor what they call set a mapped variable. */
function withoutSetting(
  facts: readonly FunctionFacts[],
  functions: readonly PgFunction[],
  kinds: ReadonlyMap<FunctionFacts, SetterKind>,
  callable: ReadonlySet<string>,
): Set<FunctionFacts> {
  const definitionOf = byFunction(functions);
  const byName = groupBy(facts, ({ name }) => name);
  const callsOf = new Map(facts.map((fact) => [fact, namesCalled(definitionOf(fact))]));
  const certain = new Set(
    facts.filter(
      (fact) =>
        kinds.get(fact) === "none" && fact.opaque === null && fact.sets.every(({ setting }) => setting !== null),
    ),
  );
  const isCertain = (name: string): boolean => {
    const called = byName.get(name);
    return called ? called.every((one) => certain.has(one)) : callable.has(name);
  };
  for (let before = -1; before !== certain.size;) {
    before = certain.size;
    for (const fact of certain) if (!(callsOf.get(fact) ?? []).every(isCertain)) certain.delete(fact);
  }
  return certain;
}

function namesCalled(fn: PgFunction | undefined): string[] {
  const names = new Set<string>();
  if (!fn) return [];
  const { trees, executes } = bodyOf(fn);
  walk([trees, executes], (node) => {
    const name = call(node)?.name.at(-1);
    if (name !== undefined) names.add(name);
  });
  return [...names];
}
