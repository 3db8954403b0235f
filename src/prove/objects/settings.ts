import type { ObjectChange } from "./change.ts";
import { matched, type Worlds } from "./world.ts";

/** Settings of PostgreSQL that decide which policies, objects and triggers a statement meets. */
const DECIDING = new Set(["row_security", "session_replication_role", "role", "search_path"]);

/**
 * ALTER ROLE … SET and ALTER DATABASE … SET. A custom setting, which policies may read, and those that decide what a
 * statement meets cannot be told; any other changes nothing about access.
 */
export function compareSettings({ before, after }: Worlds): ObjectChange[] {
  const { both, gone, added } = matched(before.facts.settings, after.facts.settings, ({ role, ofDatabase, name }) =>
    JSON.stringify([role, ofDatabase, name]),
  );
  const changes = [
    ...added.map((one) => ({ ...one, how: "new" as const })),
    ...gone.map((one) => ({ ...one, how: "gone" as const })),
    ...both.flatMap(({ was, is }) => (was.digest === is.digest ? [] : [{ ...is, how: "different" as const }])),
  ];
  return changes.map(({ role, name, how }) => ({
    effect: name.includes(".") || DECIDING.has(name) ? "cannot be told" : "changes",
    kind: "setting",
    name,
    roles: role === null ? [] : [role],
    why: { kind: "session default", role, how },
  }));
}
