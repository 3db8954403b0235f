import type { ContextType } from "../../pg/context.ts";
import type { NameKey } from "../../pg/name.ts";
import type { PolicyId } from "../../pg/policy.ts";

export interface Answer {
  decision: "claim" | "rpc-only" | "keep";
  reason: string;
}

/** The answers of the user on the terminal. */
export interface ConfigAnswers {
  variables: Record<string, { claim: string; type: ContextType }>;
  decisions: Partial<Record<PolicyId, Answer>>;
  functions?: Partial<Record<NameKey, Answer>>;
}
