/** The catalog of a live database. */
export { inspect } from "./inspect.ts";
export { inspectElsewhere } from "./elsewhere.ts";
