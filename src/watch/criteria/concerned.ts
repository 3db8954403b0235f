import type { NameKey } from "../../pg/name.ts";
import type { Sample } from "../sample.ts";
import { readingsOf } from "./criterion.ts";

/**
 * A function that is true if row security of a relation concerns a role, by the newest sample: it does not concern
 * superusers, roles with BYPASSRLS, and, where it is not forced, roles with the privileges of the relation's owner.
 */
export function concernedBy(samples: readonly Sample[]): (relation: NameKey, role: string) => boolean {
  const bypassing = new Set(samples.at(-1)?.server.bypassing);
  const owners = new Map(
    readingsOf(samples, "statements")
      .at(-1)
      ?.owners.map(({ relation, roles }) => [relation, new Set(roles)]),
  );
  return (relation, role) => !bypassing.has(role) && owners.get(relation)?.has(role) !== true;
}
