import * as prompts from "@clack/prompts";
import { sessionOnlyQuestions, type ConfigAnswers, type InferredContext } from "../classify/index.ts";
import type { ClaimChoices, LiveRoleEntry } from "../pipeline/claim-choices.ts";
import type { Inspection } from "../pipeline/inspection.ts";
import type { RuleOffer } from "../pipeline/rule-offers.ts";
import { offeredLookUps, TOKEN, type Layout, type LiveRoleQuestion } from "../report/claim-choices.ts";
import { askAll, offerQuestion, policyQuestion } from "../report/questions.ts";
import { choicesText } from "../report/init-terminal.ts";
import { oneLine } from "../report/visible.ts";
import type { RuleSetName } from "../rewrite/index.ts";
import { say } from "./terminal.ts";

/** The user's answers; a question without one stays open in the config. */
export interface Answers extends ConfigAnswers {
  functions: NonNullable<ConfigAnswers["functions"]>;
  /** the rule sets that were chosen */
  rules: RuleSetName[];
}

export const noAnswers = (): Answers => ({ variables: {}, decisions: {}, functions: {}, rules: [] });

/**
 * Ask on the terminal for the decisions that could not be inferred, then about each rule set. An empty answer, or Esc,
 * leaves the question open; a rule set that is not chosen stays off.
 */
export async function askOpenQuestions(inspection: Inspection, offers: readonly RuleOffer[]): Promise<Answers> {
  const answers = noAnswers();
  await askVariables(inspection.inferred, answers);
  await askSessionOnly(inspection, answers);
  for (const offer of offers) {
    const chosen = await prompts.confirm({ message: offerQuestion(offer), initialValue: false });
    if (prompts.isCancel(chosen)) break;
    if (chosen) answers.rules.push(offer.name);
  }
  return answers;
}

/**
 * Show what token and live row cost, and ask which of them counts for a claim that decides rights. Null: the token,
 * which is also the answer of Esc.
 */
export async function askLiveRole(
  question: LiveRoleQuestion,
  choices: ClaimChoices,
  layout: Layout,
): Promise<LiveRoleEntry | null> {
  say(choicesText(choices, layout));
  const chosen = await prompts.select({
    message: oneLine(question.message),
    options: question.options.map(({ value, label, hint }) => ({ value, label: oneLine(label), hint: oneLine(hint) })),
    initialValue: TOKEN,
  });
  return offeredLookUps(choices).find(({ lookUp }) => lookUp.entry.setting === chosen)?.lookUp.entry ?? null;
}

async function askVariables({ variables }: InferredContext, answers: Answers): Promise<void> {
  for (const variable of variables.filter((candidate) => !candidate.certain)) {
    const claim = await prompts.text({
      message: oneLine(`Which claim replaces ${variable.setting}? (${variable.evidence.join("; ") || "no evidence"})`),
      placeholder: oneLine(variable.claim?.join(".") ?? "app_metadata.…, or nothing to leave it open"),
    });
    if (prompts.isCancel(claim) || claim === undefined || claim.trim() === "") continue;
    answers.variables[variable.setting] = { claim: claim.trim(), type: variable.type };
  }
}

async function askSessionOnly({ inferred, classified, catalog }: Inspection, answers: Answers): Promise<void> {
  const questions = sessionOnlyQuestions(inferred, classified);
  if (questions.length === 0) return;
  const all = await prompts.select({
    message: askAll(questions),
    options: [
      { value: "claim", label: "all of them: claim", hint: "the claim alone grants access, everywhere" },
      { value: "each", label: "decide one by one" },
      { value: "open", label: "leave them open for now" },
    ],
  });
  if (prompts.isCancel(all) || all === "open") return;
  const reasonOfAll =
    all === "claim" ? await prompts.text({ message: "Why, for all of them?", validate: reasonMissing }) : null;
  if (prompts.isCancel(reasonOfAll)) return;
  for (const question of questions) {
    const answer =
      reasonOfAll === null ? await askOne(question, catalog) : { decision: "claim" as const, reason: reasonOfAll };
    if (answer === "stop") return;
    if (answer === "open") continue;
    if (question.kind === "function") answers.functions[question.name] = answer;
    else answers.decisions[question.policy.id] = answer;
  }
}

type Asked = ReturnType<typeof sessionOnlyQuestions>[number];

async function askOne(
  question: Asked,
  catalog: Inspection["catalog"],
): Promise<{ decision: "claim" | "rpc-only" | "keep"; reason: string } | "open" | "stop"> {
  const decision = await prompts.select({
    message: policyQuestion(question, catalog),
    options: [
      { value: "claim" as const, label: "claim", hint: "the claim alone grants access" },
      ...(question.kind === "policy"
        ? [{ value: "rpc-only" as const, label: "rpc-only", hint: "only SECURITY DEFINER functions write" }]
        : []),
      { value: "keep" as const, label: "keep", hint: "leave it as it is" },
      { value: "open" as const, label: "leave open" },
    ],
  });
  if (prompts.isCancel(decision)) return "stop";
  if (decision === "open") return "open";
  const reason = await prompts.text({ message: "Why?", validate: reasonMissing });
  return prompts.isCancel(reason) ? "stop" : { decision, reason };
}

/** A decision without a reason would count as open. */
const reasonMissing = (reason: string | undefined): string | undefined =>
  (reason ?? "").trim() === "" ? "a decision needs a reason that a colleague understands" : undefined;
