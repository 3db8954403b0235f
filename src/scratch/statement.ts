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
