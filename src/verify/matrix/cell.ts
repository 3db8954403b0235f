import type { FunctionKey, NameKey } from "../../pg/name.ts";
import type { Persona as Request } from "../../request/index.ts";
import type { Subject } from "./subject.ts";
import type { Unsettled } from "./unsettled.ts";

/** The kinds of persona; the heat table has one mark for each. */
export type PersonaClass =
  /** a member of tenant A with the claims that the membership rows give it */
  | "member"
  /** logged in, with claims that name no tenant, are malformed, or are in the wrong place */
  | "bad claims"
  /** `anon`: nobody */
  | "anon"
  /** a further role that policies or grants name, or the owner of relations */
  | "other role";

/** One set of claims and a database role that a request can arrive with. */
export interface Persona extends Pick<Request, "name" | "role" | "claims"> {
  class: PersonaClass;
}

/** The object through which a cell reaches rows. */
export type DbObject =
  | { kind: "table" | "partition" | "view" | "materialized view" | "sequence" | "constraint"; name: NameKey }
  /** `schema.name(types)` */
  | { kind: "function"; name: FunctionKey }
  /** `schema.relation / trigger` */
  | { kind: "trigger" | "rule"; name: TriggerName }
  /** a role */
  | { kind: "role"; name: string }
  /** its oid */
  | { kind: "large object"; name: string }
  /** a schema, or `every schema` */
  | { kind: "default privileges"; name: string };

export type TriggerName = string & { readonly brand: "TriggerName" };

export type Command = "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "COPY" | "CALL";

/**
 * The state of the session variables while the statement ran: `unset`, `SET app.org_id of B`, `through
 * public.set_context(uuid)`, …
 */
export type SessionStateName = string;

/** What stopped a statement. */
export type Denial =
  /** it ran, and reached no row */
  | "no row"
  /** 42501 that names row security of the relation */
  | "row security"
  /** 42501 of the relation's, its column's, its schema's or the function's own grant */
  | "grant"
  /** the malformed value in the token of this persona, which the policy cast (class 22) */
  | "malformed claim"
  /** the view (55000), or the column that is always generated (428C9), takes no such write of anybody */
  | "not updatable"
  /** the function that was called raised an error of its own */
  | "raise";

/**
 * The answer of PostgreSQL. Only rows that the verification knows are counted: its own, or those that it took as
 * samples.
 */
export type Outcome =
  | { kind: "denied"; by: Denial }
  | {
      kind: "allowed";
      /** rows of the persona's own tenant that it saw or changed */
      own: number;
      /** rows of another tenant that it saw or changed */
      foreign: number;
      /** the value that reveals another tenant's data in an output of unknown shape; null: rows were counted */
      evidence: string | null;
    }
  /** the error is the answer of the attempt: the constraint or the cast is its object */
  | { kind: "error"; sqlstate: string }
  | { kind: "not settled"; cause: Unsettled };

/** The judgement of an outcome by the declared tenancy. */
export type Judgement =
  /** the statement ran as far as row security or a grant, and was stopped by it */
  | "held"
  | "breach"
  /** would be a breach, but the config declares it, with a reason */
  | "expected"
  /** nothing can be said, see `Unsettled` */
  | "not settled"
  /** it shows that own access works, or is compared with another cell: there is nothing to judge */
  | "control";

/** One statement that one persona tried, with its outcome. */
export interface Cell {
  relation: Subject;
  through: DbObject;
  command: Command;
  persona: string;
  personaClass: PersonaClass;
  /** `read`, `read by key`, `insert into another tenant`, `delete blind`, … */
  attack: string;
  standing: SessionStateName;
  outcome: Outcome;
  judgement: Judgement;
}

/** A cell has the same key in every run: for comparing two runs. */
export const cellKey = (cell: Cell): TupleKey =>
  tupleKey(cell.relation, cell.through.name, cell.command, cell.persona, cell.attack, cell.standing);

/** The key of several texts together. Joined by a character, two that differ could be one. */
export type TupleKey = string & { readonly brand: "TupleKey" };

export const tupleKey = (...parts: readonly string[]): TupleKey => JSON.stringify(parts) as TupleKey;
