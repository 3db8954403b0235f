import type { ClassifiedPolicy } from "../classify/index.ts";
import { contextMapOf, type Config } from "../config.ts";
import { matchesName } from "../pg/name-pattern.ts";
import { ToolError } from "../errors.ts";
import { finding, type Finding } from "../finding.ts";
import type { Catalog } from "../pg/catalog.ts";
import { groupBy } from "../pg/group-by.ts";
import { distinctPaths, type ContextMap } from "../pg/context.ts";
import { nameKey, relationKey, type NameKey } from "../pg/name.ts";
import { samePolicy } from "../pg/policy-sql.ts";
import { policyId, type Policy, type PolicyId } from "../pg/policy.ts";
import { findRecursion } from "../pg/recursion.ts";
import { announce } from "./announce.ts";
import { planColumnDefaults, type ColumnDefault } from "./column-defaults.ts";
import {
  decideForFunction,
  decideForPolicy,
  flagsOf,
  isSessionOnly,
  openPolicy,
  openVariable,
  type Decision,
} from "./decisions.ts";
import { EXPRESSION_RULES, rewriteExpression } from "./expression.ts";
import { holdersOf } from "./holders.ts";
import { planFunctions, type FunctionPlan } from "./functions.ts";
import type { AnnouncedChange, OpenDecision, PolicyOutcome } from "./outcome.ts";
import { applyPolicyRules } from "./policies.ts";
import { changed, type Draft } from "./policy-rule.ts";
import { contextOf } from "./config-context.ts";
import { breakRecursions } from "./recursion.ts";
import type { ExpressionRule, RuleContext } from "./rule.ts";
import type { PrivateHelper } from "./rules/break-recursion.ts";
import { mappedPath } from "./rules/claim-path.ts";

/** The result of the rules for a whole catalog: plain data from which the steps of the plan are made. */
export interface Rewrites {
  context: ContextMap;
  /** one for every live policy, without exception */
  outcomes: PolicyOutcome[];
  functions: FunctionPlan["changes"];
  /** variables and flags that no rewritten policy reads any more */
  retired: string[];
  /** new functions in the private schema */
  helpers: PrivateHelper[];
  helperSchema: string;
  defaults: ColumnDefault[];
  announced: AnnouncedChange[];
  open: OpenDecision[];
  findings: Finding[];
}

/**
 * Rewrite the policies of a catalog, and the helpers with which they read variables, from session variables to claims.
 * Pure: needs no database. Throws ToolError (config) if a decision cannot apply to the policy that it names.
 */
export function rewriteCatalog(catalog: Catalog, classified: readonly ClassifiedPolicy[], config: Config): Rewrites {
  const { context, live, open: openFlags } = contextOf(catalog, config);
  const findings: Finding[] = [];
  const functions = planFunctions(catalog, classified, config, context);
  const open: OpenDecision[] = [
    ...openFlags.map((flag) => ({ ...flag, policies: readersOf(flag.key, classified) })),
    ...openVariables(classified, config, context, functions),
    ...functions.open,
  ];
  const byPolicy = new Map(classified.map((policy) => [policy.id, policy]));
  const decisions = new Map<PolicyId, Decision | null>();

  const through = (draft: Draft): boolean =>
    byPolicy.get(policyId(draft.before))?.reads.some((read) => isChanged(read.through.at(-1), functions)) ?? false;
  const cyclic = config.rules.breakRecursion
    ? findRecursion(catalog.policies, catalog.relations).map(({ policy }) => policy)
    : [];
  const isTouched = (draft: Draft): boolean =>
    draft.fixed ||
    draft.rules.some((rule) => rule !== "initplan") ||
    through(draft) ||
    cyclic.includes(policyId(draft.before));
  const ruled = (drafts: readonly Draft[]): Draft[] => {
    const after = applyPolicyRules(drafts, config.rules, (relation) => holdersOf(catalog, relation));
    if (config.rules.initplan === "all") return after;
    // The rules compare policies in one form; a policy that none of them has changed keeps its text.
    return after.map((draft) => (isTouched(draft) ? draft : { ...draft, after: [draft.before], rules: [] }));
  };
  const drafts = classified.map((policy): Draft => {
    const result = draftPolicy(policy, config, context, functions);
    decisions.set(policy.id, result.decision);
    if (result.open) open.push(result.open);
    findings.push(...result.findings);
    return result.draft;
  });
  const bare = rulesFor(config).filter((rule) => rule.id !== "initplan");
  const recursion = breakRecursions(ruled(drafts), catalog.relations, config, (relation) =>
    ruled(
      classified
        .filter(({ policy }) => relationKey(policy) === relation)
        .map((policy) => draftPolicy(policy, config, context, functions, bare).draft),
    ),
  );
  const defaults = planColumnDefaults(catalog, config, context);
  findings.push(...functions.findings, ...recursion.findings, ...defaults.findings);

  const final = recursion.drafts.map((draft): Draft =>
    through(draft) && !draft.fixed ? changed(draft, "helper", draft.after) : draft,
  );
  const announced = final.flatMap((draft) => {
    const id = policyId(draft.before);
    const policy = byPolicy.get(id);
    return policy && !draft.fixed ? announce(policy, draft, decisions.get(id) ?? null, context) : [];
  });
  const outcomes = final.map(outcomeOf);
  return {
    context: contextMapOf(config),
    outcomes,
    functions: functions.changes,
    retired: [...context.variables.keys(), ...context.flags.keys()],
    helpers: [...(live && usesLiveRole(outcomes) ? [live] : []), ...recursion.helpers],
    helperSchema: config.helperSchema,
    defaults: defaults.changes,
    announced,
    open,
    findings,
  };
}

