import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { distinctPaths, samePath, type ClaimsSource } from "../../pg/context.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { callsBuiltin, stringConst } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { groupBy } from "../../pg/group-by.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import { bodyOf, contextFunctions } from "../functions/index.ts";
import type { FunctionFacts } from "../functions/index.ts";
import { isTenancyClaim, usesIn } from "../expression/index.ts";

/** Evidence in the database that a variable holds a claim. */
export interface Evidence {
  /** empty for a note */
  claim: string[];
  /**
   * `pair`: both are arguments of one COALESCE, or the variable is set from the claim; `synced`: the claims sync writes a claim of exactly this name; `hint`:
   * the names are similar; `note`: the function that sets the variable
   */
  kind: "pair" | "synced" | "hint" | "note";
  /** the number of places with this evidence */
  weight: number;
  text: string;
}

/** All evidence for one variable, the strongest kind first. */
export function evidenceFor(
  setting: string,
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
): Evidence[] {
  const fromClaim = setFromClaim(setting, catalog);
  const strong = [
    ...policyPairs(setting, classified),
    ...functionPairs(setting, facts),
    ...fromClaim,
    ...synced(setting, facts),
    ...(fromClaim.length > 0 ? [] : setters(setting, catalog, facts)),
  ];
  // Similar names add nothing to stronger evidence.
  return strong.some((one) => one.kind !== "note")
    ? strong
    : [...strong, ...hints(setting, catalog, classified, facts)];
}

/** `app.casino_id` → `casino_id` */
export const lastPart = (setting: string): string => setting.slice(setting.lastIndexOf(".") + 1);

function policyPairs(setting: string, classified: readonly ClassifiedPolicy[]): Evidence[] {
  const pairs = classified.flatMap((policy) =>
    policy.reads.flatMap((read) =>
      read.setting === setting && read.claimPath !== null && read.through.length === 0
        ? [{ policy: policy.id, claim: read.claimPath }]
        : [],
    ),
  );
  return [...groupBy(pairs, (pair) => JSON.stringify(pair.claim)).values()].flatMap((group): Evidence[] => {
    const [first] = group;
    if (!first) return [];
    const policies = new Set(group.map((pair) => pair.policy));
    const claim = first.claim.join(".");
    const text =
      policies.size === 1
        ? `policy ${first.policy} pairs it with ${claim}`
        : `${policies.size} policies pair it with ${claim} (${first.policy}, …)`;
    return [{ claim: first.claim, kind: "pair", weight: policies.size, text }];
  });
}

function functionPairs(setting: string, facts: readonly FunctionFacts[]): Evidence[] {
  const found = facts.flatMap((fact) =>
    fact.reads.flatMap((read): Evidence[] =>
      read.setting === setting && read.claimPath !== null
        ? [
            {
              claim: read.claimPath,
              kind: "pair",
              weight: 1,
              text: `function ${nameKey(fact)} pairs it with ${read.claimPath.join(".")}`,
            },
          ]
        : [],
    ),
  );
  return distinct(found);
}

/**
 * The claim from which functions set the variable: what PostgREST calls before each request, for instance. Nothing where
 * one of them sets it from another value as well, or from another claim.
 */
function setFromClaim(setting: string, catalog: Catalog): Evidence[] {
  const sources: { fn: PgFunction; claim: string[] | null }[] = [];
  for (const fn of catalog.functions) {
    const { trees, executes } = bodyOf(fn);
    const names = (text: string): boolean => text.toLowerCase().includes(setting);
    // ALTER FUNCTION … SET, and a statement that is made at run time
    if (names(fn.settings.join(" ")) || names(JSON.stringify(executes))) sources.push({ fn, claim: null });
    walk(trees, (node) => {
      if (as("VariableSetStmt", node)?.name?.toLowerCase() === setting) sources.push({ fn, claim: null });
      const args = callsBuiltin(node, "set_config");
      if (!args || stringConst(args[0])?.toLowerCase() !== setting) return;
      // an empty text takes the value away
      if (stringConst(args[1]) !== "") sources.push({ fn, claim: onlyClaim(args[1]) });
    });
  }
  const [first] = sources;
  if (!first?.claim || !sources.every(({ claim }) => claim !== null && samePath(claim, first.claim ?? []))) return [];
  return distinct(
    sources.map(({ fn }) => ({
      claim: first.claim ?? [],
      kind: "pair",
      weight: 1,
      text: `function ${nameKey(fn)} sets it from the claim ${(first.claim ?? []).join(".")}`,
    })),
  );
}

