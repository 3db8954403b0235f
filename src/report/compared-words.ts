import type { AssumedVerdict } from "../prove/index.ts";
import { groupBy } from "../pg/group-by.ts";
import { nameKey } from "../pg/name.ts";

const ERRORS: Readonly<Record<string, string>> = {
  "error->deny": "a row for which a statement raised an error may now be denied",
  "error->allow": "a row for which a statement raised an error may now be allowed",
  "deny->error": "a statement that found a row denied may now raise an error",
  "allow->error": "a statement that found a row allowed may now raise an error",
};

/** What changes about errors: explained by `errorsExplained`, once. */
export const errorsText = ({ errors, failed }: { errors: readonly string[]; failed: boolean }): string =>
  failed ? "every statement raised an error before" : `errors: ${errors.join(", ")}`;

/** What each change about errors means, one line each, and that none of them is certain; nothing where none is shown. */
export function errorsExplained(shown: readonly { errors: readonly string[]; failed: boolean }[]): string[] {
  const kinds = new Set(shown.flatMap(({ errors, failed }) => (failed ? [] : errors)));
  if (kinds.size === 0) return [];
  return [
    ...Object.entries(ERRORS).flatMap(([kind, text]) => (kinds.has(kind) ? [`${kind}: ${text}`] : [])),
    "PostgreSQL chooses the order in which it evaluates conditions, so an error may or may not come",
  ];
}

/** Relations for which a role holds no privilege, so that its verdicts compare nothing; nothing where others decide something. */
export function withoutPrivilege({
  verdicts,
  nothingGranted,
}: {
  verdicts: readonly AssumedVerdict[];
  nothingGranted: boolean;
}): string[] {
  const without = verdicts.filter(({ decision }) => decision === "no-privilege");
  if (!nothingGranted) return [];
  const count = `${without.length} of ${verdicts.length} verdicts compare nothing: the role holds no privilege for the command on either side`;
  const above = [...new Set(verdicts.flatMap(({ decision, role }) => (decision === "no-privilege" ? [] : [role])))];
  const byRole = groupBy(without, ({ role }) => role);
  return [
    ...(without.length > 0 ? [`not settled: ${count}`] : []),
    ...(above.length > 0
      ? [
          `not settled: row security does not bind ${above.join(", ")}; name the role of requests in the migrations (CREATE ROLE, GRANT), or FORCE ROW LEVEL SECURITY where it owns the tables`,
        ]
      : []),
    ...[...byRole].map(([role, list]) => {
      const commands = [...new Set(list.map(({ component }) => component.split(" ")[0] ?? component))];
      const relations = [...new Set(list.map(({ relation }) => nameKey(relation)))];
      const shown =
        relations.length > 4
          ? `${relations.slice(0, 3).join(", ")} and ${relations.length - 3} more`
          : relations.join(", ");
      return `no privilege: ${role} is missing GRANT ${commands.join(", ")} ON ${shown}; if it is granted elsewhere, compare with that, or with the live database`;
    }),
  ];
}
