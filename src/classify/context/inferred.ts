import type { Finding } from "../../finding.ts";
import { type ClaimsSource, type ContextType } from "../../pg/context.ts";
import type { InferredRequests } from "./requests.ts";

/** The session variables of a database as inferred from it: proposals with their evidence, never guesses. */
export interface InferredContext {
  variables: InferredVariable[];
  /** bypass flags: variables that switch policies off */
  flags: { setting: string; evidence: string[] }[];
  /** the source from which policies read the token */
  claims: ClaimsSource;
  /** whether the requests of today carry claims */
  requests: InferredRequests;
  /** policies that read a claim in a different place from where it is written */
  conflicts: Finding[];
  questions: { setting: string; question: string }[];
}

export interface InferredVariable {
  setting: string;
  /** null where there is no evidence */
  claim: string[] | null;
  type: ContextType;
  /** the separator of a list in the variable */
  separator: string | null;
  evidence: string[];
  /**
   * true if a hybrid pair shows the claim and none contradicts it, or if the claims sync writes a claim of exactly that
   * name
   */
  certain: boolean;
}
