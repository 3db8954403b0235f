import { approvalsOf, writeApprovals, withApproval, type Approval } from "../apply/index.ts";
import { ToolError } from "../errors.ts";
import { personIn } from "../person.ts";
import { readPlan } from "../plan/index.ts";
import type { Plan } from "../plan/index.ts";

/** A recorded approval. */
export interface Approved {
  approval: Approval;
  plan: Plan;
  /** `.rlsmith/approvals.json`, absolute */
  file: string;
}

/**
 * Record that a person, by the name and mail address in git's configuration of the project's folder, approves its plan
 * in a role. `planFile`: another plan than the project's own. Throws ToolError: (usage) no role, or no plan;
 * (environment) no name in git's configuration; and as `readPlan`.
 *
 * @example
 * ```ts
 * import { approvePlan } from "rlsmith";
 *
 * const { approval, file } = await approvePlan("path/to/project", "Security Lead");
 * console.log(`${approval.name} approves the plan ${approval.planHash}: commit ${file}`);
 * ```
 */
export async function approvePlan(
  projectDir: string,
  role: string,
  { planFile, now = new Date() }: { planFile?: string | undefined; now?: Date } = {},
): Promise<Approved> {
  const { plan, hash } = readPlan(projectDir, planFile);
  const as = role.trim();
  if (as === "")
    throw new ToolError(
      "usage",
      "NO_CAPACITY",
      "--as is missing: the capacity in which you approve",
      'add for instance --as "Security Lead"',
    );
  const person = await personIn(projectDir);
  if (person === null)
    throw new ToolError(
      "environment",
      "NOBODY",
      "git has no mail address for you",
      "set it: git config user.name, git config user.email",
    );
  const approval = { as, ...person, at: now.toISOString(), planHash: hash };
  const file = writeApprovals(projectDir, withApproval(approvalsOf(projectDir), approval));
  return { approval, plan, file };
}
