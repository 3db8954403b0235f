import { z } from "zod";
import { ToolError } from "../errors.ts";

/**
 * The record that a person approves a plan. `name` and `email` come from git's configuration; the review of the file
 * decides who may approve.
 */
export interface Approval {
  /** the capacity, in the person's own words */
  as: string;
  name: string;
  email: string;
  at: string;
  planHash: string;
}

const approval = z.object({
  as: z.string().min(1),
  name: z.string(),
  email: z.string(),
  at: z.string(),
  planHash: z.string(),
}) satisfies z.ZodType<Approval>;

const shape = z.object({
  format: z.literal("rlsmith-approvals"),
  formatVersion: z.literal(1),
  approvals: z.array(approval),
});

/** Read `.rlsmith/approvals.json`; null: the file does not exist. Throws ToolError (environment) if it is not valid. */
export function readApprovals(text: string | null): Approval[] {
  if (text === null) return [];
  const parsed = shape.safeParse(parse(text));
  if (parsed.success) return parsed.data.approvals;
  throw new ToolError(
    "environment",
    "NO_APPROVALS",
    "`.rlsmith/approvals.json` cannot be read",
    "restore it from version control, or remove it and approve again",
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const printApprovals = (approvals: readonly Approval[]): string =>
  `${JSON.stringify({ format: "rlsmith-approvals", formatVersion: 1, approvals }, null, 2)}\n`;

/**
 * The approvals with one more. A second approval of the same plan by the same person in the same role replaces the
 * first.
 */
export const withApproval = (approvals: readonly Approval[], one: Approval): Approval[] => [
  ...approvals.filter(
    ({ as, email, planHash }) => !(as === one.as && email === one.email && planHash === one.planHash),
  ),
  one,
];

/**
 * Check the approvals of this plan; those of other plans do not count. Throws ToolError (not-proven) if too few people
 * have approved it.
 */
export function checkApprovals(
  approvals: readonly Approval[],
  planHash: string,
  wanted: number,
  target: string,
): Approval[] {
  const given = approvals.filter((one) => one.planHash === planHash);
  const people = new Set(given.map(({ email }) => email.toLowerCase()));
  if (people.size >= wanted) return given;
  const older = approvals.length - given.length;
  throw new ToolError(
    "not-proven",
    "APPROVALS_MISSING",
    `\`${target}\` requires that ${wanted} ${wanted === 1 ? "person approves" : "people approve"} this plan, and ${people.size === 0 ? "none" : people.size} ${people.size > 1 ? "have" : "has"} approved it${older > 0 ? `; ${older} ${older === 1 ? "approval is" : "approvals are"} of another plan` : ""}`,
    'record an approval: rlsmith approve --as "Security Lead"',
  );
}
