import type { Catalog } from "../../../pg/catalog.ts";
import { quoteRole } from "../../../pg/identifier.ts";
import { keys, on } from "../../attacks/index.ts";
import { DOORS } from "../../matrix/index.ts";
import { rolesOf } from "../closed.ts";
import { addBreach } from "../record.ts";
import type { Run } from "../state.ts";

/**
 * Roles above row security that a role of requests may become by SET ROLE. BYPASSRLS is no privilege that is inherited
 * (manual, "CREATE ROLE"), but a member may become the role.
 */
export async function roles(run: Run): Promise<void> {
  const { catalog, targets } = run.environment;
  const [example] = [...targets.values()].filter(
    ({ rowSecurity, foreignRows }) => rowSecurity && foreignRows.length > 0,
  );
  if (!example) return;
  for (const actor of run.actors.filter(({ class: cls }) => cls === "member" || cls === "anon"))
    for (const above of aboveReachable(catalog, actor.role)) {
      const cause = {
        door: "bypass-role" as const,
        kind: DOORS["bypass-role"].kind,
        object: { kind: "role" as const, name: above },
        message: `\`${actor.role}\` may become \`${above}\`, which row security does not apply to`,
        hint: `revoke ${quoteRole(above)} from ${quoteRole(actor.role)}`,
      };
      const attempt = on(example, {
        command: "SELECT",
        attack: `read as ${above}`,
        sql: `set local role ${quoteRole(above)}; ${keys(example, `${example.sql} t`)}`,
        answer: "keys",
        probe: null,
      });
      addBreach(run, cause, attempt, actor);
    }
}

const aboveReachable = (catalog: Catalog, role: string): string[] =>
  [...rolesOf(catalog, role)].filter((name) => {
    const found = catalog.roles.find((one) => one.name === name);
    return name !== role && found !== undefined && (found.superuser || found.bypassRls);
  });
