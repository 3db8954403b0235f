const MARK = "rlsmith heartbeat";

/** The message by which a run sees that the log arrives. */
export const heartbeatMessage = (id: string): string => `${MARK} ${id}`;

/** The id in the message of any run; null: it is another message. */
export const heartbeatOf = (message: string): string | null =>
  new RegExp(`^${MARK} ([0-9a-f-]{36})$`).exec(message)?.[1] ?? null;

/** True for the message of any run. */
export const isHeartbeat = (message: string): boolean => heartbeatOf(message) !== null;
