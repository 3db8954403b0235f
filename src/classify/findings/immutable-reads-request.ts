import { finding, type Finding } from "../../finding.ts";
import { nameKey } from "../../pg/name.ts";
import { reach } from "../functions/index.ts";
import type { Evidence } from "./evidence.ts";
import { placeOf } from "./functions.ts";
import { quoted } from "./words.ts";

/**
 * IMMUTABLE functions that read a claim or a variable. The planner evaluates a call without arguments once and keeps the
 * value in the plan (manual, 38.7 Function Volatility Categories), also in the plans that a connection keeps for
 * prepared statements and PL/pgSQL.
 */
export function immutableReadsFindings(evidence: Evidence): Finding[] {
  const { classified, facts, index } = evidence;
  const byPolicy = new Set(
    classified.flatMap(({ functions }) =>
      functions.flatMap((called) =>
        index.resolve(called, []).flatMap((fact) => reach(index, fact).map((one) => one.facts)),
      ),
    ),
  );
  return facts.flatMap((fact) => {
    if (evidence.definitionOf(fact)?.volatility !== "immutable") return [];
    const reached = reach(index, fact);
    const read = [
      ...reached.flatMap((one) => one.facts.reads.map(({ setting }) => setting)),
      ...reached.flatMap((one) => one.facts.claims.map((path) => path.join("."))),
    ];
    if (read.length === 0) return [];
    return [
      finding(
        "immutable-reads-request",
        byPolicy.has(fact) ? "error" : "warning",
        placeOf(fact),
        `\`${nameKey(fact)}\` is IMMUTABLE and reads ${quoted(read)}: a plan that is kept for the connection keeps the value of the request that it was made for`,
        "ALTER FUNCTION … STABLE",
      ),
    ];
  });
}
