import type { Config } from "../config.ts";
import { finding, type Finding } from "../finding.ts";
import type { Catalog, Column } from "../pg/catalog.ts";
import { isPlatformRelation } from "../pg/platform-objects.ts";
import { rewriteExpression, settingsRead } from "./expression.ts";
import type { RuleContext } from "./rule.ts";
import { contextToClaim } from "./rules/context-to-claim.ts";
import { parseExpr } from "../pg/expr/parse.ts";

/** A default that is replaced by another expression. */
export interface ColumnDefault {
  schema: string;
  relation: string;
  column: Column;
  expression: string;
}

/**
 * Column defaults that read a mapped variable: rewritten to the claim (bare, because a default must not contain a
 * sub-query), or reported.
 */
export function planColumnDefaults(
  catalog: Catalog,
  config: Config,
  context: RuleContext,
): { changes: ColumnDefault[]; findings: Finding[] } {
  const changes: ColumnDefault[] = [];
  const findings: Finding[] = [];
  for (const relation of catalog.relations) {
    if (isPlatformRelation(catalog, relation)) continue;
    for (const column of relation.columns) {
      if (column.expression === null || !column.expression.includes("current_setting")) continue;
      const settings = [...settingsRead(parseExpr(column.expression))].filter((name) => context.variables.has(name));
      if (settings.length === 0) continue;
      const at = { kind: "column", schema: relation.schema, relation: relation.name, column: column.name } as const;
      const named = settings.map((name) => `\`${name}\``).join(", ");
      if (config.columnDefaults === "rewrite" && column.generated === "no") {
        const { text } = rewriteExpression(column.expression, [contextToClaim], context);
        if (!text.toLowerCase().includes("select")) {
          changes.push({ schema: relation.schema, relation: relation.name, column, expression: text });
          continue;
        }
      }
      findings.push(
        finding(
          "default-reads-variable",
          "warning",
          at,
          `its ${column.generated === "no" ? "default" : "generation expression"} reads ${named}`,
          column.generated === "no"
            ? 'set `columnDefaults: "rewrite"` to let it read the claim, or give the value in the application'
            : "a generated column cannot read the claim of whoever looks; fill it by a trigger or the application",
        ),
      );
    }
  }
  return { changes, findings };
}
