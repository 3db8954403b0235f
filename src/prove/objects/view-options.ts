import { nameKey } from "../../pg/name.ts";
import type { ObjectChange } from "./change.ts";
import { comersTo } from "./comers.ts";
import { extraOf, walk } from "./paths.ts";
import { matched, withoutHeirs, type Worlds } from "./world.ts";

const STRICTNESS = { none: 0, local: 1, cascaded: 2 } as const;

/** WITH CHECK OPTION and security_barrier of views that both sides have. */
export function compareViewOptions({ before, after, roles }: Worlds): ObjectChange[] {
  return matched(before.facts.views, after.facts.views, nameKey).both.flatMap(({ was, is }) => {
    const relation = after.side.relation(is);
    if (!relation) return [];
    const view = walk(after, { kind: "view", relation });
    const on = { kind: "view", name: nameKey(is) } as const;
    const changes: ObjectChange[] = [];
    if (was.checkOption !== is.checkOption) {
      const writers = comersTo(after, relation, ["INSERT", "UPDATE"], roles);
      const loosened = STRICTNESS[is.checkOption] < STRICTNESS[was.checkOption];
      changes.push({
        ...on,
        effect: writers.length === 0 ? "changes" : loosened ? "opens" : "closes",
        roles: withoutHeirs(after, writers),
        why: { kind: "check option", was: was.checkOption, is: is.checkOption },
      });
    }
    if (was.securityBarrier !== is.securityBarrier) {
      // conditions of the view hide rows that its owner reaches; without the barrier a function of the user may see them
      const readers = comersTo(after, relation, ["SELECT"], roles).filter(
        (role) => extraOf(view, "SELECT", role).certain.length > 0,
      );
      changes.push({
        ...on,
        effect: readers.length === 0 ? "changes" : is.securityBarrier ? "closes" : "opens",
        roles: withoutHeirs(after, readers),
        why: { kind: "security barrier", is: is.securityBarrier },
      });
    }
    return changes;
  });
}
