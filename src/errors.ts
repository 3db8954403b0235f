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
  /** the message without its list, and the list, for output; the text of a database in them may contain line breaks */
  readonly summary: string;
  readonly list: readonly string[];

  /** `list`: lines below the message, such as differences */
  constructor(
    kind: ToolErrorKind,
    code: ErrorCode,
    message: string,
    hint: string,
    options: { cause?: unknown; list?: readonly string[] } = {},
  ) {
    const { list = [], ...rest } = options;
    super([message, ...list].join("\n"), rest);
    this.summary = message;
    this.list = list;
    this.kind = kind;
    this.code = code;
    this.hint = hint;
  }
}

/** The message of any thrown value. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
