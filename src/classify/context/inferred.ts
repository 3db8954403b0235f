import type { Finding } from "../../finding.ts";
import { type ClaimsSource, type ContextType } from "../../pg/context.ts";

/** What the database says about its session variables: proposals with their evidence, never a guess. */
export interface InferredContext {
  variables: InferredVariable[];
  /** bypass flags: variables that switch policies off */
  flags: { setting: string; evidence: string[] }[];
  /** where policies get the token from */
  claims: ClaimsSource;
  /** policies that read a claim from another place than it is written to */
  conflicts: Finding[];
  questions: { setting: string; question: string }[];
}

export interface InferredVariable {
  setting: string;
  /** null where nothing says */
  claim: string[] | null;
  type: ContextType;
  /** separator of a list in the variable */
  separator: string | null;
  evidence: string[];
  /** a hybrid pair says so and none says otherwise, or the claims sync writes a claim of exactly that name */
  certain: boolean;
}
