import { groupBy } from "../pg/group-by.ts";
import type { Catalog } from "../pg/catalog.ts";
import { functionKey, nameKey, type FunctionKey, type NameKey, type QualifiedName } from "../pg/name.ts";
import { distinctPaths, type ClaimsSource } from "../pg/context.ts";
import type { Expr } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { relationsIn } from "../pg/expr/relations.ts";
import { policyId, type Policy, type PolicyId } from "../pg/policy.ts";
import {
  failsOpen,
  fold,
  isConstant,
  neverTrue,
  type Assumption,
  isTenancyClaim,
  type SettingUse,
  bypassFlags,
  hasBareAuthCall,
  hasIdentityGuard,
  hasMembership,
  hasRoleList,
  usesIn,
  type FoundClaim,
} from "./expression/index.ts";
import {
  analyseFunctions,
  claimOf,
  settleFallback,
  settleRead,
  type FunctionFacts,
  functionIndex,
  reach,
  reachedReads,
  returnsOnlySetting,
  type FunctionIndex,
  type Reached,
  readTokenFunctions,
} from "./functions/index.ts";
import type { Idiom } from "./expression/index.ts";

/** A: claims alone; B: session variables alone; C: a variable with a claim as its fallback. */
export type Pattern = "A" | "B" | "C" | "identity-only" | "constant" | "other";

/** One read of a session variable by a policy. */
export interface PolicyRead extends SettingUse {
  part: "using" | "check";
  /** the chain of functions, the reader last; empty where the policy itself reads the variable */
  through: NameKey[];
  underNegation: boolean;
}

/** A policy and the sources of its tenancy context. */
export interface ClassifiedPolicy {
  id: PolicyId;
  policy: Policy;
  pattern: Pattern;
  idioms: Idiom[];
  reads: PolicyRead[];
  /** variables without a claim as their fallback, other than bypass flags */
  sessionOnly: string[];
  /** variables that switch the policy off */
  flags: string[];
  /** claims that are read, also in functions: keys from the root of the token */
  claims: string[][];
  /** relations in the policy's own sub-queries */
  relations: QualifiedName[];
  /** functions that the policy itself calls */
  functions: QualifiedName[];
}

/**
 * The pattern and the idioms of every policy of a catalog, in its order, found in the expression trees. Called
 * functions are followed into their bodies. Pure. `facts` is the result of analyseFunctions for the same catalog.
 */
export function classify(
  catalog: Catalog,
  source: ClaimsSource,
  facts: FunctionFacts[] = analyseFunctions(catalog, source),
): ClassifiedPolicy[] {
  const index = functionIndex(facts);
  const readable = readTokenFunctions(catalog, source);
  // Policies that were created in a loop share their expressions.
  const parts = new Map<string, Part>();
  const called = groupBy(catalog.policyFunctions, ({ schema, relation, policy }) =>
    policyId({ schema, relation, name: policy }),
  );
  const partOf = (text: string, policy: Policy): Part => {
    const chosen = called.get(policyId(policy)) ?? [];
    const key = JSON.stringify([text, ...chosen.map((use) => use.function)]);
    const part =
      parts.get(key) ?? readPart(readable(parseExpr(text)), source, index, new Set(chosen.map((use) => use.function)));
    parts.set(key, part);
    return part;
  };
  return catalog.policies.map((policy) =>
    classifyPolicy(
      policy,
      policy.using === null ? null : partOf(policy.using, policy),
      policy.check === null ? null : partOf(policy.check, policy),
    ),
  );
}

/** The facts about one expression, USING or WITH CHECK. */
interface Part {
  reads: Omit<PolicyRead, "part">[];
  directClaims: FoundClaim[];
  claims: string[][];
  relations: QualifiedName[];
  functions: QualifiedName[];
  flags: string[];
  /** true if it folds to a constant regardless of the request and the row */
  constant: boolean;
  neverTrue: boolean;
  idioms: Idiom[];
  /** true if it queries another relation and takes nothing from the request there */
  followsRelation: boolean;
}

