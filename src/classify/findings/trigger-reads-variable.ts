import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import { nameKey } from "../../pg/name.ts";
import { identForReading } from "../../pg/identifier.ts";
import { visitStatements } from "../../pg/plpgsql/visit.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";
import { reach, reachedReads } from "../functions/index.ts";
import { type Evidence } from "./evidence.ts";
import { triggerEvents } from "./trigger-events.ts";
import { quoted } from "./words.ts";

/** Triggers that fill the new row, and whose function reads a variable, itself or through another function. */
export function triggerReadsFindings(evidence: Evidence): Finding[] {
  const { catalog, index } = evidence;
  return catalog.triggers.flatMap((trigger) => {
    if (isPlatformRelation(catalog, trigger) || !trigger.enabled) return [];
    const reads = index
      .resolve(trigger.function, [])
      .filter((fact) => writesNew(evidence.definitionOf(fact)?.definition ?? ""))
      .flatMap((fact) => reachedReads(reach(index, fact)));
    const events = reads.length === 0 ? null : triggerEvents(trigger);
    if (!events?.before || !events.row) return [];
    const through = reads.flatMap((read) => read.through.slice(1));
    return [
      finding(
        "trigger-reads-variable",
        "warning",
        { kind: "relation", schema: trigger.schema, relation: trigger.relation },
        `the trigger ${identForReading(trigger.name)} fills the new row, and \`${nameKey(trigger.function)}\` reads ${quoted(
          reads.map(({ setting }) => setting),
        )}${through.length === 0 ? "" : ` through ${quoted(through)}`}`,
        "let the function read the claim, or give the value in the application",
      ),
    ];
  });
}

/** True if a body assigns to a field of NEW. */
function writesNew(definition: string): boolean {
  const parsed = parsePlFunction(definition);
  let found = false;
  if (parsed.kind === "parsed")
    visitStatements([parsed.fn.block], (statement) => {
      const targets = statement.kind === "assign" ? [statement.target] : statement.kind === "sql" ? statement.into : [];
      if (targets.some((target) => target.kind === "field" && target.name.toLowerCase() === "new")) found = true;
    });
  return found;
}
