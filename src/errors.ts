/** What stopped rlsmith: decides the exit code (DESIGN: usage/config 2, not proven 3, environment 4). */
export type ToolErrorKind = "usage" | "config" | "open-decision" | "not-proven" | "environment";

/**
 * rlsmith could not go on, for a reason outside its own code.
 * Anything thrown that is not a ToolError is a bug of rlsmith.
 */
export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly kind: ToolErrorKind;
  /** stable, upper snake case: `NO_SUCH_FOLDER` */
  readonly code: string;
  /** what the user can do next; lower case, no final period */
  readonly hint: string;

  constructor(kind: ToolErrorKind, code: string, message: string, hint: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
    this.code = code;
    this.hint = hint;
  }
}

/** The message of anything that was thrown. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
