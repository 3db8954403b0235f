import type { Subject } from "../migration-tools/index.ts";
import type { Plan } from "./plan.ts";

/** Rules that take session variables out of policies, or that a decision about a variable applies. */
const MOVES: ReadonlySet<string> = new Set(["context-to-claim", "helper", "inline-helper", "bypass-flag", "rpc-only"]);

/** How many rules a file name lists. */
const MOST = 2;

/** The subject of a plan's migration, with the first line of its files. */
export interface PlanSubject extends Subject {
  heading: string;
  /** the first line of the down file */
  downHeading: string;
}

/** True if a plan moves anything from session variables to claims. */
const movesClaims = ({ policies, steps }: Plan): boolean =>
  policies.some(({ rules }) => rules.some((rule) => MOVES.has(rule))) ||
  steps.some(({ change }) => change.kind === "default" || (change.kind === "function" && change.before !== null));

/**
 * What the migration of a plan is called and how it is headed: the move to claims, or else the rules by which it changes
 * policies.
 */
export function subjectOf(plan: Plan): PlanSubject {
  const made = "Made by rlsmith.";
  if (plan.purpose === "clean-up")
    return {
      slug: "rls_cleanup",
      title: "session variables of row security, taken out",
      heading: `Functions and defaults without the session variables that policies no longer read. ${made}`,
      downHeading: `The down migration: functions and defaults as they were. ${made}`,
    };
  if (movesClaims(plan) || plan.steps.length === 0)
    return {
      slug: "rls_jwt_only",
      title: "row security by JWT claims only",
      heading: `Row-level security by JWT claims instead of session variables. ${made}`,
      downHeading: `The down migration: policies, helpers and comments as they were. ${made}`,
    };
  // The InitPlan form goes along with whatever else changes a policy.
  const applied = [...new Set(plan.policies.flatMap(({ rules }) => rules))].toSorted();
  const own = applied.filter((rule) => rule !== "initplan" || isOwn(plan, rule));
  const named = `${own.length === 1 ? "the rule" : "the rules"} ${own.join(", ")}`;
  return {
    slug: `rls_${own.length > MOST ? "policies" : own.map((rule) => rule.replaceAll("-", "_")).join("_and_")}`,
    title: `row security: ${own.join(", ")}`,
    heading: `Row-level security: ${named}. No session variable is concerned. ${made}`,
    downHeading: `The down migration of ${named}: policies, helpers and comments as they were. ${made}`,
  };
}

const isOwn = ({ policies }: Plan, rule: string): boolean =>
  policies.some(({ rules }) => rules.length === 1 && rules[0] === rule);
