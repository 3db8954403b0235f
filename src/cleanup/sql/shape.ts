import type { Cut, CutBody } from "./body.ts";
import type { Retired } from "./retired.ts";

/** What a person should know about a function that is edited, by a tag; words are in `report/`. */
export type NoteTag =
  /** the function set the variable from its own arguments, so that a comparison with the variable was always true */
  | "guard-becomes-real"
  /** it compares with a value that was read before the function set the variable, in DECLARE for instance */
  | "guard-of-earlier-value"
  /** a guard that lets NULL pass: with no claim, it does not raise */
  | "null-passes"
  /** WHEN OTHERS catches what a guard raises */
  | "others-catches-guard"
  /** a look-up whose result only the removed call used */
  | "look-up-unused"
  /** an unset variable raised 42704; a claim that is not there is NULL */
  | "error-becomes-null";

export interface Note {
  tag: NoteTag;
  /** of the body as it was, from 1 */
  line: number;
}

/** Why a function stays as it is until the config, or a person, decides. */
export type QuestionTag =
  | "sets-other-settings"
  | "still-needed"
  | "computed-name"
  | "call-refuses-roles"
  /** a loop sets the variable to another value in each round: one tenant after the other */
  | "set-in-loop"
  | "only-statement-of-branch"
  | "nothing-left"
  | "constant-fallback"
  | "run-by-trigger"
  | "roles-without-token"
  | "set-config-not-removed"
  | "argument-calls-function"
  | "still-used"
  | "body-not-read";

export interface Question {
  tag: QuestionTag;
  /** of the body, from 1; null: of the function as a whole */
  line: number | null;
  /** the setting, function or message that it is about */
  about: string | null;
}

export interface Found {
  cuts: Cut[];
  notes: Note[];
  questions: Question[];
}

export const NOTHING: Found = { cuts: [], notes: [], questions: [] };

/** A form in which a body uses session variables, and what becomes of it. */
export interface Shape {
  id: string;
  title: string;
  /** why the change is right, for the docs */
  why: string;
  does: "delete" | "replace" | "keep" | "ask";
  /**
   * bodies before and after; one driver tests each and the docs are made from them; `after` is null where a person
   * decides
   */
  examples: readonly { before: string; after: string | null; note?: string }[];
  /** `before`: the body as it was, where that is another one */
  find(body: CutBody, retired: Retired, before?: CutBody): Found;
}
