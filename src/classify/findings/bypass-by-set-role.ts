import { finding, type Finding } from "../../finding.ts";
import type { Evidence } from "./evidence.ts";
import { identForReading } from "../../pg/identifier.ts";
import { isAbove, maySetTo } from "./requests.ts";

/**
 * Roles of requests that may become a superuser or a role with BYPASSRLS. The attributes are not inherited; SET ROLE
 * takes them (manual, 22.3 Role Membership). From PostgreSQL 16 on every membership on the way needs WITH SET TRUE.
 */
export function bypassBySetRoleFindings({ catalog, requests }: Evidence): Finding[] {
  const roleOf = new Map(catalog.roles.map((role) => [role.name, role]));
  const ways = requests.roles.flatMap((start) => {
    return [...maySetTo(catalog, start)]
      .filter((name) => isAbove(roleOf.get(name)))
      .map((name) => {
        const attribute = roleOf.get(name)?.superuser ? "is a superuser" : "has BYPASSRLS";
        return `\`${identForReading(start)}\` may become \`${identForReading(name)}\`, which ${attribute}`;
      });
  });
  return ways.length === 0
    ? []
    : [
        finding(
          "bypass-by-set-role",
          "error",
          { kind: "database" },
          `${ways.join("; ")}: after SET ROLE no policy applies`,
          "REVOKE the role, or from PostgreSQL 16 on GRANT it WITH SET FALSE",
        ),
      ];
}
