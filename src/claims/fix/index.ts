/** The migration of `--fix`. */
export { isFixable, isMended, renderFix } from "./fix.ts";
