import * as prompts from "@clack/prompts";
import type { ClassifiedPolicy, InferredContext } from "../classify/index.ts";
import { loadConfig } from "../config.ts";
import { UnsetVariables } from "../errors.ts";
import type { ContextType } from "../pg/context.ts";
import { openSource, type ProjectOptions, type Source } from "../pipeline/source.ts";
import { oneLine } from "../report/visible.ts";
import type { PolicyId } from "../pg/policy.ts";

/** The user's answers; a question without one stays open in the config. */
export interface Answers {
  /** claim path and type by variable */
  variables: Record<string, { claim: string; type: ContextType }>;
  /** decisions by policy */
  decisions: Partial<Record<PolicyId, { decision: "claim" | "rpc-only" | "keep"; reason: string }>>;
}

export const NO_ANSWERS: Answers = { variables: {}, decisions: {} };

/**
 * Ask on the terminal for the decisions that could not be inferred. An empty answer, or Esc, leaves the question open.
 */
export async function askOpenQuestions(
  inferred: InferredContext,
  classified: readonly ClassifiedPolicy[],
): Promise<Answers> {
  const answers: Answers = { variables: {}, decisions: {} };
  for (const variable of inferred.variables.filter((candidate) => !candidate.certain)) {
    const claim = await prompts.text({
      message: oneLine(`Which claim replaces ${variable.setting}? (${variable.evidence.join("; ") || "no evidence"})`),
      placeholder: oneLine(variable.claim?.join(".") ?? "app_metadata.…, or nothing to leave it open"),
    });
    if (prompts.isCancel(claim) || claim === undefined || claim.trim() === "") continue;
    answers.variables[variable.setting] = { claim: claim.trim(), type: variable.type };
  }
  const sessionOnly = classified.filter((policy) =>
    policy.reads.some((read) => read.through.length === 0 && !read.hasClaimFallback),
  );
  if (sessionOnly.length === 0) return answers;
  const all = await prompts.select({
    message: `${sessionOnly.length} policies read a variable and no claim: a request that sets none is denied today. How should they be rewritten?`,
    options: [
      { value: "each", label: "decide one by one" },
      { value: "open", label: "leave them open for now" },
    ],
  });
  if (prompts.isCancel(all) || all === "open") return answers;
  for (const policy of sessionOnly) {
    const decision = await prompts.select({
      message: oneLine(`${policy.id} (${policy.sessionOnly.join(", ")})`),
      options: [
        { value: "claim" as const, label: "claim", hint: "the claim alone grants access" },
        { value: "rpc-only" as const, label: "rpc-only", hint: "only SECURITY DEFINER functions write" },
        { value: "keep" as const, label: "keep", hint: "leave it as it is" },
        { value: "open" as const, label: "leave open" },
      ],
    });
    if (prompts.isCancel(decision)) return answers;
    if (decision === "open") continue;
    const reason = await prompts.text({ message: "Why?" });
    if (prompts.isCancel(reason)) return answers;
    answers.decisions[policy.id] = { decision, reason: reason ?? "" };
  }
  return answers;
}

/** A source, with the values of variables in its migrations. */
export interface AskedSource {
  source: Source;
  variables: Readonly<Record<string, string>>;
}

/**
 * Open a source without its config, except for the values of variables in the migrations. On a terminal (`ask`), each
 * variable without a value becomes a question. Throws UnsetVariables if one is left without.
 */
export async function openAsking(options: ProjectOptions, ask: boolean): Promise<AskedSource> {
  let variables = await configuredVariables(options);
  for (;;)
    try {
      return { source: await openSource({ ...options, config: null, variables }), variables };
    } catch (error) {
      if (!ask || !(error instanceof UnsetVariables)) throw error;
      for (const name of error.names) {
        const { file, line } = error.unset.find((one) => one.name === name) ?? { file: "", line: 1 };
        const value = await prompts.text({ message: oneLine(`Which value has :${name}? (${file}:${line})`) });
        if (prompts.isCancel(value) || value === undefined || value === "") throw error;
        variables = { ...variables, [name]: value };
      }
    }
}

/** The values that a config has which is about to be replaced. One that cannot be read has none. */
async function configuredVariables({ projectDir, config }: ProjectOptions): Promise<Readonly<Record<string, string>>> {
  try {
    return (await loadConfig(projectDir, config ?? undefined))?.config.migrations?.variables ?? {};
  } catch {
    return {};
  }
}
