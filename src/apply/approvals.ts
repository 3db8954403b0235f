import { z } from "zod";
import { ToolError } from "../errors.ts";

const shape = z.object({
  format: z.literal("rlsmith-approvals"),
  formatVersion: z.literal(1),
  approvals: z.array(
    z.object({
      as: z.string().min(1),
      name: z.string(),
      email: z.string(),
      at: z.string(),
      planHash: z.string(),
    }),
  ),
});

/** That somebody looked at a plan and stands for it. `name` and `email` are what git says; who may say so is up to review of the file. */
export type Approval = z.output<typeof shape>["approvals"][number];

/** Read `.rlsmith/approvals.json`; null: there is none. Throws ToolError (environment): it is something else. */
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

/** With one more; who approves the same plan in the same role again is there once. */
export const withApproval = (approvals: readonly Approval[], one: Approval): Approval[] => [
  ...approvals.filter(
    ({ as, email, planHash }) => !(as === one.as && email === one.email && planHash === one.planHash),
  ),
  one,
];

/** Approvals of this very plan. Throws ToolError (not-proven): they are of fewer people than it takes. */
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
    `\`${target}\` wants ${wanted} ${wanted === 1 ? "person" : "people"} to have approved this plan, and ${people.size === 0 ? "nobody" : people.size} has${older > 0 ? `; ${older} ${older === 1 ? "approval is" : "approvals are"} of another plan` : ""}`,
    'have it approved: rlsmith approve --as "Security Lead"',
  );
}
