import type { Check } from "./check.ts";
import type { Forms, GuardNames } from "./names.ts";

/** What is known while the guards of a project are looked at: it grows until nothing is added. */
export interface GuardContext {
  names: GuardNames;
  forms: Forms;
  /** files that go, relative to the project */
  files: ReadonlySet<string>;
  /** scripts of package.json that go */
  scripts: ReadonlySet<string>;
  /** targets of a Makefile that go */
  targets: ReadonlySet<string>;
  /** lint rules that go, by their name in the file that holds them */
  rules: ReadonlySet<string>;
}

/** Why a part goes. */
export type Evidence =
  /** it fails without the old pattern, or because of the new one */
  | "demands"
  /** it tells a reader to write the old pattern */
  | "instructs"
  /** it runs or names something that goes */
  | "runs-what-goes"
  /** it tests something that goes */
  | "tests-what-goes"
  /** nothing is left of it */
  | "empty";

/** Why a person has to look. */
export type LeftReason =
  /** it names what is retired, and it is not certain when it fails */
  | "not-certain"
  /** it also does something else */
  | "does-more"
  /** it names a function that does more than set variables */
  | "mixed-function"
  /** it is in a file that is not read */
  | "not-read"
  /** a kind of file that is not read names what is retired */
  | "other-kind"
  /** something that goes is named there */
  | "names-what-goes"
  /** it runs tests that name what is retired */
  | "runs-tests"
  /** it stays, and refuses a planned migration */
  | "refuses-migration"
  /** something that stays still needs it */
  | "in-use"
  /** it is outside of the project's folder */
  | "outside";

/** A part of a file that goes. */
export interface Removed {
  line: number;
  what: string;
  evidence: Evidence;
  /** the pattern that it looks for; absent: it is found in another way */
  pattern?: string;
}

/** A part of a file that is left to a person. */
export interface Left {
  line: number;
  /** the last line of the part; default: the same */
  endLine?: number;
  what: string;
  reason: LeftReason;
}

/** What was found in one file. */
export interface Outcome {
  /** null: the file goes */
  after: string | null;
  removed: Removed[];
  left: Left[];
  /** checks that refuse the old pattern: they stay */
  forbids: { line: number; endLine: number; what: string }[];
  checks: Check[];
  scripts: string[];
  targets: string[];
  rules: string[];
}

export const unchanged = (text: string): Outcome => ({
  after: text,
  removed: [],
  left: [],
  forbids: [],
  checks: [],
  scripts: [],
  targets: [],
  rules: [],
});
