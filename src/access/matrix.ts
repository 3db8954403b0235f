import { functionIndex, reach, rowWrites, bodyOf } from "../classify/index.ts";
import type { ClassifiedPolicy, FunctionFacts, Pattern, RowWrite } from "../classify/index.ts";
import type { Catalog, PgFunction, Relation, RelationKind, Trigger } from "../pg/catalog.ts";
import { byFunction } from "../pg/by-function.ts";
import { distinctPaths, type ClaimsSource } from "../pg/context.ts";
import { groupBy } from "../pg/group-by.ts";
import { functionKey, nameKey, relationKey, type FunctionKey, type NameKey, type QualifiedName } from "../pg/name.ts";
import { isPlatformFunction, isPlatformRelation } from "../pg/platform-objects.ts";
import type { PolicyCommand } from "../pg/policy.ts";
import { conditionsOf, type Condition } from "./conditions.ts";
import { newComparison, newSide, reachOf, type Component, type Reach, type Side } from "../prove/index.ts";

export type Command = Exclude<PolicyCommand, "ALL">;

export const COMMANDS: readonly Command[] = ["SELECT", "INSERT", "UPDATE", "DELETE"];

/** The commands that change rows. */
export type WriteCommand = Exclude<Command, "SELECT">;

/** Who reaches what in a database: relations, views and functions of the project, not of its platform. */
export interface AccessMatrix {
  /** tables of every kind and materialized views, in the order of the catalog */
  relations: RelationAccess[];
  views: ViewAccess[];
  /** SECURITY DEFINER functions, and functions that change rows; trigger functions only where they change rows */
  functions: FunctionAccess[];
}

/** Who reaches which rows of one relation. */
export interface RelationAccess extends QualifiedName {
  kind: RelationKind;
  owner: string;
  comment: string | null;
  partitionOf: QualifiedName | null;
  rowSecurity: boolean;
  forceRowSecurity: boolean;
  /** the roles that policies and grants name, and `anon`; a member of one of them has what it has */
  roles: RoleAccess[];
  policies: PolicyAccess[];
  writes: WritePaths[];
}

export interface RoleAccess {
  role: string;
  /** row security never binds it here: BYPASSRLS, a superuser, or the owner without FORCE */
  isAbove: boolean;
  /** null: it could not be found out in time */
  reach: Record<Command, Reach | null>;
}

/** A policy, and what decides in it. */
export interface PolicyAccess {
  name: string;
  command: PolicyCommand;
  permissive: boolean;
  roles: string[];
  /** A: claims; B: session variables; C: a variable with a claim as its fallback */
  pattern: Pattern;
  /** claims or variables are read in functions that it calls */
  byHelper: boolean;
  /** keys from the root of the token */
  claims: string[][];
  /** session variables */
  settings: string[];
  /** relations in its sub-queries */
  relations: QualifiedName[];
  using: string | null;
  check: string | null;
  /** USING as conditions that have to hold together; null: there is none */
  usingConditions: Condition[] | null;
  checkConditions: Condition[] | null;
}

/** The ways on which one command changes rows of a relation. */
export interface WritePaths {
  command: WriteCommand;
  /** roles that policies let change some rows */
  direct: string[];
  /** roles above row security that hold the privilege, such as `service_role`; without owner and superusers */
  service: string[];
  /** functions with such a statement that one of the roles of the matrix may call */
  functions: FunctionKey[];
  /** trigger functions with such a statement */
  triggers: FunctionKey[];
}

export interface ViewAccess extends QualifiedName {
  owner: string;
  comment: string | null;
  /** false: it reads with the rights of its owner */
  securityInvoker: boolean;
  /** relations of its query with row security that does not bind the owner, so that the view shows every row to who reads it */
  past: QualifiedName[];
  /** roles that may read it */
  readers: string[];
}

/** A function that may pass row security, or that changes rows. */
export interface FunctionAccess extends QualifiedName {
  identityArguments: string;
  key: FunctionKey;
  securityDefiner: boolean;
  owner: string;
  /** grantees of EXECUTE, without the owner; `public` for PUBLIC */
  grantees: string[];
  /** the relations on which it is a trigger function */
  triggerOn: QualifiedName[];
  /** in its own body and in the functions that it calls */
  writes: { relation: QualifiedName; command: RowWrite["command"] }[];
  /** relations with row security that it names and that does not bind its owner; empty where it is SECURITY INVOKER */
  past: QualifiedName[];
  claims: string[][];
  /** session variables that it reads */
  reads: string[];
  /** session variables that it sets; null: of a name that is computed */
  sets: (string | null)[];
  /** why not all of its body could be read, so that there may be more than is said here; null if it could */
  opaque: string | null;
}

/** What classification has found out about a catalog. */
export interface MatrixInput {
  catalog: Catalog;
  /** `classify` */
  classified: readonly ClassifiedPolicy[];
  /** `analyseFunctions` */
  facts: readonly FunctionFacts[];
  /** from which policies read the token */
  source: ClaimsSource;
}