const isKept = (config: Config, id: PolicyId): boolean =>
  Object.keys(config.keep).some((pattern) => matchesName(pattern, id));

const readersOf = (setting: string, classified: readonly ClassifiedPolicy[]): PolicyId[] =>
  classified.filter(({ reads }) => reads.some((read) => read.setting === setting.toLowerCase())).map(({ id }) => id);

/**
 * Variables that are neither mapped nor a flag, which is asked about by itself. A policy that is kept or dropped, and a
 * function that is kept, ask nothing about what they read.
 */
function openVariables(
  classified: readonly ClassifiedPolicy[],
  config: Config,
  context: RuleContext,
  functions: FunctionPlan,
): OpenDecision[] {
  const flags = flagsOf(config);
  const asked = classified
    .filter((policy) => !isKept(config, policy.id) && !needsNoClaim(policy, decisionOf(policy, config, context)))
    .flatMap(({ id, reads }) => reads.map((read) => ({ id, read, reader: read.through.at(-1) })))
    .filter(({ reader }) => reader === undefined || !functions.kept.has(reader))
    .filter(({ read: { setting } }) => !context.variables.has(setting) && !flags.has(setting));
  return [...groupBy(asked, ({ read }) => read.setting)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([setting, uses]) =>
      openVariable(
        setting,
        [...new Set(uses.map(({ id }) => id))],
        uses.every(({ read }) => isSessionOnly(read, config, context)) ? "sessionOnly" : "keep",
      ),
    );
}

/** A policy that stays, or that is dropped as a whole. Of a FOR ALL policy, what lets rows be read is rewritten. */
const needsNoClaim = ({ policy }: ClassifiedPolicy, decision: Decision | null): boolean =>
  decision?.choice === "keep" || (decision?.choice === "rpc-only" && policy.command !== "ALL");

/** The reads that the text of a policy makes, or will make once helpers are written into it. */
const directReads = ({ reads }: ClassifiedPolicy, context: RuleContext): ClassifiedPolicy["reads"] =>
  reads.filter((read) => read.through.length === 0 || inlinedAway(read.through, context));

/** The decision under `sessionOnly` for a policy that itself reads a variable and no claim; null if it has none. */
function decisionOf(policy: ClassifiedPolicy, config: Config, context: RuleContext): Decision | null {
  const sessionOnly = directReads(policy, context).filter((read) => isSessionOnly(read, config, context));
  if (sessionOnly.length === 0) return null;
  const inlined = sessionOnly.find((read) => read.through.length > 0)?.through.at(-1);
  return decideForPolicy(config, policy.id) ?? (inlined === undefined ? null : decideForFunction(config, inlined));
}

interface PolicyDraft {
  draft: Draft;
  decision: Decision | null;
  open: OpenDecision | null;
  findings: Finding[];
}

