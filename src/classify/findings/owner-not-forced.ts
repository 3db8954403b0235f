import { isPlatformRelation, isPlatformRole } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import { type Evidence } from "./evidence.ts";
import { appliesTo, inherits, isAbove, maySetTo } from "./requests.ts";
import { quoted } from "./words.ts";

/**
 * Relations without FORCE whose owner is a role of requests, or a login that their policies are meant for as well. Row
 * security does not apply to the owner (manual, ALTER TABLE, FORCE ROW LEVEL SECURITY). A login that only migrates, and
 * that no policy names, is no role of requests.
 */
export function ownerNotForcedFindings(evidence: Evidence): Finding[] {
  const { catalog, requests, logins } = evidence;
  return catalog.relations.flatMap((relation) => {
    const isTable = relation.kind === "table" || relation.kind === "partitioned table";
    if (!isTable || !relation.rowSecurity || relation.forceRowSecurity || isPlatformRelation(catalog, relation))
      return [];
    const owner = catalog.roles.find(({ name }) => name === relation.owner);
    if (!owner || isAbove(owner) || isPlatformRole(catalog, owner.name)) return [];
    const policies = catalog.policies.filter((one) => one.schema === relation.schema && one.relation === relation.name);
    if (policies.length === 0) return [];
    const become = requests.roles.filter(
      (role) => inherits(catalog, role, owner.name) || maySetTo(catalog, role).has(owner.name),
    );
    const connected = logins.connected === owner.name;
    const mayLogIn = owner.login || logins.unmade.includes(owner.name);
    const meant = mayLogIn && policies.some((policy) => appliesTo(catalog, policy, owner.name));
    if (become.length === 0 && !meant && !connected) return [];
    const others = become.filter((role) => role !== owner.name);
    const name = `\`${identForReading(owner.name)}\``;
    const owns = owner.login
      ? `${name} can log in and owns`
      : meant
        ? `${name}, which the migrations do not create, owns`
        : `${name} owns`;
    return [
      finding(
        "owner-not-forced",
        "warning",
        { kind: "relation", schema: relation.schema, relation: relation.name },
        `${
          others.length > 0 ? `${quoted(others)} may act as ${name}, which owns` : owns
        } \`${nameKey(relation)}\`, whose row security is not forced: no policy applies to it${connected ? "; this connection came as that role" : ""}`,
        "ALTER TABLE … FORCE ROW LEVEL SECURITY, or let requests use a role that owns nothing",
      ),
    ];
  });
}
