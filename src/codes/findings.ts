import { ACCESS_FINDINGS } from "./findings/access.ts";
import { MEMBER_FINDINGS } from "./findings/claims-members.ts";
import { SYNC_FINDINGS } from "./findings/claims-sync.ts";
import { CONDITION_FINDINGS } from "./findings/conditions.ts";
import { FUNCTION_FINDINGS } from "./findings/functions.ts";
import { POLICY_FINDINGS } from "./findings/policies.ts";
import { RELATION_FINDINGS } from "./findings/relations.ts";
import { REPLAY_FINDINGS } from "./findings/replay.ts";
import { REQUEST_VALUE_FINDINGS } from "./findings/request-values.ts";
import { REWRITE_FINDINGS } from "./findings/rewrite.ts";
import { WRITE_FINDINGS } from "./findings/writes.ts";

/** Every code that a finding can have, with its page under docs/findings/. */
export const FINDINGS = {
  ...POLICY_FINDINGS,
  ...CONDITION_FINDINGS,
  ...REQUEST_VALUE_FINDINGS,
  ...RELATION_FINDINGS,
  ...ACCESS_FINDINGS,
  ...WRITE_FINDINGS,
  ...FUNCTION_FINDINGS,
  ...REWRITE_FINDINGS,
  ...REPLAY_FINDINGS,
  ...SYNC_FINDINGS,
  ...MEMBER_FINDINGS,
};

/** A code of the catalogue. A finding with another one does not compile. */
export type FindingCode = keyof typeof FINDINGS;
