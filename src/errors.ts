import type { ErrorCode, ToolErrorKind } from "./codes/index.ts";

export type { ErrorCode, ToolErrorKind } from "./codes/index.ts";

/**
 * rlsmith could not go on, for a reason outside its own code.
 * Anything thrown that is not a ToolError is a bug of rlsmith.
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

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
