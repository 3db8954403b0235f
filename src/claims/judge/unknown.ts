import { finding, type Finding } from "../../finding.ts";
import type { Answer } from "../source/index.ts";

const CODES = {
  "age of tokens": "age-of-tokens-unknown",
  "claims of members": "claims-of-members-unknown",
  "stale tokens": "stale-tokens-unknown",
  "user metadata": "user-metadata-unknown",
} as const;

/** A question that the database could not answer, as a finding. */
export const unknownFinding = (what: keyof typeof CODES, answer: Answer<unknown> | null): Finding[] =>
  answer?.kind === "unknown"
    ? [finding(CODES[what], "warning", { kind: "database" }, `${what}: unknown, ${answer.why}`, hintFor(answer.why))]
    : [];

/** The hint for an error of the database, whose SQLSTATE comes first. */
function hintFor(why: string): string | null {
  if (why.startsWith("the login may not read it"))
    return "connect as a role that may read it past row security: on Supabase `postgres`";
  if (/^(42704|42883|42P01|3F000) /.test(why))
    return "names are looked up without a search_path: declare `claimsSync` with the schema of your own types, functions and relations";
  if (/^(22...|42804|42846|42725) /.test(why))
    return "an expression of the source does not fit the rows: declare `claimsSync` with the columns and expressions that do";
  return null;
}
