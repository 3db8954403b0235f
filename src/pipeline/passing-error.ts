import { pgErrorOf } from "../db/port.ts";
import { ToolError, type ErrorCode } from "../errors.ts";

const CODES: ReadonlySet<ErrorCode> = new Set(["DATABASE_UNREACHABLE", "CONNECTION_LOST", "NO_FREE_CONNECTION"]);

/**
 * Connection exceptions, rollbacks for serialization and deadlocks, insufficient resources, lock_not_available, and
 * intervention by an operator (PostgreSQL manual, Appendix A).
 */
const SQLSTATES = /^(?:08|40|53|55P03|57)/;

/** True of an error that the next attempt may not meet: the server is away or busy, and nothing is wrong with it. */
export const isPassing = (error: unknown): boolean =>
  error instanceof ToolError ? CODES.has(error.code) : SQLSTATES.test(pgErrorOf(error)?.sqlstate ?? "");
