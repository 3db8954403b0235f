/** What is there now, beside the evidence. */
export interface Present {
  hasConfig: boolean;
  plan: PresentPlan | null;
  /** the plan of `cleanup --sql` */
  cleanup: PresentPlan | null;
  /** the digest of the migrations without the files of the plans; null: they cannot be read */
  migrations: string | null;
  /** of all plans */
  approvals: readonly { planHash: string; email: string }[];
  /** as the config names them, each after the one that it waits for */
  targets: readonly PresentTarget[];
}

export interface PresentPlan {
  hash: string;
  /** decisions that are open */
  open: number;
}

export interface PresentTarget {
  name: string;
  /** the number of people who must have approved the plan */
  requireApprovals: number;
  /** read from the target; null: it was not asked */
  live: { inForce: boolean; isAsApplied: boolean } | null;
}
