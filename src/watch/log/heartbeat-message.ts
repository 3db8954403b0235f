const MARK = "rlsmith heartbeat";

/** The message by which a run sees that the log arrives. */
export const heartbeatMessage = (id: string): string => `${MARK} ${id}`;

/** True for the message of any run. */
export const isHeartbeat = (message: string): boolean => new RegExp(`^${MARK} [0-9a-f-]{36}$`).test(message);