/** A relation whose policies take longer is not settled. */
const MOST_MILLISECONDS = 2000;

/**
 * Who reaches which rows of a database, by which policies, and on which ways rows are changed. Pure; the reach of roles
 * is decided by the prover's encoding of privileges, row security and policies: `every row` and `none` are sure, and
 * `some rows` is said of everything that depends on the row or on the request.
 */
export function accessMatrix({ catalog, classified, facts, source }: MatrixInput): AccessMatrix {
  const side = newSide(catalog);
  const shared = newComparison(catalog, catalog);
  const relations = catalog.relations.filter((relation) => !isPlatformRelation(catalog, relation));
  const tables = relations.filter(({ kind }) => kind !== "view");
  const functions = functionsOf(side, facts);
  const policies = groupBy(classified, ({ policy }) => relationKey(policy));
  const triggers = groupBy(catalog.triggers, (trigger) => nameKey(trigger.function));
  const accesses = functions.map((fn) => functionAccess(side, fn, triggers));
  const writers = groupBy(
    accesses.flatMap((fn) => fn.writes.map((write) => ({ fn, ...write }))),
    ({ relation }) => nameKey(relation),
  );
  return {
    relations: tables.map((relation) => {
      shared.deadline = performance.now() + MOST_MILLISECONDS;
      const usable = (role: string): boolean => side.mayUse(relation.schema, role);
      const roles = reachOf(shared, relation).map(({ role, isAbove, reach: found }): RoleAccess => ({
        role,
        isAbove,
        reach: usable(role) ? byCommand(found) : { SELECT: "none", INSERT: "none", UPDATE: "none", DELETE: "none" },
      }));
      const { schema, name, kind, owner, comment, partitionOf, rowSecurity, forceRowSecurity } = relation;
      return {
        schema,
        name,
        kind,
        owner,
        comment,
        partitionOf,
        rowSecurity,
        forceRowSecurity,
        roles,
        policies: (policies.get(nameKey(relation)) ?? []).map((one) => policyAccess(one, source)),
        writes: writePaths(side, relation, roles, writers.get(nameKey(relation)) ?? []),
      };
    }),
    views: relations.filter(({ kind }) => kind === "view").map((view) => viewAccess(side, view)),
    functions: accesses.filter((fn) => (fn.securityDefiner && fn.triggerOn.length === 0) || fn.writes.length > 0),
  };
}

/** An UPDATE has to pass USING and WITH CHECK. */
function byCommand(found: Record<Component, Reach | null>): RoleAccess["reach"] {
  const [using, check] = [found["UPDATE USING"], found["UPDATE CHECK"]];
  const update = [using, check].includes("none")
    ? "none"
    : [using, check].includes(null)
      ? null
      : using === "every row" && check === "every row"
        ? "every row"
        : "some rows";
  return { SELECT: found.SELECT, INSERT: found.INSERT, UPDATE: update, DELETE: found.DELETE };
}

const policyAccess = (
  { policy, pattern, idioms, claims, reads, relations }: ClassifiedPolicy,
  source: ClaimsSource,
): PolicyAccess => ({
  name: policy.name,
  command: policy.command,
  permissive: policy.permissive,
  roles: policy.roles,
  pattern,
  byHelper: idioms.includes("helper-function"),
  claims,
  settings: [...new Set(reads.map(({ setting }) => setting))],
  relations,
  using: policy.using,
  check: policy.check,
  usingConditions: policy.using === null ? null : conditionsOf(policy.using, source),
  checkConditions: policy.check === null ? null : conditionsOf(policy.check, source),
});

interface ReadFunction {
  fn: PgFunction;
  /** the function, and those that it calls */
  reached: { fn: PgFunction; facts: FunctionFacts }[];
}

function functionsOf({ catalog }: Side, facts: readonly FunctionFacts[]): ReadFunction[] {
  const index = functionIndex(facts);
  const definitionOf = byFunction(catalog.functions);
  return facts.flatMap((one) => {
    const fn = definitionOf(one);
    if (!fn || fn.kind === "aggregate" || isPlatformFunction(catalog, fn)) return [];
    const reached = reach(index, one).flatMap(({ facts: of }) => {
      const found = definitionOf(of);
      return found ? [{ fn: found, facts: of }] : [];
    });
    return [{ fn, reached }];
  });
}

