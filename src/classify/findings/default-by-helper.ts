import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { usesIn } from "../expression/index.ts";
import { reachedReads } from "../functions/index.ts";
import { ANY_SOURCE, reachedFrom, type Evidence } from "./evidence.ts";
import { quoted } from "./words.ts";

/** Defaults and generated columns that read a variable through a function. */
export function defaultByHelperFindings(evidence: Evidence): Finding[] {
  return evidence.catalog.relations
    .filter((relation) => !isPlatformRelation(evidence.catalog, relation))
    .flatMap((relation) =>
      relation.columns.flatMap((column) => {
        if (column.expression === null || !column.expression.includes("(")) return [];
        const tree = parseExpr(column.expression);
        // one that reads a variable itself has the finding already
        if (usesIn(tree, ANY_SOURCE).settings.length > 0) return [];
        const reads = reachedReads(reachedFrom(evidence, tree));
        if (reads.length === 0) return [];
        const generated = column.generated !== "no";
        const first = reads[0]?.through[0];
        return [
          finding(
            "default-reads-variable",
            "warning",
            { kind: "column", schema: relation.schema, relation: relation.name, column: column.name },
            `its ${generated ? "generation expression" : "default"} reads ${quoted(
              reads.map(({ setting }) => setting),
            )} through \`${first ?? ""}\``,
            generated
              ? "a generated column cannot follow the request; fill it by a trigger or the application"
              : "let the function read the claim, or give the value in the application",
          ),
        ];
      }),
    );
}
