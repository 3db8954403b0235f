import type { Line } from "../evidence/index.ts";
import type { StoredPlan } from "../plan/index.ts";
import type { Status } from "./status.ts";

/** What messages about a move are filled with. */
export interface AnnounceFacts {
  project: string;
  status: Status;
  /** null: there is no plan */
  plan: StoredPlan | null;
  /** of the evidence, without those that were edited */
  lines: Line[];
  /** in the order of `after` */
  targets: { name: string; requireApprovals: number; after: { target: string; hours: number } | null }[];
  /** people who have approved the plan */
  approvers: number;
}
