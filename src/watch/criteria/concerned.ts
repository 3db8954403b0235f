import type { NameKey } from "../../pg/name.ts";
import type { Lack, StatementsReading } from "../sample.ts";

/** What an earlier rlsmith did not read: without it, statements of an owner would count as those of everybody. */
export const ownersLacks = ({
  sources,
  owners,
}: {
  sources: ReadonlyMap<string, unknown>;
  owners: StatementsReading["owners"];
}): Lack[] => (sources.has("statements") && owners === null ? [{ lack: "earlier sample", what: "owners" }] : []);

/**
 * A function that is true if row security of a relation concerns a role, by the newest sample: it does not concern
 * superusers, roles with BYPASSRLS, and, where it is not forced, roles with the privileges of the relation's owner.
 */
export function concernedBy({
  bypassing,
  owners,
}: {
  bypassing: readonly string[];
  owners: StatementsReading["owners"];
}): (relation: NameKey, role: string) => boolean {
  const all = new Set(bypassing);
  const of = new Map(owners?.map(({ relation, roles }) => [relation, new Set(roles)]));
  return (relation, role) => !all.has(role) && of.get(relation)?.has(role) !== true;
}
