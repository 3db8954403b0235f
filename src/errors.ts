import type { ErrorCode, ToolErrorKind } from "./codes/index.ts";
import { VERSION } from "./version.ts";

export type { ErrorCode, ToolErrorKind } from "./codes/index.ts";

/** The groups of an apply or a rollback that failed, by name. */
export interface GroupsSoFar {
  /** these stay, each with its entries of the journal, in the order of their transactions */
  committed: { group: string; entries: number[] }[];
  /** of these nothing was changed, or it was rolled back; the first is the one that failed, unless that is not known */
  notCommitted: string[];
  /** the connection was lost during COMMIT: `rlsmith history` shows whether they were committed */
  notKnown: string[];
}

/**
 * An error for which rlsmith cannot continue, and whose cause is outside its own code. Any other thrown value is a bug
 * of rlsmith. The package exports it as `RlsmithError`.
 */
export class ToolError extends Error {
  override readonly name = "RlsmithError";
  readonly kind: ToolErrorKind;
  /** stable; its page is docs/errors/<code>.md */
  readonly code: ErrorCode;
  /** what the user can do next; lower case, no final period */
  readonly hint: string;
  /** the message without its list, and the list, for output; the text of a database in them may contain line breaks */
  readonly summary: string;
  readonly list: readonly string[];
  /** null: the command has no groups, or failed before the first */
  readonly groups: GroupsSoFar | null;

  /** `list`: lines below the message, such as differences */
  constructor(
    kind: ToolErrorKind,
    code: ErrorCode,
    message: string,
    hint: string,
    options: { cause?: unknown; list?: readonly string[]; groups?: GroupsSoFar } = {},
  ) {
    const { list = [], groups = null, ...rest } = options;
    super([message, ...list].join("\n"), rest);
    this.summary = message;
    this.list = list;
    this.groups = groups;
    this.kind = kind;
    this.code = code;
    this.hint = hint;
  }
}

/** A thrown value that is a bug of rlsmith, as an error with a code; `groups`: what became of those of the run. */
export const internalError = (error: unknown, groups: GroupsSoFar | null = null): ToolError =>
  new ToolError(
    "bug",
    "INTERNAL_ERROR",
    messageOf(error),
    `this is a bug in rlsmith ${VERSION}; please report it with the lines above`,
    { cause: error, ...(groups === null ? {} : { groups }) },
  );

/** A variable of a migration, such as `:NAME` of psql, that has no value. */
export interface UnsetVariable {
  name: string;
  /** where it is used; relative to the project */
  file: string;
  line: number;
}

/** Migrations cannot be read without the values of these variables. */
export class UnsetVariables extends ToolError {
  /** each once, in the order of their first use */
  readonly names: readonly string[];
  readonly unset: readonly UnsetVariable[];

  constructor(unset: readonly UnsetVariable[]) {
    const names = [...new Set(unset.map(({ name }) => name))];
    const values = names.map((name) => `${/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)}: "…"`).join(", ");
    super(
      "config",
      "UNSET_VARIABLES",
      `${names.length === 1 ? "a variable" : `${names.length} variables`} of the migrations ${names.length === 1 ? "has" : "have"} no value: ${names.map((name) => `\`${name}\``).join(", ")}`,
      `run \`rlsmith init\` on a terminal, which asks for them, or write in rlsmith.config.ts: migrations: { folder: "…", variables: { ${values} } }; \`init --force\` keeps them`,
      { list: [...new Set(unset.map(({ name, file, line }) => `  ${file}:${line} :${name}`))] },
    );
    this.names = names;
    this.unset = unset;
  }
}

/** The message of any thrown value. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
