import type { PgFunction } from "./catalog.ts";
import { as } from "./expr/node.ts";
import { parseStatements } from "./expr/parse.ts";

/** The function is LEAKPROOF: the planner may call it on a row before policies are checked (manual, CREATE FUNCTION). */
export function isLeakproof({ definition }: Pick<PgFunction, "definition">): boolean {
  if (!/\bleakproof\b/i.test(definition)) return false;
  const made = as("CreateFunctionStmt", parseStatements(definition)[0]?.stmt);
  return (made?.options ?? []).some((option) => as("DefElem", option)?.defname === "leakproof");
}
