import { as } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { shownName } from "../pg/name.ts";

interface Range {
  schemaname?: string | undefined;
  relname?: string | undefined;
}

const range = (relation: Range | undefined): string =>
  `\`${shownName([relation?.schemaname, relation?.relname].filter((part) => part !== undefined))}\``;

/** The object that a failed statement would have created or changed, in words. */
export function describeLoss(text: string): string {
  try {
    const [raw] = parseStatements(text);
    const stmt = raw?.stmt;
    const policy = as("CreatePolicyStmt", stmt) ?? as("AlterPolicyStmt", stmt);
    if (policy) return `policy \`${policy.policy_name}\` on ${range(policy.table)}`;
    const table = as("CreateStmt", stmt);
    if (table) return `table ${range(table.relation)} and everything that names it`;
    const altered = as("AlterTableStmt", stmt);
    if (altered) return `table ${range(altered.relation)}`;
    const view = as("ViewStmt", stmt);
    if (view) return `view ${range(view.view)} and everything that names it`;
    const fn = as("CreateFunctionStmt", stmt);
    if (fn) return `function \`${shownName(nameParts(fn.funcname))}\` and policies that call it`;
    const extension = as("CreateExtensionStmt", stmt);
    if (extension) return `types and functions of extension \`${extension.extname}\``;
    const trigger = as("CreateTrigStmt", stmt);
    if (trigger) return `trigger \`${trigger.trigname}\` on ${range(trigger.relation)}`;
    const index = as("IndexStmt", stmt);
    if (index) return `an index on ${range(index.relation)}; no policy depends on it`;
    if (as("GrantStmt", stmt)) return "the privileges that it grants or revokes";
    if (as("DropStmt", stmt)) return "the objects that it would have dropped still exist";
    if (as("DoStmt", stmt)) return "everything that its block would have created";
    if (as("InsertStmt", stmt) ?? as("UpdateStmt", stmt) ?? as("DeleteStmt", stmt)) return "rows only, no policy";
    return "the objects that it would have created, and everything that names them";
  } catch {
    return "the objects that it would have created: it does not parse";
  }
}
