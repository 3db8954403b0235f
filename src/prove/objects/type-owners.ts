import { nameKey } from "../../pg/name.ts";
import type { ObjectChange } from "./change.ts";
import { isBound, matched, sameText, type Worlds } from "./world.ts";

/**
 * Owners of types, who change the CHECKs of a domain and the labels of an enum; and privileges on types, with which a role
 * may create columns and functions of them and reaches no row.
 */
export function compareTypeOwners({ before, after }: Worlds): ObjectChange[] {
  return matched(before.facts.types, after.facts.types, nameKey).both.flatMap(({ was, is }): ObjectChange[] => {
    const one = { kind: "type", name: nameKey(is) } as const;
    if (was.owner !== is.owner)
      return [
        {
          ...one,
          effect:
            isBound(after, is.owner) && !before.side.hasPrivilegesOf(is.owner, was.owner)
              ? "cannot be told"
              : "changes",
          roles: [is.owner],
          why: { kind: "owner of a meaning", was: was.owner, is: is.owner },
        },
      ];
    return sameText(was.grants, is.grants)
      ? []
      : [{ ...one, effect: "changes", roles: [], why: { kind: "different" } }];
  });
}
