import { ToolError } from "../errors.ts";
import { equal } from "../pg/expr/equal.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * Check that a file is a plan's own way back: its statements are the plan's, none is missing and none is there besides, but for what the file looks at
 * and sets before. Throws ToolError (usage) that names the first one that is not.
 */
export function checkDownFile(text: string, plan: Plan): void {
  const wanted = plan.steps.toReversed().flatMap(({ down }) => down);
  const found = parsed(text).filter(({ stmt }, n) => !isAround(stmt, n));
  const place = found.findIndex(({ stmt }, n) => {
    const sql = wanted[n];
    return sql === undefined || !equal(parseStatements(sql)[0]?.stmt, stmt);
  });
  if (place < 0 && found.length === wanted.length) return;
  throw new ToolError(
    "usage",
    "BAD_DOWN_FILE",
    found.length === 0
      ? "the down file holds no statement of the plan's"
      : `the down file is not this plan's way back: ${place < 0 ? `${wanted.length - found.length} of ${wanted.length} statements are missing` : `its statement ${place + 1} is another`}`,
    "name the file that `rlsmith plan` wrote beside the migration, as it was written, and with --plan the plan that it belongs to",
  );
}

/** BEGIN, SET, COMMIT, and the block before the first step that looks whether all is as it has to be: rlsmith does that itself. */
const isAround = (stmt: Expr | undefined, n: number): boolean =>
  as("TransactionStmt", stmt) !== null ||
  as("VariableSetStmt", stmt) !== null ||
  (as("DoStmt", stmt) !== null && n <= 2);

function parsed(text: string): ReturnType<typeof parseStatements> {
  try {
    return parseStatements(text);
  } catch (error) {
    throw new ToolError(
      "usage",
      "BAD_DOWN_FILE",
      `the down file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      "name the file that `rlsmith plan` wrote beside the migration",
      { cause: error },
    );
  }
}