/** The claim that is all that a value is computed from; null if there is none, or anything else. */
function onlyClaim(value: Expr | undefined): string[] | null {
  const { settings, claims, calls, computedName } = usesIn(value, TOKEN);
  const paths = distinctPaths(claims.map(({ path }) => path));
  const [only] = paths;
  const isElse = some(value, (node) => as("ColumnRef", node) !== null || as("ParamRef", node) !== null);
  const isAlone = settings.length === 0 && calls.length === 0 && !computedName && !isElse && paths.length === 1;
  return isAlone && only !== undefined && only.length > 0 ? only : null;
}

/** Supabase's function; a raw read of the token is recognised in any case. */
const TOKEN: ClaimsSource = { kind: "function", schema: "auth", name: "jwt" };

/** The claims that are written by a trigger or a token hook, with their writers. */
export const writtenClaims = (
  facts: readonly FunctionFacts[],
): { path: string[]; by: NameKey; column: string | null }[] =>
  facts.flatMap((fact) => fact.writesClaims.map(({ path, column }) => ({ path, column, by: nameKey(fact) })));

function synced(setting: string, facts: readonly FunctionFacts[]): Evidence[] {
  return distinct(
    writtenClaims(facts)
      .filter(({ path }) => path.at(-1) === lastPart(setting))
      .map(({ path, by }) => ({
        claim: path,
        kind: "synced",
        weight: 1,
        text: `function ${by} writes the claim ${path.join(".")}`,
      })),
  );
}

/** The functions that set the variable. They show where the value comes from, but not which claim it is. */
function setters(setting: string, catalog: Catalog, facts: readonly FunctionFacts[]): Evidence[] {
  const names = contextFunctions(facts, catalog.functions)
    .filter((context) => context.by === null && context.settings.includes(setting))
    .map((context) => nameKey(context.facts));
  const [first, ...rest] = new Set(names);
  if (first === undefined) return [];
  const text = rest.length === 0 ? `function ${first} sets it` : `${rest.length + 1} functions set it (${first}, …)`;
  return [{ claim: [], kind: "note", weight: 0, text }];
}

/**
 * Similar names: of the argument from which a context function sets the variable, of claims that are written, and of
 * claims that other policies read.
 */
function hints(
  setting: string,
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
): Evidence[] {
  const written = writtenClaims(facts);
  const readByPolicies = new Map<string, { path: string[]; policies: number }>();
  for (const policy of classified)
    for (const path of policy.claims.filter(isTenancyClaim)) {
      const key = JSON.stringify(path);
      readByPolicies.set(key, { path, policies: (readByPolicies.get(key)?.policies ?? 0) + 1 });
    }
  const found: Evidence[] = [];
  const own = bare(lastPart(setting));
  const hint = (claim: string[], weight: number, text: string): void =>
    void found.push({ claim, kind: "hint", weight, text });
  for (const { path, by } of written)
    if (bare(path.at(-1) ?? "") === own && path.at(-1) !== lastPart(setting))
      hint(path, 3, `function ${by} writes the claim ${path.join(".")}, a name like it`);
  for (const { path, policies } of readByPolicies.values())
    if (bare(path.at(-1) ?? "") === own)
      hint(
        path,
        2,
        `${policies} ${policies === 1 ? "policy reads" : "policies read"} the claim ${path.join(".")}, a name like it`,
      );
  for (const context of contextFunctions(facts, catalog.functions))
    for (const { setting: set, argument } of context.fromArguments)
      for (const { path } of written)
        if (set === setting && bare(argument) === bare(path.at(-1) ?? "") && bare(argument) !== own)
          hint(
            path,
            1,
            `function ${nameKey(context.facts)} sets it from ${argument}, a name like the claim ${path.join(".")}`,
          );
  return distinct(found);
}

/** `p_casino_id`, `_casino_id`, `current_casino_id` → `casino_id` */
const bare = (name: string): string => name.toLowerCase().replace(/^(?:p_|_|in_|current_|jwt_)+/, "");

const distinct = (evidence: readonly Evidence[]): Evidence[] => [
  ...new Map(evidence.map((one) => [JSON.stringify([one.claim, one.text]), one])).values(),
];
