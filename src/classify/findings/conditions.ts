import type { Finding } from "../../finding.ts";
import { capturedColumnFindings } from "./captured-column.ts";
import { constantTenantFindings } from "./constant-tenant.ts";
import { helperRecursionFindings } from "./helper-recursion.ts";
import { pooledFindings } from "./pooled.ts";
import { publicRowFindings } from "./public-rows.ts";
import type { Reading } from "./reading.ts";
import { recursionFindings } from "./recursion.ts";
import { subQueryAccessFindings } from "./sub-query-access.ts";
import { voidPolicyFindings } from "./void-policy.ts";
import { withoutExpressionFindings } from "./without-expression.ts";

const KINDS: readonly ((reading: Reading) => Finding[])[] = [
  recursionFindings,
  helperRecursionFindings,
  capturedColumnFindings,
  subQueryAccessFindings,
  voidPolicyFindings,
  publicRowFindings,
  withoutExpressionFindings,
  pooledFindings,
  constantTenantFindings,
];

/** The findings that the conditions of the policies lead to, together with grants, owners and roles. Pure. */
export const conditionFindings = (reading: Reading): Finding[] => KINDS.flatMap((find) => find(reading));
