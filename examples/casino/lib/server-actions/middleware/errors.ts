import type { PostgrestError } from "@supabase/supabase-js";
import { RLSContextError } from "@/lib/supabase/rls-context";
import type { ActionResult, ErrorCode } from "./types";

/** An error with a code that the user interface knows. */
export class ActionError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ActionError";
    this.code = code;
  }
}

/** SQLSTATEs and PostgREST codes. Our RPCs raise P0001 with a message in capitals, and P0002 if there is no row. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  "42501": "FORBIDDEN",
  P0001: "CONFLICT",
  P0002: "NOT_FOUND",
  PGRST116: "NOT_FOUND",
  "23505": "CONFLICT",
  "23503": "CONFLICT",
  "23514": "INVALID_INPUT",
  "22P02": "INVALID_INPUT",
};

export function fromDatabase(error: PostgrestError): ActionError {
  return new ActionError(CODES[error.code] ?? "INTERNAL", error.message, { cause: error });
}

/** The data of an answer, or the error as one of ours. */
export function dataOf<Data>(answer: { data: Data; error: null } | { data: null; error: PostgrestError }): Data {
  if (answer.error) throw fromDatabase(answer.error);
  return answer.data;
}

const CONTEXT_CODES: Readonly<Record<RLSContextError["code"], ErrorCode>> = {
  UNAUTHENTICATED: "UNAUTHORIZED",
  NO_STAFF_ROW: "UNAUTHORIZED",
  INJECTION_FAILED: "CONTEXT_INJECTION_FAILED",
  FORBIDDEN: "FORBIDDEN",
};

export function failure(error: unknown, requestId: string): ActionResult<never> {
  if (error instanceof ActionError) return { ok: false, code: error.code, error: error.message, requestId };
  if (error instanceof RLSContextError) {
    return { ok: false, code: CONTEXT_CODES[error.code], error: error.message, requestId };
  }
  return { ok: false, code: "INTERNAL", error: error instanceof Error ? error.message : String(error), requestId };
}
