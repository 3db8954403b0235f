const MARK = "rlsmith heartbeat";

/** The message by which a run sees that the log arrives. */
export const heartbeatMessage = (id: string): string => `${MARK} ${id}`;

/** The id in the message of any run; null: it is another message. */
export const heartbeatOf = (message: string): string | null =>
  new RegExp(`^${MARK} ([0-9a-f-]{36})$`).exec(message)?.[1] ?? null;

/** True for the message of any run. */
export const isHeartbeat = (message: string): boolean => heartbeatOf(message) !== null;

const PLANTED = /"rlsmith\.planted_[0-9a-f]{32}"/;

/** The variable that a run reads without having set it, so that the server reports a denial. */
export const plantedVariable = (id: string): string => `rlsmith.planted_${id.replaceAll("-", "")}`;

/** True for the denial that any run has planted, in whatever language. */
export const isPlanted = (message: string): boolean => PLANTED.test(message);
