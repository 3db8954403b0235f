/** The context map: the claim that replaces each variable. */
export { renderConfig } from "./config-file.ts";
export { inferContext } from "./infer.ts";
export type { InferredContext } from "./inferred.ts";
export { tenancyOf } from "./tenancy.ts";
export { heldIn, inferRequests, type InferredRequests } from "./requests.ts";
