import { sqlComment as comment } from "../pg/comment.ts";
import { identForReading } from "../pg/identifier.ts";
import { functionKey, relationKey } from "../pg/name.ts";
import { policyId, type Policy, type PolicyId } from "../pg/policy.ts";
import { expectDropped, expectFunction, expectNoPolicy, expectPolicy, type Change } from "./guard.ts";
import type { Plan, PolicyOutcome, Step } from "./plan.ts";

/** `up` goes from the state that the plan read to the one that it makes; `down` reverses it. */
export type Direction = "up" | "down";

/** The patterns of the policies before and after a plan: `C`, `A`. */
export interface Patterns {
  before: ReadonlyMap<PolicyId, string>;
  after: ReadonlyMap<PolicyId, string>;
}

const INDENT = "    ";

const RULE = `-- ${"=".repeat(77)}`;

/**
 * The sections of a file, one a step, under a heading for each group: a context of the config, otherwise a relation.
 */
export function sections(plan: Plan, direction: Direction, patterns: Patterns | null): string[] {
  const outcomes = new Map(plan.policies.map((outcome) => [outcome.policy, outcome]));
  const steps = (direction === "up" ? plan.steps : plan.steps.toReversed()).filter(
    (step) => step[direction].length > 0,
  );
  const lines: string[] = [];
  let group: string | null = null;
  for (const step of steps) {
    const own = groupOf(step);
    if (own !== group) lines.push(RULE, comment(own), RULE, "");
    group = own;
    lines.push(...section(step, outcomes, direction, patterns), "");
  }
  return lines;
}

function groupOf({ object, context }: Step): string {
  if (object.kind === "function" || object.kind === "schema") return "Functions";
  const of = context ?? relationKey(object);
  return object.kind === "column" ? `Column defaults of ${of}` : of;
}

function section(
  step: Step,
  outcomes: ReadonlyMap<PolicyId, PolicyOutcome>,
  direction: Direction,
  patterns: Patterns | null,
): string[] {
  const { object, change } = step;
  const statements = step[direction].map((sql) => `${sql};`);
  if (object.kind === "policy") {
    const id = policyId({ ...object, name: object.policy });
    const outcome = outcomes.get(id);
    if (!outcome) throw new Error(`the plan has no policy ${id}`);
    return [...policyHeading(step, outcome, direction, patterns), ...checks(outcome, direction), ...statements];
  }
  const heading = comment(`${step.id}. ${direction === "up" ? step.title : `back: ${step.title}`}`);
  const hazards = direction === "up" ? step.hazards.filter(({ code }) => code === "function-callers") : [];
  return [
    heading,
    ...hazards.map(({ message }) => comment(`   ${message}`)),
    ...functionCheck(change, direction),
    ...statements,
  ];
}

function policyHeading(step: Step, outcome: PolicyOutcome, direction: Direction, patterns: Patterns | null): string[] {
  const { before, after, rules, reason } = outcome;
  const name = `${step.id}. ${relationKey(before)}, policy ${identForReading(before.name)}`;
  const kind = before.permissive ? "" : "restrictive ";
  const what = `${kind}${before.command} to ${before.roles.map(identForReading).join(", ")}`;
  const [was, becomes] = [patternsOf([before], patterns?.before), patternsOf(after, patterns?.after)];
  const move = direction === "up" ? `${was} → ${becomes}` : `${becomes} → ${was}`;
  const why = [...rules, ...(reason === null ? [] : [reason])].join(", ");
  const head = `${name}: ${what}${patterns === null ? "" : `, ${move}`}`;
  return [...wrapped(head, "", INDENT), ...(direction === "up" && why !== "" ? wrapped(why, INDENT, INDENT) : [])];
}

function patternsOf(policies: readonly Policy[], patterns: ReadonlyMap<PolicyId, string> | undefined): string {
  if (policies.length === 0) return "dropped";
  return [...new Set(policies.map((policy) => patterns?.get(policyId(policy)) ?? "other"))].join(" and ");
}

/**
 * The checks before the change of a policy: every name that the change drops or creates, in the state that is expected.
 */
function checks({ before, after }: PolicyOutcome, direction: Direction): string[] {
  const [from, to] = direction === "up" ? [[before], after] : [after, [before]];
  const isAltered = (policy: Policy): boolean =>
    from.length === 1 && to.length === 1 && to[0]?.name === policy.name && isAlterable(policy, to[0]);
  const change = (policy: Policy): Change =>
    isAltered(policy) ? "altered" : to.some(({ name }) => name === policy.name) ? "replaced" : "dropped";
  return [
    ...from.map((policy) => `${expectPolicy(policy, change(policy))};`),
    ...to
      .filter((policy) => !from.some(({ name }) => name === policy.name))
      .map((policy) => `${expectNoPolicy(policy)};`),
  ];
}

/**
 * True if ALTER POLICY turns one policy into the other: it can change neither kind nor command, and can neither add nor
 * remove an expression.
 */
const isAlterable = (from: Policy, to: Policy): boolean =>
  from.permissive === to.permissive &&
  from.command === to.command &&
  (from.using === null) === (to.using === null) &&
  (from.check === null) === (to.check === null);

function functionCheck(change: Step["change"], direction: Direction): string[] {
  if (change.kind === "dropped-function") return [`${expectDropped(signatureOf(change.before), change.before.body)};`];
  if (change.kind !== "function" || change.before === null) return [];
  const there = direction === "up" ? change.before : change.after;
  return [`${expectFunction(signatureOf(there), there.body)};`];
}

const signatureOf = (fn: { schema: string; name: string; argumentTypes: string[] }): string =>
  functionKey({ ...fn, identityArguments: fn.argumentTypes.join(", ") });

/**
 * A comment in lines of about 120 characters, broken between words, with one indent for the first line and one for the
 * others.
 */
function wrapped(text: string, first: string, others: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && longer.length > 110) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line].map((one, n) => comment(`${n === 0 ? first : others}${one}`));
}
