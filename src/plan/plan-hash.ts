import { createHash } from "node:crypto";
import type { Plan } from "./plan.ts";

/**
 * The hash by which approvals and the journal identify a plan: the sha256 of all of it, in hex. Any difference in the
 * plan gives another hash.
 */
export const planHash = (plan: Plan): string => createHash("sha256").update(JSON.stringify(plan)).digest("hex");
