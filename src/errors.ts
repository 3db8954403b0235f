import type { ErrorCode, ToolErrorKind } from "./codes/index.ts";

export type { ErrorCode, ToolErrorKind } from "./codes/index.ts";

/**
 * An error for which rlsmith cannot continue, and whose cause is outside its own code. Any other thrown value is a bug
 * of rlsmith.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly kind: ToolErrorKind;
  /** stable; its page is docs/errors/<code>.md */
  readonly code: ErrorCode;
  /** what the user can do next; lower case, no final period */
  readonly hint: string;

  constructor(kind: ToolErrorKind, code: ErrorCode, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
    this.code = code;
    this.hint = hint;
  }
}

/** The message of any thrown value. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
