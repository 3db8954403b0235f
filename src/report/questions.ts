import type { SessionOnlyQuestion } from "../classify/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import { nameKey } from "../pg/name.ts";
import { createPolicy, forReading } from "../pg/policy-sql.ts";
import type { RuleOffer } from "../pipeline/rule-offers.ts";
import { counted } from "./counted.ts";
import { measureText } from "./rule-offers.ts";
import { oneLine } from "./visible.ts";
import { visibleSql } from "./visible-sql.ts";

/** The question about all policies and functions that read a variable and no claim. */
export function askAll(questions: readonly SessionOnlyQuestion[]): string {
  const policies = questions.filter(({ kind }) => kind === "policy").length;
  const functions = questions.length - policies;
  const named = [
    ...(functions === 0 ? [] : [counted(functions, "function")]),
    ...(policies === 0 ? [] : [counted(policies, "policy", "policies")]),
  ].join(" and ");
  return `${named} read${questions.length === 1 ? "s" : ""} a variable and no claim for it. How should ${questions.length === 1 ? "it" : "they"} be rewritten?`;
}

/** The question about one of them, with its text as the database has it. */
export function policyQuestion(question: SessionOnlyQuestion, catalog: Pick<Catalog, "functions">): string {
  const settings = question.settings.join(", ");
  if (question.kind === "policy") {
    const { id, policy } = question.policy;
    return `${oneLine(`${id} reads ${settings} and no claim for it`)}\n${visibleSql(createPolicy(policy, forReading))}`;
  }
  const definitions = catalog.functions
    .filter((fn) => nameKey(fn) === question.name)
    .map((fn) => visibleSql(fn.definition.trim()));
  const through = `${counted(question.policies.length, "policy reads", "policies read")} ${settings} through ${question.name}`;
  return [oneLine(through), ...definitions].join("\n");
}

/** The question about a rule set, with what it would bring. */
export const offerQuestion = (offer: RuleOffer): string =>
  oneLine(`Rule ${offer.name}: ${offer.title}? (${measureText(offer)})`);
