import type { Evidence, Grants, Targets } from "../environment/index.ts";

/** The facts by which answers are judged. */
export interface Facts {
  targets: Targets;
  evidence: Evidence;
  grants: Grants;
}
