import type { FunctionFacts } from "../../classify/index.ts";

/** True if the result of a function may come from rows, and not from its arguments alone. */
export const mayLookUp = (facts: FunctionFacts | undefined): boolean =>
  facts === undefined || facts.opaque !== null || facts.tables.length > 0 || facts.calls.length > 0;
