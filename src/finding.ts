import { createHash } from "node:crypto";
import { columnKey, functionKey, relationKey, relationOf } from "./pg/name.ts";
import type { FindingCode, Severity } from "./codes/index.ts";

export type { FindingCode, Severity } from "./codes/index.ts";

/**
 * A fact about the user's system that a person should know. Messages: lower case, no final period, user text in
 * backticks.
 */
export interface Finding {
  /** stable, one for each kind of fact; its page is docs/findings/<code>.md */
  code: FindingCode;
  severity: Severity;
  message: string;
  /** the action to take, or null if there is none */
  hint: string | null;
  at: Location;
  /** the same in every run for the same fact */
  fingerprint: string;
}

/** The place of a finding in a database or a file. */
export type Location =
  | { kind: "policy"; schema: string; relation: string; policy: string }
  | { kind: "relation"; schema: string; relation: string }
  | { kind: "column"; schema: string; relation: string; column: string }
  | { kind: "function"; schema: string; name: string; identityArguments: string }
  | { kind: "file"; file: string; line: number }
  | { kind: "setting"; setting: string }
  | { kind: "database" };

/** Make a finding; the fingerprint is the hash of its code and place. */
export function finding(
  code: FindingCode,
  severity: Severity,
  at: Location,
  message: string,
  hint: string | null = null,
): Finding {
  const fingerprint = createHash("sha256")
    .update(JSON.stringify([code, at]))
    .digest("hex")
    .slice(0, 16);
  return { code, severity, message, hint, at, fingerprint };
}

/** A place as one readable text: `public.staff / staff_select`. */
export function describeLocation(at: Location): string {
  switch (at.kind) {
    case "policy":
      return `${relationKey(at)} / ${at.policy}`;
    case "relation":
      return relationKey(at);
    case "column":
      return columnKey(relationOf(at), at.column);
    case "function":
      return functionKey(at);
    case "file":
      return `${at.file}:${at.line}`;
    case "setting":
      return at.setting;
    case "database":
      return "database";
  }
}
