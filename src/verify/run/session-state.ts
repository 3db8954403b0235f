import type { Opened } from "../judge/index.ts";
import type { SessionState as RequestState, SettingWay } from "../../request/index.ts";

/** The session variables before an attack; code chooses by `by`, and never by the name. */
export interface SessionState extends RequestState {
  /** `guess`: a value for a variable that nothing maps to a claim */
  by:
    | { kind: "victim's values"; way: SettingWay }
    | { kind: "own values" }
    /** no variable is set: the persona has created a function of its own */
    | { kind: "own function" }
    | { kind: "guess" }
    /** a constant that a variable which holds the tenant or the user is compared with */
    | { kind: "constant" }
    | { kind: "function" }
    | { kind: "leftover" }
    | { kind: "role" }
    /** a row of the persona's own was written before */
    | { kind: "own row" };
  /** what another client ran and committed on the same connection before; to tell, since it has happened by then */
  earlier?: string[];
  opened: Opened;
}
