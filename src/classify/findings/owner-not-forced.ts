import { finding, type Finding } from "../../finding.ts";
import { PLATFORM_ROLES } from "../../pg/platform-roles.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import { isPlatform, type Evidence } from "./evidence.ts";
import { appliesTo, inherits, isAbove } from "./requests.ts";
import { quoted } from "./words.ts";

/**
 * Relations without FORCE whose owner is a role of requests, or a login that their policies are meant for as well. Row
 * security does not apply to the owner (manual, ALTER TABLE, FORCE ROW LEVEL SECURITY). A login that only migrates, and
 * that no policy names, is no role of requests.
 */
export function ownerNotForcedFindings(evidence: Evidence): Finding[] {
  const { catalog, requests } = evidence;
  return catalog.relations.flatMap((relation) => {
    const isTable = relation.kind === "table" || relation.kind === "partitioned table";
    if (!isTable || !relation.rowSecurity || relation.forceRowSecurity || isPlatform(relation.schema)) return [];
    const owner = catalog.roles.find(({ name }) => name === relation.owner);
    if (!owner || isAbove(owner) || PLATFORM_ROLES.has(owner.name)) return [];
    const policies = catalog.policies.filter((one) => one.schema === relation.schema && one.relation === relation.name);
    if (policies.length === 0) return [];
    const become = requests.roles.filter((role) => role === owner.name || inherits(catalog, role, owner.name));
    const meant = owner.login && policies.some((policy) => appliesTo(catalog, policy, owner.name));
    if (become.length === 0 && !meant) return [];
    const others = become.filter((role) => role !== owner.name);
    return [
      finding(
        "owner-not-forced",
        "warning",
        { kind: "relation", schema: relation.schema, relation: relation.name },
        `${
          others.length > 0
            ? `${quoted(others)} ${others.length === 1 ? "has" : "have"} the privileges of \`${identForReading(owner.name)}\`, which owns`
            : `\`${identForReading(owner.name)}\` ${owner.login ? "can log in and owns" : "owns"}`
        } \`${nameKey(relation)}\`, whose row security is not forced: no policy applies to it`,
        "ALTER TABLE … FORCE ROW LEVEL SECURITY, or let requests use a role that owns nothing",
      ),
    ];
  });
}
