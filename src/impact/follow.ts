import { bodyOf, type FunctionFacts } from "../classify/index.ts";
import type { Relation } from "../pg/catalog.ts";
import { parseExpr, parseStatements } from "../pg/expr/parse.ts";
import { TOKEN_FUNCTIONS } from "../pg/expr/reads.ts";
import { functionKey, nameKey, type FunctionKey, type QualifiedName } from "../pg/name.ts";
import type { Side } from "../prove/index.ts";
import { readsIn, type Known, type Reads } from "./reads.ts";
import { shownRows } from "./shown-rows.ts";

/** One side of the plan: the policies and functions before it, or after it. */
export interface World extends Known {
  side: Side;
}

/** A relation that is read under the policies that bind a role. */
export interface Reading {
  relation: Relation;
  role: string;
}

/** All that the policies of a relation read, through functions, views, and the policies of other relations. */
export interface Followed extends Pick<Reads, "claims" | "settings" | "wholeToken" | "sessionValues" | "volatile"> {
  readings: Reading[];
  functions: ReadonlyMap<FunctionKey, FunctionFacts>;
  /** functions not all of whose body can be read, with the role that reads in them */
  opaque: { facts: FunctionFacts; role: string }[];
}

export const readingKey = ({ relation, role }: Reading): string => JSON.stringify([nameKey(relation), role]);

/** Follow the policies by which a role reads a relation. */
export const followReading = (world: World, start: Reading): Followed => follow(world, [], "", [start]);

/** Follow an expression that a role evaluates. */
export const followText = (world: World, text: string, role: string): Followed =>
  follow(world, [parseExpr(text)], role, []);

interface Found {
  followed: Followed & { functions: Map<FunctionKey, FunctionFacts> };
  seen: Set<string>;
}

function follow(world: World, trees: readonly unknown[], role: string, starts: readonly Reading[]): Followed {
  const followed: Found["followed"] = {
    claims: [],
    settings: [],
    wholeToken: false,
    sessionValues: [],
    volatile: [],
    readings: [],
    functions: new Map(),
    opaque: [],
  };
  const found: Found = { followed, seen: new Set() };
  for (const tree of trees) addReads(world, readsIn(tree, world), role, found);
  for (const { relation, role: by } of starts) addPolicies(world, relation, by, found);
  return followed;
}

function addReads(world: World, reads: Reads, role: string, found: Found): void {
  const { followed } = found;
  followed.claims.push(...reads.claims);
  followed.settings.push(...reads.settings);
  followed.sessionValues.push(...reads.sessionValues);
  followed.volatile.push(...reads.volatile);
  // a function of an extension may read any part of the token
  if (reads.wholeToken || reads.unknown.length > 0) followed.wholeToken = true;
  for (const name of reads.relations) addRelation(world, name, role, found);
  for (const facts of reads.calls) addFunction(world, facts, role, found);
}

function addFunction(world: World, facts: FunctionFacts, role: string, found: Found): void {
  const fn = world.functionOf(facts);
  const by = fn?.securityDefiner ? fn.owner : role;
  if (isSeen(found, ["function", functionKey(facts), by])) return;
  found.followed.functions.set(functionKey(facts), facts);
  // rlsmith takes these for what their names say
  if (!fn || TOKEN_FUNCTIONS.has(nameKey(fn))) return;
  if (facts.opaque !== null) found.followed.opaque.push({ facts, role: by });
  const reads = readsIn(bodyOf(fn).trees, world);
  // the analysis knows the calls of what a local variable holds, and resolves names by the search path
  const calls = facts.calls.flatMap((one) => world.index.resolve(one, facts.searchPath));
  // a bare name may be one of any schema of the search path
  const tables = facts.tables.flatMap((name) => [name, ...world.side.relationsNamed(name.name)]);
  addReads(world, { ...reads, relations: tables, calls: [...reads.calls, ...calls] }, by, found);
  for (const { setting } of facts.reads) found.followed.settings.push(setting);
  found.followed.claims.push(...facts.claims);
}

function addRelation(world: World, name: QualifiedName, role: string, found: Found): void {
  const relation = world.side.relation(name);
  if (!relation || isSeen(found, ["relation", nameKey(relation), role])) return;
  if (relation.kind === "view") {
    addView(world, relation, role, found);
    return;
  }
  if (world.side.bypasses(relation, role)) return;
  found.followed.readings.push({ relation, role });
  addPolicies(world, relation, role, found);
}

/** The relations of a view are read as its owner, unless it says otherwise; its functions run as whoever asks. */
function addView(world: World, view: Relation, role: string, found: Found): void {
  const by = view.securityInvoker === true ? role : view.owner;
  for (const read of view.reads ?? []) addRelation(world, read, by, found);
  const definition = world.side.viewDefinition(view);
  if (definition === null) found.followed.wholeToken = true;
  else addReads(world, { ...readsIn(parseStatements(definition), world), relations: [] }, role, found);
}

function addPolicies(world: World, relation: Relation, role: string, found: Found): void {
  const shown = shownRows(world.side, relation, role);
  if (shown.kind === "where") addReads(world, readsIn(parseExpr(shown.text), world), role, found);
}

function isSeen({ seen }: Found, key: readonly string[]): boolean {
  const text = JSON.stringify(key);
  if (seen.has(text)) return true;
  seen.add(text);
  return false;
}
