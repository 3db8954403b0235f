import { finding, type Finding } from "../../finding.ts";
import { samePath } from "../../pg/context.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import { writtenClaims } from "./evidence.ts";
import { atPolicy } from "../findings/index.ts";
import type { FunctionFacts } from "../functions/index.ts";
import type { InferredVariable } from "./inferred.ts";
import { isTenancyClaim } from "../expression/index.ts";

/**
 * Policies that read a claim in a different place of the token from where it is written: one finding a policy. The
 * place is the one that the claims sync writes; without a sync it is the one that the other policies pair with the
 * variable, which is weaker evidence.
 */
export function claimConflicts(
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
  variables: readonly InferredVariable[],
): Finding[] {
  const written = writtenClaims(facts);
  const mapped = variables.flatMap(({ claim, certain, setting }) =>
    claim && certain ? [{ path: claim, setting }] : [],
  );
  return classified.flatMap((policy): Finding[] => {
    const faults: { text: string; severe: boolean }[] = [];
    for (const path of policy.claims.filter(isTenancyClaim)) {
      // A claim that users can write themselves is a finding of its own, and it does not deny access.
      if (path[0] === "user_metadata") continue;
      const key = path.at(-1);
      if (written.some((write) => samePath(write.path, path)) || mapped.some((one) => samePath(one.path, path)))
        continue;
      const sync = written.find((write) => write.path.at(-1) === key);
      const pair = mapped.find((one) => one.path.at(-1) === key);
      if (sync)
        faults.push({
          text: `it reads the claim \`${path.join(".")}\`, but \`${sync.by}\` writes \`${sync.path.join(".")}\``,
          severe: true,
        });
      else if (pair)
        faults.push({
          text: `it reads the claim \`${path.join(".")}\`, but \`${pair.setting}\` is paired with \`${pair.path.join(".")}\``,
          severe: false,
        });
    }
    if (faults.length === 0) return [];
    const severe = faults.some((fault) => fault.severe);
    return [
      finding(
        "claim-path-mismatch",
        severe ? "error" : "warning",
        atPolicy(policy.policy),
        `${faults.map((fault) => fault.text).join("; ")}: ${severe ? "the token has nothing there, so this condition denies everyone today" : "one of the two is likely to be empty"}`,
        "give `rules.claimPath` a reason in the config to have it rewritten, or correct the policy",
      ),
    ];
  });
}
