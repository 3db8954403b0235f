/** The context map: which variable is which claim. */
export { renderConfig } from "./config-file.ts";
export { inferContext } from "./infer.ts";
export type { InferredContext } from "./infer.ts";
export { tenancyOf } from "./tenancy.ts";
