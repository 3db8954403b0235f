import { ToolError } from "../errors.ts";
import type { Catalog } from "../pg/catalog.ts";
import { parseOnce } from "./encode/parse-once.ts";

/**
 * Refuse the conditions of `--assume` that are no SQL, or that name a column that no relation has: an assumption that
 * means nothing would be taken for one that holds. Throws ToolError (usage).
 */
export function checkAssumptions(conditions: readonly string[], catalogs: readonly Catalog[]): void {
  if (conditions.length === 0) return;
  const columns = new Set(
    catalogs.flatMap(({ relations }) => relations.flatMap((relation) => relation.columns.map(({ name }) => name))),
  );
  for (const condition of conditions) {
    const unknown = columnsOf(condition).filter((name) => !columns.has(name));
    if (unknown.length > 0)
      throw new ToolError(
        "usage",
        "NOT_SQL",
        `--assume \`${condition}\` names ${unknown.map((name) => `\`${name}\``).join(", ")}, which is a column of no relation`,
        HINT,
      );
  }
}

const HINT = "write a condition over settings, claims and columns, such as \"auth.jwt() ->> 'org_id' is not null\"";

function columnsOf(condition: string): readonly string[] {
  try {
    return parseOnce(condition).columns;
  } catch (error) {
    throw new ToolError("usage", "NOT_SQL", `--assume \`${condition}\` is not an SQL condition`, HINT, {
      cause: error,
    });
  }
}
