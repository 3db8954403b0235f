import { ToolError } from "../errors.ts";
import { as } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";

/** The statements of a down file without the BEGIN and COMMIT around them: rlsmith opens the transaction itself. Throws ToolError (usage). */
export function downStatements(text: string): string[] {
  // the grammar counts in bytes
  const bytes = Buffer.from(text);
  const all = parsed(text).map(({ stmt, stmt_location: at = 0, stmt_len: length }) => ({
    transaction: as("TransactionStmt", stmt)?.kind,
    sql: bytes
      .subarray(at, length === undefined || length === 0 ? undefined : at + length)
      .toString("utf8")
      .trim(),
  }));
  if (all[0]?.transaction === "TRANS_STMT_BEGIN") all.shift();
  if (all.at(-1)?.transaction === "TRANS_STMT_COMMIT") all.pop();
  if (all.length === 0 || all.some(({ transaction }) => transaction !== undefined))
    throw new ToolError(
      "usage",
      "BAD_DOWN_FILE",
      all.length === 0
        ? "the down file holds no statement"
        : "the down file begins or ends a transaction in its middle, so it would not be all or nothing",
      "name the file that `rlsmith plan` wrote beside the migration",
    );
  return all.map(({ sql }) => sql);
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