function functionAccess(
  side: Side,
  { fn, reached }: ReadFunction,
  triggers: ReadonlyMap<NameKey, readonly Trigger[]>,
): FunctionAccess {
  const isRelation = (name: QualifiedName): boolean => side.relation(name) !== undefined;
  const writes = reached.flatMap(({ fn: of, facts }) => rowWrites(facts, bodyOf(of), isRelation));
  const named = reached.flatMap(({ facts }) => facts.tables.flatMap((name) => meantBy(side, name, facts.searchPath)));
  return {
    schema: fn.schema,
    name: fn.name,
    identityArguments: fn.identityArguments,
    key: functionKey(fn),
    securityDefiner: fn.securityDefiner,
    owner: fn.owner,
    grantees: fn.grants.filter(({ grantee }) => grantee !== fn.owner).map(({ grantee }) => grantee),
    triggerOn: distinctNames(
      (triggers.get(nameKey(fn)) ?? []).map((one) => ({ schema: one.schema, name: one.relation })),
    ),
    writes: distinct(writes.map(({ target, command }) => ({ relation: target, command }))),
    past: fn.securityDefiner ? pastOf(side, fn.owner, [...named, ...writes.map(({ target }) => target)]) : [],
    claims: distinctPaths(reached.flatMap(({ facts }) => facts.claims)),
    reads: [...new Set(reached.flatMap(({ facts }) => facts.reads.map(({ setting }) => setting)))],
    sets: [...new Set(reached.flatMap(({ facts }) => facts.sets.map(({ setting }) => setting)))],
    opaque: reached.find(({ facts }) => facts.opaque !== null)?.facts.opaque ?? null,
  };
}

/**
 * The relations that a name in a body may mean. One without a schema was read as one of `public`; where that has none, the
 * path decides, and without one it may be any.
 */
function meantBy(side: Side, name: QualifiedName, searchPath: readonly string[] | null): readonly QualifiedName[] {
  if (name.schema !== "public" || side.relation(name)) return [name];
  const inPath = (searchPath ?? []).map((schema) => ({ schema, name: name.name })).filter((one) => side.relation(one));
  return inPath.length > 0 ? inPath.slice(0, 1) : side.relationsNamed(name.name);
}

/** Of these relations, and those behind views among them, the ones whose row security does not bind a role. */
function pastOf(side: Side, role: string, names: readonly QualifiedName[]): QualifiedName[] {
  const found = new Map<NameKey, Relation>();
  const add = (relation: Relation | undefined): void => {
    if (!relation || found.has(nameKey(relation))) return;
    found.set(nameKey(relation), relation);
    for (const inner of relation.reads ?? []) add(side.relation(inner));
  };
  for (const name of names) add(side.relation(name));
  return [...found.values()]
    .filter((relation) => relation.rowSecurity && side.isAbove(relation, role))
    .filter((relation) => !isPlatformRelation(side.catalog, relation))
    .map(({ schema, name }) => ({ schema, name }));
}

const viewAccess = (side: Side, view: Relation): ViewAccess => ({
  schema: view.schema,
  name: view.name,
  owner: view.owner,
  comment: view.comment,
  securityInvoker: view.securityInvoker === true,
  past: view.securityInvoker === true ? [] : pastOf(side, view.owner, view.reads ?? []),
  readers: [
    ...new Set(
      [...view.grants, ...view.columnGrants]
        .filter(({ grantee, privilege }) => privilege === "SELECT" && grantee !== view.owner)
        .map(({ grantee }) => grantee),
    ),
  ].filter((role) => role === "public" || side.mayUse(view.schema, role)),
});

interface Writer {
  fn: FunctionAccess;
  command: RowWrite["command"];
}

function writePaths(
  side: Side,
  relation: Relation,
  roles: readonly RoleAccess[],
  writers: readonly Writer[],
): WritePaths[] {
  const isSuper = (name: string): boolean => side.catalog.roles.some((role) => role.name === name && role.superuser);
  // MERGE may do all three, and TRUNCATE removes rows
  const writing = (command: WriteCommand): FunctionAccess[] => [
    ...new Set(
      writers
        .filter((one) => [command, "MERGE", command === "DELETE" ? "TRUNCATE" : command].includes(one.command))
        .map(({ fn }) => fn),
    ),
  ];
  return COMMANDS.filter((command) => command !== "SELECT").map((command): WritePaths => {
    const reaching = roles.filter(({ reach: found }) => found[command] !== "none");
    const functions = writing(command);
    return {
      command,
      direct: reaching.filter(({ isAbove }) => !isAbove).map(({ role }) => role),
      service: reaching
        .filter(({ role, isAbove }) => isAbove && role !== relation.owner && !isSuper(role))
        .map(({ role }) => role),
      functions: functions
        .filter(({ triggerOn, grantees }) => triggerOn.length === 0 && grantees.length > 0)
        .map(({ key }) => key),
      triggers: functions.filter(({ triggerOn }) => triggerOn.length > 0).map(({ key }) => key),
    };
  });
}

const distinct = <Value>(values: readonly Value[]): Value[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

const distinctNames = (names: readonly QualifiedName[]): QualifiedName[] => [
  ...new Map(names.map((name) => [nameKey(name), name])).values(),
];
