/** The context map: which variable is which claim. */
export { renderConfig } from "./config-file.ts";
export { inferContext } from "./infer.ts";
export type { InferredContext } from "./inferred.ts";
export { tenancyOf } from "./tenancy.ts";
