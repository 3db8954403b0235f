import { finding, type Finding } from "../../finding.ts";
import type { Cause } from "../cause.ts";
import type { Answer } from "../source/index.ts";
import type { Words } from "./words.ts";

const CODES = {
  "age of tokens": "age-of-tokens-unknown",
  "claims of members": "claims-of-members-unknown",
  "stale tokens": "stale-tokens-unknown",
  "user metadata": "user-metadata-unknown",
} as const;

/** Types, functions, relations and schemas that are not found. */
const NOT_FOUND: ReadonlySet<string> = new Set(["42704", "42883", "42P01", "3F000"]);

/** Types that do not fit, and calls that fit several functions; class 22 are values that do not fit. */
const MISFIT: ReadonlySet<string> = new Set(["42804", "42846", "42725"]);

/** A question that the database could not answer, as a finding. */
export const unknownFinding = (what: keyof typeof CODES, answer: Answer<unknown> | null, words: Words): Finding[] =>
  answer?.kind === "unknown"
    ? [
        finding(
          CODES[what],
          "warning",
          { kind: "database" },
          `${what}: unknown, ${words.cause(answer.because)}`,
          hintFor(answer.because),
        ),
      ]
    : [];

/** The hint for an error that PostgreSQL raised. */
function hintFor(because: Cause): string | null {
  if (because.kind !== "raised") return null;
  if (because.sqlstate === "42501")
    return "connect as a role that may read it past row security: on Supabase `postgres`";
  if (NOT_FOUND.has(because.sqlstate))
    return "names are looked up without a search_path: declare `claimsSync` with the schema of your own types, functions and relations";
  if (because.sqlstate.startsWith("22") || MISFIT.has(because.sqlstate))
    return "an expression of the source does not fit the rows: declare `claimsSync` with the columns and expressions that do";
  return null;
}
