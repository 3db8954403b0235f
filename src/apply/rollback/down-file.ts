import { ToolError } from "../../errors.ts";
import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import type { Plan } from "../../plan/index.ts";

/**
 * Check that a file is the down migration of this plan: apart from checks and settings, it has the plan's statements,
 * none missing and none added. Throws ToolError (usage) that names the first difference.
 */
export function checkDownFile(text: string, plan: Plan): void {
  const wanted = plan.steps.toReversed().flatMap(({ down }) => down);
  const found = parsed(text).filter(({ stmt }) => !isAround(stmt));
  const place = found.findIndex(({ stmt }, n) => {
    const sql = wanted[n];
    return sql === undefined || !equal(parseStatements(sql)[0]?.stmt, stmt);
  });
  if (place < 0 && found.length === wanted.length) return;
  throw new ToolError(
    "usage",
    "BAD_DOWN_FILE",
    found.length === 0
      ? "the down file has no statement of the plan"
      : `the file is not the down migration of this plan: ${place < 0 ? `${wanted.length - found.length} of ${wanted.length} statements are missing` : `its statement ${place + 1} differs`}`,
    "name the file that `rlsmith plan` wrote beside the migration, unedited, and with --plan the plan that it belongs to",
  );
}

/**
 * True for BEGIN, SET, COMMIT, and the checks with the routines in pg_temp that they call: rlsmith runs its own, and
 * none from the file.
 */
function isAround(stmt: Expr | undefined): boolean {
  const names = [
    as("CreateFunctionStmt", stmt)?.funcname,
    as("CallStmt", stmt)?.funccall?.funcname,
    ...(as("DropStmt", stmt)?.objects ?? []).map((object) => as("ObjectWithArgs", object)?.objname),
  ];
  return (
    as("TransactionStmt", stmt) !== null ||
    as("VariableSetStmt", stmt) !== null ||
    names.some((name) => nameParts(name)[0] === "pg_temp")
  );
}

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
