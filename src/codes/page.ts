/** How much a finding matters. `rlsmith inspect` exits with 1 at an error, `rlsmith claims` at an error or a warning. */
export type Severity = "error" | "warning" | "info";

/** The reason why rlsmith stopped. It decides the exit code (`cli/exit.ts`). */
export type ToolErrorKind = "usage" | "config" | "open-decision" | "not-proven" | "environment" | "bug";

/** The stage that reports a finding. */
export type FindingStage = "replay" | "inspect" | "plan" | "claims";

/** SQL that a migrations folder holds, and that leads to exactly the finding that it belongs to. */
export interface FindingExample {
  sql: string;
  /** entries of the config that the example needs, as the user writes them */
  config?: Readonly<Record<string, unknown>>;
}

/** The page of a finding. Titles are clauses in lower case without a final period; `why` and `todo` are sentences. */
export interface FindingPage {
  /** the severities that the finding can have, the usual one first */
  severity: readonly [Severity, ...Severity[]];
  /** when it has another severity than the usual one; a sentence */
  otherwise?: string;
  by: readonly [FindingStage, ...FindingStage[]];
  title: string;
  why: string;
  /** null where a folder of migrations alone does not lead to it */
  example: FindingExample | null;
  todo: readonly [string, ...string[]];
}

/** The page of a ToolError. Titles are clauses in lower case without a final period; `why` and `todo` are sentences. */
export interface ErrorPage {
  kind: ToolErrorKind;
  title: string;
  why: string;
  todo: readonly [string, ...string[]];
}
