/** What a statement is to a replay, by its first words. */
export function kindOf(text: string): "transaction" | "other" {
  return /^\s*(begin|start\s+transaction|commit|end|rollback|abort)(\s+(work|transaction|and\s+(no\s+)?chain|isolation\b.*))?\s*$/is.test(
    text,
  )
    ? "transaction"
    : "other";
}

/** Whether a statement may run inside a transaction block. */
export const inTransaction = (text: string): boolean =>
  !/^\s*(create\s+(unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\b.*\bconcurrently|vacuum|create\s+database|drop\s+database|alter\s+system|create\s+tablespace|alter\s+type\s+\S+\s+add\s+value|refresh\s+materialized\s+view\s+concurrently)\b/is.test(
    text,
  );

/**
 * Why a statement is not for a scratch database on a server: it changes what the server's other databases see, too. Null for any other one.
 * An embedded database has its server to itself. Roles may be made: those that were not there before are dropped at the end.
 */
export function reachesBeyond(text: string): string | null {
  if (/^\s*alter\s+system\b/i.test(text)) return "ALTER SYSTEM is for the whole server";
  if (/^\s*(create|drop|alter)\s+database\b/i.test(text)) return "the scratch database has a name of its own";
  if (/^\s*(create|drop|alter)\s+tablespace\b/i.test(text)) return "tablespaces are of the whole server";
  if (/^\s*(drop|alter)\s+(role|user|group)\b(?!\s+mapping)/i.test(text)) return "roles are of the whole server";
  return null;
}
