import type { Command, DbObject, PersonaClass, Standing, Subject } from "./cell.ts";

/** What opens it. */
export type Door =
  /** a policy lets it through */
  | "policy"
  /** row security is off and somebody holds a grant */
  | "rls-off"
  /** the role that requests use owns the relation, which does not FORCE row security */
  | "owner-not-forced"
  /** a view with its owner's rights */
  | "view"
  | "materialized-view"
  /** a partition or an inheritance child with doors of its own */
  | "partition"
  /** a SECURITY DEFINER function */
  | "function"
  /** a trigger that writes elsewhere or fills the returned row */
  | "trigger"
  /** a grant of TRUNCATE, which row security does not look at */
  | "truncate"
  | "default-privileges"
  /** a session variable that a client can set decides */
  | "session-variable"
  /** a function that sets such a variable from its own arguments */
  | "context-function"
  /** claims in a place that the user writes, or that do not belong together */
  | "claims"
  /** somebody can make himself a member of another tenant */
  | "membership"
  /** somebody can change his own role */
  | "own-role"
  /** a role in the token counts though the membership row says otherwise */
  | "stale-role"
  /** storage.objects without bucket or folder check */
  | "storage"
  /** existence of foreign rows shows by errors or counts */
  | "unique-oracle"
  | "foreign-key-oracle"
  | "sequence-oracle"
  /** one bad stored value makes a policy raise for everyone */
  | "stored-claim";

/** Whether rows of another tenant were read or written, or what else was broken. */
export type BreachKind =
  | "tenancy"
  /** rows of another tenant, for a token that only the issuer could make */
  | "token"
  | "oracle"
  | "role"
  | "availability"
  | "grant";

/** One cause, however many cells it opens. */
export interface Breach {
  /** the same cause has the same id in every run */
  id: string;
  kind: BreachKind;
  door: Door;
  /** the relation whose rows are reached, or the first of them */
  relation: Subject;
  /** what has to be mended: `public.notes`, `public.all_notes`, `public.get_note(uuid)` */
  object: DbObject;
  /** lower case, no final period, user text in backticks */
  message: string;
  hint: string;
  /** of the most telling cell */
  command: Command;
  persona: string;
  personaClass: PersonaClass;
  attack: string;
  standing: Standing;
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
