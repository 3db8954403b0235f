import { createHash } from "node:crypto";
import type { Plan } from "./plan.ts";

/** What approvals and the journal know a plan by: sha256 of all of it, as hex. A plan that says anything else has another one. */
export const planHash = (plan: Plan): string => createHash("sha256").update(JSON.stringify(plan)).digest("hex");
