import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import { applied, rolesUnder } from "./applied.ts";
import { type Evidence } from "./evidence.ts";
import { quoted } from "./words.ts";

/**
 * UPDATE and DELETE policies for roles that no SELECT policy applies to. A WHERE needs SELECT rights, so the rows are
 * filtered by the SELECT policies as well (manual, CREATE POLICY), and without one the statement finds no row.
 */
export function writeWithoutSelectFindings(evidence: Evidence): Finding[] {
  return evidence.classified.flatMap(({ policy, idioms }) => {
    const relation = evidence.relationOf({ schema: policy.schema, name: policy.relation });
    if (!relation?.rowSecurity || !policy.permissive || isPlatformRelation(evidence.catalog, policy)) return [];
    // a policy that is never true has a finding of its own
    if (idioms.includes("constant-false")) return [];
    if (policy.command !== "UPDATE" && policy.command !== "DELETE") return [];
    const { command } = policy;
    const roles = rolesUnder(evidence, relation, policy, command);
    const blind = roles.filter((role) => applied(evidence, relation, role, "SELECT").length === 0);
    // a policy for PUBLIC is useful where one of the roles sees rows
    if (blind.length === 0 || blind.length < roles.length) return [];
    return [
      finding(
        "write-without-select",
        "warning",
        { kind: "policy", schema: policy.schema, relation: policy.relation, policy: policy.name },
        `no SELECT policy applies to ${quoted(blind)}: ${command === "UPDATE" ? "an UPDATE" : "a DELETE"} with WHERE finds no row and reports no error`,
        `add a SELECT policy that shows the rows that this policy lets be ${command === "UPDATE" ? "changed" : "deleted"}`,
      ),
    ];
  });
}
