import { quoteRole } from "../../../pg/identifier.ts";
import { isPlatformRole } from "../../../pg/platform-objects.ts";
import { tupleKey } from "../../matrix/index.ts";
import { exemptBesides, exemptRequestRoles, type Actor } from "../../personas/index.ts";
import { core } from "../core-attempts.ts";
import { note } from "../record.ts";
import { perform } from "../run.ts";
import type { SessionState } from "../session-state.ts";
import type { Run } from "../state.ts";

/**
 * Roles that row security does not hold for: those that a role of requests may become by SET ROLE, and those that
 * requests come as themselves. Whether SET ROLE is allowed was read from the catalog, since PostgreSQL asks the login
 * of the session, and the login of a run may be any. The statements show what the role may do there.
 */
export async function bypass(run: Run): Promise<void> {
  for (const { from, role, attribute, path } of run.bypassRoles) {
    const actor = exampleOf(run, from);
    if (!actor) {
      const isOwn = [from, role].some((name) => !isPlatformRole(run.environment.catalog, name));
      if (isOwn) note(run, "bypass-login", tupleKey(from, role, attribute));
      continue;
    }
    const standing: SessionState = {
      name: `SET ROLE ${role}`,
      by: { kind: "role" },
      setup: [],
      prelude: [`set local role ${quoteRole(role)}`],
      opened: { kind: "role", role, attribute, path, settings: [] },
    };
    await perform(run, { actor, attempts: core(run, { ...actor, role }), standing });
  }
  for (const role of exemptBesides(run.environment.catalog)) note(run, "bypass-grants", role);
  for (const { role, superuser, relations } of exemptRequestRoles(run.environment.catalog)) {
    const example = run.actors.find(({ class: cls }) => cls === "member") ?? run.actors[0];
    if (!example) continue;
    const actor: Actor = { ...example, name: `${role} as A's member`, class: "other role", role, claims: null };
    run.exempt.push(actor);
    const attribute = superuser ? "SUPERUSER" : "BYPASSRLS";
    const standing: SessionState = {
      name: "unset",
      by: { kind: "role" },
      setup: [],
      prelude: [],
      opened: { kind: "role", role, attribute, path: [], settings: [] },
    };
    const attempts = core(run, actor).filter(({ relation }) => relations.some((name) => name === relation));
    await perform(run, { actor, attempts, standing });
  }
}

/** The plainest persona of a role: a member where it has one. */
const exampleOf = (run: Run, role: string): Actor | undefined =>
  run.actors.find((actor) => actor.role === role && actor.class === "member") ??
  run.actors.find((actor) => actor.role === role);
