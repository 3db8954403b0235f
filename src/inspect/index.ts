/** The catalog of a live database. */
export { inspect } from "./inspect.ts";
export { callableNames } from "./callable-names.ts";
export { inspectElsewhere } from "./elsewhere.ts";