function readPart(tree: Expr, source: ClaimsSource, index: FunctionIndex, chosen: ReadonlySet<FunctionKey>): Part {
  const uses = usesIn(tree, source);
  const fallbackClaim = (call: { schema: string | null; name: string }): string[] | null => claimOf(index, call, []);
  const calls = uses.calls.flatMap((call) => {
    const overloads = index.resolve(call, []);
    const known = overloads.filter((fn) => chosen.has(functionKey(fn)));
    const callees = known.length > 0 ? known : overloads;
    const reached = callees.flatMap((fn) => reach(index, fn, settleFallback(call.fallback, fallbackClaim)));
    return callees.length === 0 ? [] : [{ call, callees, reached }];
  });
  const reached = calls.flatMap((call) => call.reached);
  const returnsSetting = (schema: string | null, name: string): boolean =>
    schema !== null && returnsOnlySetting(index, { schema, name });
  const unknown: Assumption = { settings: "unknown", claims: "unknown", returnsSetting, source };
  const reads = [
    ...uses.settings.map((use) => ({
      ...settleRead(use, fallbackClaim),
      through: [],
      underNegation: use.underNegation,
    })),
    ...calls.flatMap((call) =>
      reachedReads(call.reached).map((read) => ({ ...read, underNegation: call.call.underNegation })),
    ),
  ];
  const relations = relationsIn(tree);
  const membership = relations.length > 0 && hasMembership(tree, source);
  return {
    reads: [...new Map(reads.map((read) => [JSON.stringify(read), read])).values()],
    directClaims: uses.claims,
    claims: distinctPaths([
      ...uses.claims.map((claim) => claim.path).filter((path) => path.length > 0),
      ...reached.flatMap(({ facts }) => facts.claims),
    ]),
    relations,
    functions: distinctNames(calls.flatMap(({ callees }) => callees)),
    flags: bypassFlags(tree, source, (schema, name) => flagsReadBy(index, schema, name)),
    constant: isConstant(fold(tree, unknown)),
    neverTrue: neverTrue(tree, unknown),
    idioms: [
      ...idiomsOf(tree, source, uses, reached),
      ...(failsOpen(tree, source, returnsSetting) ? (["fails-open"] as const) : []),
      ...(membership ? (["membership-subquery"] as const) : []),
    ],
    followsRelation: relations.length > 0 && !membership && reached.every((one) => takesNothing(one)),
  };
}

const takesNothing = ({ facts }: Reached): boolean =>
  facts.reads.length === 0 && facts.claims.length === 0 && facts.tables.length === 0;

function flagsReadBy(index: FunctionIndex, schema: string | null, name: string): string[] {
  const reached = index.resolve({ schema, name }, []).flatMap((fn) => reach(index, fn));
  const reads = reached.flatMap(({ facts }) => facts.reads);
  const other = reached.some(
    ({ facts }) => facts.tables.length > 0 || facts.claims.some(isTenancyClaim) || facts.opaque !== null,
  );
  return !other && reads.every((read) => read.asFlag && !read.hasClaimFallback)
    ? reads.map((read) => read.setting)
    : [];
}

const distinctNames = (names: readonly QualifiedName[]): QualifiedName[] => [
  ...new Map(names.map(({ schema, name }) => [nameKey({ schema, name }), { schema, name }])).values(),
];

/** The idioms that a single expression shows by itself. */
function idiomsOf(
  tree: Expr,
  source: ClaimsSource,
  uses: ReturnType<typeof usesIn>,
  reached: readonly Reached[],
): Idiom[] {
  const idioms: Idiom[] = [];
  if (uses.claims.some((claim) => claim.raw)) idioms.push("raw-jwt-claims");
  if (reached.some(({ facts }) => facts.reads.length > 0 || facts.claims.length > 0)) idioms.push("helper-function");
  if (hasRoleList(tree, source)) idioms.push("role-list");
  if (hasIdentityGuard(tree, source)) idioms.push("identity-guard");
  if (reached.some(({ facts }) => facts.failsOpen)) idioms.push("fails-open");
  if (hasBareAuthCall(tree, source)) idioms.push("bare-auth-call");
  const once = [...uses.settings, ...uses.claims].map((use) => use.once);
  if (once.length > 0 && once.every(Boolean)) idioms.push("initplan-already");
  return idioms;
}