function draftPolicy(
  classified: ClassifiedPolicy,
  config: Config,
  context: RuleContext,
  functions: FunctionPlan,
  rules: readonly ExpressionRule[] = rulesFor(config),
): PolicyDraft {
  const { policy, id } = classified;
  const at = { kind: "policy", schema: policy.schema, relation: policy.relation, policy: policy.name } as const;
  const fresh: Draft = { before: policy, after: [policy], rules: [], reason: null, fixed: false };
  const stays = (reason: string, more: Partial<PolicyDraft> = {}): PolicyDraft => ({
    draft: { ...fresh, reason, fixed: true },
    decision: null,
    open: null,
    findings: [],
    ...more,
  });

  const kept = Object.entries(config.keep).find(([pattern]) => matchesName(pattern, id));
  if (kept) return stays(kept[1]);

  const known = (setting: string): boolean => context.variables.has(setting) || context.flags.has(setting);
  const direct = directReads(classified, context);
  const unmapped = [...new Set(direct.map((read) => read.setting).filter((setting) => !known(setting)))];
  const decided = decisionOf(classified, config, context);
  if (unmapped.length > 0 && decided && needsNoClaim(classified, decided))
    return decided.choice === "keep"
      ? stays(decided.reason, { decision: decided })
      : { draft: rpcOnly(fresh, decided, rules, context), decision: decided, open: null, findings: [] };
  if (unmapped.length > 0)
    return stays(`it reads ${unmapped.map((setting) => `\`${setting}\``).join(", ")}, which no claim is mapped to`);
  const [blocked] = classified.reads.flatMap((read) => {
    const reader = read.through.at(-1);
    return reader === undefined ? [] : (functions.fixed.get(reader) ?? []);
  });
  if (blocked !== undefined) return stays(blocked);

  // A permissive policy that is always false allows nothing, whatever it reads.
  const inert = policy.permissive && classified.idioms.includes("constant-false");
  const sessionOnly = inert
    ? []
    : direct.filter((read) => !read.hasClaimFallback && context.variables.has(read.setting));
  const decision = sessionOnly.length === 0 ? null : decided;
  if (sessionOnly.length > 0) {
    const settings = [...new Set(sessionOnly.map((read) => read.setting))];
    if (decision === null) return stays("its decision is open", { open: openPolicy(id, settings) });
    if (decision.choice === "keep") return stays(decision.reason, { decision });
    if (decision.choice === "rpc-only")
      return { draft: rpcOnly(fresh, decision, rules, context), decision, open: null, findings: [] };
  }
  const findings: Finding[] = [];
  const astray = config.rules.claimPath ? [] : classified.claims.filter((path) => mappedPath(path, context) !== null);
  for (const path of distinctPaths(astray))
    findings.push(
      finding(
        "claim-path",
        "warning",
        at,
        `reads the claim \`${path.join(".")}\`, but the map says \`${mappedPath(path, context)?.join(".")}\``,
        "give `rules.claimPath` a reason to have it rewritten: it changes what the policy means",
      ),
    );
  if (classified.idioms.includes("fails-open"))
    findings.push(
      finding(
        "fails-open",
        "error",
        at,
        "is open where the variable is empty, and so is the rewritten policy where the token has no such claim",
        "take the `… IS NULL OR` out of the policy in a migration of its own, then plan again",
      ),
    );
  return { draft: rewriteDraft(fresh, rules, context), decision, open: null, findings };
}

/** The rule claim-path changes the meaning of a policy, so it applies only with consent. */
const rulesFor = (config: Config): readonly ExpressionRule[] =>
  config.rules.claimPath ? EXPRESSION_RULES : EXPRESSION_RULES.filter((rule) => rule.id !== "claim-path");

const inlinedAway = (through: readonly NameKey[], context: RuleContext): boolean =>
  through.every((name) => context.inline.has(name));

/**
 * The choice rpc-only: the permissive write policy is dropped; rows that a FOR ALL policy allowed to be read stay
 * readable.
 */
function rpcOnly(draft: Draft, decision: Decision, rules: readonly ExpressionRule[], context: RuleContext): Draft {
  const { before } = draft;
  if (!before.permissive || before.command === "SELECT")
    throw new ToolError(
      "config",
      "DECISION_DOES_NOT_FIT",
      `sessionOnly: \`${policyId(before)}\` is ${before.permissive ? "a SELECT policy" : "restrictive"}, so \`rpc-only\` does not fit`,
      "`rpc-only` is for permissive policies that let rows be written; decide `claim` or `keep`",
    );
  if (before.command !== "ALL") return changed(draft, "rpc-only", [], decision.reason);
  const read = rewriteDraft({ ...draft, after: [{ ...before, command: "SELECT", check: null }] }, rules, context);
  return changed(read, "rpc-only", read.after, decision.reason);
}

/** Rewrite both expressions of a draft's policies by the rules. */
function rewriteDraft(draft: Draft, rules: readonly ExpressionRule[], context: RuleContext): Draft {
  const applied = new Set(draft.rules);
  const rewrite = (text: string | null): string | null => {
    if (text === null) return null;
    const result = rewriteExpression(text, rules, context);
    for (const rule of result.rules) applied.add(rule);
    return result.text;
  };
  const after = draft.after.map((policy): Policy => ({
    ...policy,
    using: rewrite(policy.using),
    check: rewrite(policy.check),
  }));
  return applied.size === draft.rules.length ? draft : { ...draft, after, rules: [...applied] };
}

function outcomeOf(draft: Draft): PolicyOutcome {
  const [only] = draft.after;
  const same = draft.after.length === 1 && only !== undefined && samePolicy(draft.before, only);
  const outcome: PolicyOutcome["outcome"] = draft.fixed
    ? "kept"
    : draft.after.length === 0
      ? "dropped"
      : !same
        ? "rewritten"
        : draft.rules.includes("helper")
          ? "through-helper"
          : "unchanged";
  const reason = outcome === "unchanged" ? "no rule changes it" : draft.reason;
  return {
    policy: policyId(draft.before),
    outcome,
    rules: draft.rules,
    reason,
    before: draft.before,
    after: draft.after,
  };
}

const isChanged = (name: NameKey | undefined, functions: FunctionPlan): boolean =>
  functions.changes.some(({ fn }) => nameKey(fn) === name);

const usesLiveRole = (outcomes: readonly PolicyOutcome[]): boolean =>
  outcomes.some((outcome) => outcome.rules.includes("live-role"));
