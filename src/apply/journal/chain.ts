/** The columns that the hash of an entry covers, in this order; `at` in UTC, whatever the time zone of the session. */
const COVERED = [
  "id",
  "at at time zone 'UTC'",
  ..."run kind outcome target plan_hash group_name undoes database_user person rlsmith before after detail".split(" "),
];

/**
 * SQL for the hash of an entry, for an empty search_path: sha256 (PostgreSQL manual, 9.5) of the hash of the entry before
 * it and of all of its columns as JSON. `previous`: SQL for that hash, null for the first entry. A change to an entry
 * changes the hash of all later ones. The hash has no key: a role that may write to the journal can write a chain of
 * its own, so it is no substitute for the check of owner and privileges.
 */
export const hashOf = (entry: string, previous: string): string =>
  `encode(sha256(convert_to(json_build_array(${[previous, ...COVERED.map((column) => `${entry}.${column}`)].join(", ")})::text, 'UTF8')), 'hex')`;
