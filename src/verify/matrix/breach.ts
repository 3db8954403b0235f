import type { Command, DbObject, PersonaClass, SessionStateName } from "./cell.ts";
import type { Subject } from "./subject.ts";

/** The breach class: the kind of object or setting that lets rows through. */
export type Door =
  /** a policy lets it through */
  | "policy"
  /** row security is off and a role of requests holds a grant */
  | "rls-off"
  /** the role that requests use owns the relation, which does not FORCE row security */
  | "owner-not-forced"
  /** requests come as a role with BYPASSRLS or SUPERUSER, or may become one by SET ROLE */
  | "bypass-role"
  /** a view with its owner's rights */
  | "view"
  | "materialized-view"
  /** a partition or an inheritance child with policies and grants of its own */
  | "partition"
  /** a SECURITY DEFINER function */
  | "function"
  /** a trigger that writes elsewhere or fills the returned row */
  | "trigger"
  /** a grant of TRUNCATE, which is not subject to row security */
  | "truncate"
  | "default-privileges"
  /** a session variable that a client can set decides */
  | "session-variable"
  /** a function that sets such a variable from its own arguments */
  | "context-function"
  /** claims that the user can write, or that contradict one another */
  | "claims"
  /** a user can become a member of another tenant */
  | "membership"
  /** a user can change the user's own role */
  | "own-role"
  /** a role in the token counts though the membership row says otherwise */
  | "stale-role"
  /** storage.objects without bucket or folder check */
  | "storage"
  /** errors or counts show that foreign rows exist */
  | "unique-oracle"
  | "foreign-key-oracle"
  | "sequence-oracle"
  /** deleting an own row removes rows of another tenant that reference it */
  | "cascade"
  /** one bad stored value makes a policy raise for everyone */
  | "stored-claim"
  /** a role that policies name can do nothing: every statement raises an error */
  | "unavailable"
  /** a grant on a large object, which row security does not apply to */
  | "large-object"
  /** a trigger that sends rows to a channel, on which every session may listen */
  | "notify"
  /** an IMMUTABLE function in a policy, which a kept plan evaluates once for all tenants */
  | "immutable-function";

/** The kind of access that a breach gives: rows of another tenant read or written, or another rule broken. */
export type BreachKind =
  | "tenancy"
  /** rows of another tenant, for a token that only the issuer could make */
  | "token"
  | "oracle"
  | "role"
  | "availability"
  | "grant";

/** One cause, with all cells that it opens. */
export interface Breach {
  /** the same cause has the same id in every run */
  id: string;
  kind: BreachKind;
  door: Door;
  /** the relation whose rows are reached, or the first of them */
  relation: Subject;
  /** the object to correct: `public.notes`, `public.all_notes`, `public.get_note(uuid)` */
  object: DbObject;
  /** lower case, no final period, user text in backticks */
  message: string;
  hint: string;
  /** of the most telling cell */
  command: Command;
  persona: string;
  personaClass: PersonaClass;
  attack: string;
  standing: SessionStateName;
  /** to paste into psql as a login that may become the role: begin … rollback */
  statements: string[];
  /** all that this cause opens */
  commands: Command[];
  relations: Subject[];
  cells: number;
}

/** A breach that the config declares. */
export interface ExpectedBreach extends Breach {
  reason: string;
}
