import type { Opened } from "../judge/index.ts";

/** The statement that sets a variable. */
export type SettingWay = "SET" | "SET LOCAL" | "set_config";

/** How the session variables come to stand before a statement. */
export interface SessionState {
  /** for people alone: code chooses by `by` */
  name: string;
  /** `guess`: a value for a variable that nothing maps to a claim */
  by:
    | { kind: "victim's values"; way: SettingWay }
    | { kind: "own values" }
    /** no variable is set: the persona has created a function of its own */
    | { kind: "own function" }
    | { kind: "guess" }
    | { kind: "function" }
    | { kind: "leftover" }
    | { kind: "role" };
  /** run as the persona, in the same transaction */
  prelude: string[];
  /** what another client ran and committed on the same connection before; to tell, since it has happened by then */
  earlier?: string[];
  opened: Opened;
}
