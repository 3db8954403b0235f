import { relative } from "node:path";
import type { Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { describeLocation } from "../finding.ts";
import type { Source } from "./source.ts";
import type { Plan } from "../plan/index.ts";

/** The config of a source. Throws ToolError (config) when the project has none. */
export function configOf(source: Source): Config {
  if (source.config) return source.config.config;
  throw new ToolError(
    "config",
    "NO_CONFIG",
    "there is no rlsmith.config.ts",
    "run `rlsmith init` first: it infers one from the policies",
  );
}

/**
 * Throws ToolError (open-decision, exit 3) while the plan has a question that the config does not answer. That no request
 * sends claims comes first.
 */
export function refuseOpenDecisions(plan: Plan, source: Source): void {
  if (plan.open.length === 0) return;
  const unsent = plan.open.find(({ kind }) => kind === "claims-not-sent");
  if (unsent)
    throw new ToolError(
      "open-decision",
      "CLAIMS_NOT_SENT",
      `${unsent.question}; no file was written`,
      'let every request set its claims first, then write `requests: { claims: "sent", reason: "…" }` in the config',
    );
  const file = source.config ? relative(process.cwd(), source.config.file) : "the config";
  throw new ToolError(
    "open-decision",
    "OPEN_DECISIONS",
    `${plan.open.length} ${plan.open.length === 1 ? "decision is" : "decisions are"} open, so no file was written`,
    `decide them in ${file}, each with a reason`,
  );
}

/** Throws ToolError (not-proven, exit 3) while a finding says that the plan's result is not as it should be. */
export function refuseErrors(plan: Plan): void {
  const errors = plan.findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  throw new ToolError(
    "not-proven",
    "PLAN_HAS_ERRORS",
    `${errors.length} ${errors.length === 1 ? "finding" : "findings"} of the result ${errors.length === 1 ? "is an error" : "are errors"}, so no file was written: ${[...new Set(errors.map(({ at }) => describeLocation(at)))].join(", ")}`,
    "do what each of them says, or name the policy under `keep` in rlsmith.config.ts",
  );
}