function classifyPolicy(policy: Policy, using: Part | null, check: Part | null): ClassifiedPolicy {
  const parts = [using, check].filter((part) => part !== null);
  const reads: PolicyRead[] = [
    ...(using?.reads ?? []).map((read): PolicyRead => ({ ...read, part: "using" })),
    ...(check?.reads ?? []).map((read): PolicyRead => ({ ...read, part: "check" })),
  ];
  const claims = distinctPaths(parts.flatMap((part) => part.claims));
  const flags = [...new Set(parts.flatMap((part) => part.flags))].filter(
    (flag) => !reads.some((read) => read.setting === flag && (read.hasClaimFallback || !read.asFlag)),
  );
  const sessionOnly = [
    ...new Set(
      reads.filter((read) => !read.hasClaimFallback && !flags.includes(read.setting)).map((read) => read.setting),
    ),
  ];
  const relations = distinctNames(parts.flatMap((part) => part.relations));
  const found = new Set<Idiom>(parts.flatMap((part) => part.idioms));
  // One part that is evaluated for every row is enough.
  if (
    found.has("bare-auth-call") ||
    parts.some((part) => part.reads.length + part.directClaims.length > 0 && !part.idioms.includes("initplan-already"))
  )
    found.delete("initplan-already");
  for (const read of reads) for (const idiom of idiomsOfRead(read, flags)) found.add(idiom);
  if (flags.length > 0) found.add("bypass-flag");
  if (sessionOnly.length > 0) found.add("session-only");
  if (parts.length > 0 && parts.every((part) => part.neverTrue)) found.add("constant-false");
  const tenancy = sessionOnly.length > 0 || reads.some((read) => read.hasClaimFallback) || claims.some(isTenancyClaim);
  if (tenancy && !claims.some((path) => path.join() === "sub")) found.add("no-identity-guard");
  const elsewhere = relations.some((one) => one.schema !== policy.schema || one.name !== policy.relation);
  if (!tenancy && elsewhere && parts.some((part) => part.followsRelation)) found.add("tenancy-from-other-relation");
  return {
    id: policyId(policy),
    policy,
    pattern: patternOf(reads, claims, parts),
    idioms: [...found].toSorted(),
    reads,
    sessionOnly,
    flags,
    claims,
    relations,
    functions: distinctNames(parts.flatMap((part) => part.functions)),
  };
}

function idiomsOfRead(read: PolicyRead, flags: readonly string[]): Idiom[] {
  const idioms: Idiom[] = [];
  if (read.hasClaimFallback) idioms.push(read.emptyIsNull ? "hybrid-coalesce" : "hybrid-coalesce-without-nullif");
  else if (read.missingOk && !read.emptyIsNull && !read.presence && !flags.includes(read.setting))
    idioms.push("bare-current-setting");
  if (!read.missingOk) idioms.push("current-setting-without-missing-ok");
  if (read.separator !== null || read.cast?.endsWith("[]")) idioms.push("array-setting");
  return idioms;
}

function patternOf(reads: readonly PolicyRead[], claims: readonly string[][], parts: readonly Part[]): Pattern {
  const tenancy = claims.some(isTenancyClaim);
  if (reads.length > 0) return tenancy || reads.some((read) => read.hasClaimFallback) ? "C" : "B";
  if (tenancy) return "A";
  if (claims.length > 0) return "identity-only";
  return parts.length > 0 && parts.every((part) => part.constant) ? "constant" : "other";
}
