import type { ClassifiedPolicy, InferredContext } from "../classify/index.ts";
import { parseConfig, type Config } from "../config.ts";
import { advisorFindings, closed, type LintCount } from "../pg/advisor.ts";
import type { Catalog } from "../pg/catalog.ts";
import { isOnPlatform } from "../pg/platform-schemas.ts";
import type { Policy, PolicyId } from "../pg/policy.ts";
import { nameKey } from "../pg/name.ts";
import type { Plan } from "../plan/index.ts";
import { inspectCatalog } from "./inspection.ts";
import type { Source } from "./source.ts";
import { callsPerRow, RULE_SETS, rewriteCatalog, withRuleSets, type RuleSetName } from "../rewrite/index.ts";

/** What a rule set that is off would change in a project, read from its catalog. */
export interface RuleOffer {
  name: RuleSetName;
  title: string;
  effect: string | null;
  /** its entry in `rules` of the config */
  setting: string;
  /** the policies that would end up differently */
  policies: PolicyId[];
  /** function calls that would be made once a statement instead of once a row */
  callsPerRow: number;
  /** the findings of Supabase's advisor that would be closed; none on another platform */
  advisor: LintCount[];
}

/**
 * The rule sets that a config does not choose and that would change something, each compared with what the config makes
 * without it. `names`: the sets to try.
 */
export function ruleOffers(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  config: Config,
  names: readonly RuleSetName[] = RULE_SETS.map(({ name }) => name),
): RuleOffer[] {
  const outcomesWith = (given: Config): ReadonlyMap<PolicyId, readonly Policy[]> =>
    new Map(rewriteCatalog(catalog, classified, given).outcomes.map(({ policy, after }) => [policy, after]));
  const without = outcomesWith(config);
  const before = advisorFindings(catalog, [...without.values()].flat());
  // the role of that rule is Supabase's
  const fits = ({ name }: { name: RuleSetName }): boolean =>
    name !== "to-authenticated" || catalog.roles.some((role) => role.name === "authenticated");
  const off = RULE_SETS.filter((set) => names.includes(set.name) && !set.isOn(config.rules) && fits(set));
  return off.flatMap((set) => {
    const outcomes = outcomesWith(withRuleSets(config, [set.name]));
    const policies = [...outcomes].flatMap(([policy, after]) =>
      JSON.stringify(after) === JSON.stringify(without.get(policy)) ? [] : [policy],
    );
    if (policies.length === 0) return [];
    const { name, title, effect, setting } = set;
    const calls = (of: ReadonlyMap<PolicyId, readonly Policy[]>): number =>
      policies.reduce((sum, policy) => sum + callsPerRow(of.get(policy) ?? []), 0);
    return [
      {
        name,
        title,
        effect,
        setting,
        policies,
        callsPerRow: name === "initplan" ? calls(without) - calls(outcomes) : 0,
        advisor: isOnPlatform(catalog) ? closed(before, advisorFindings(catalog, [...outcomes.values()].flat())) : [],
      },
    ];
  });
}

/**
 * A config by which the rule sets are measured before the questions of `init` are answered: as if every variable had a
 * claim and every policy were decided for it.
 */
export function measuringConfig({ variables, flags, claims }: InferredContext): Config {
  const reason = "to measure the rules";
  return parseConfig({
    claims: claims.kind === "function" ? `${nameKey(claims)}()` : claims.setting,
    context: Object.fromEntries(
      variables.map(({ setting, claim, type }) => [setting, { claim: claim ?? ["app_metadata", setting], type }]),
    ),
    flags: Object.fromEntries(flags.map(({ setting }) => [setting, { decision: "remove", reason }])),
    sessionOnly: [
      { function: "*", decision: "claim", reason },
      { policy: "*", decision: "claim", reason },
    ],
  });
}

/** The offer of the InitPlan form where a plan has nothing to do; nothing where it has. */
export const offersFor = (source: Source, plan: Plan, config: Config): RuleOffer[] =>
  plan.steps.length > 0
    ? []
    : ruleOffers(source.catalog, inspectCatalog(source.catalog, config).classified, config, ["initplan"]);
