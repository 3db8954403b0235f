import type { FunctionKey, NameKey } from "../../pg/name.ts";

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
export interface Persona {
  name: string;
  class: PersonaClass;
  role: string;
  /** the text of request.jwt.claims; null: never set */
  claims: string | null;
}

/** The object through which a cell reaches rows. */
export type DbObject =
  | { kind: "table" | "partition" | "view" | "materialized view" | "sequence" | "constraint"; name: NameKey }
  /** `schema.name(types)` */
  | { kind: "function"; name: FunctionKey }
  /** `schema.relation / trigger` */
  | { kind: "trigger"; name: TriggerName }
  /** a schema, or `every schema` */
  | { kind: "default privileges"; name: string };

export type TriggerName = string & { readonly brand: "TriggerName" };

/** `schema.*`: every relation of a schema, made today or tomorrow. */
export type SchemaKey = string & { readonly brand: "SchemaKey" };

/**
 * The object whose rows a cell may reach: a relation; a function that names none; a schema whose relations are still to
 * be created.
 */
export type Subject = NameKey | FunctionKey | SchemaKey;

export type Command = "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "COPY" | "CALL";

/**
 * The state of the session variables while the statement ran: `unset`, `SET app.org_id of B`, `through
 * public.set_context(uuid)`, …
 */
export type SessionStateName = string;

/**
 * The answer of PostgreSQL. Only rows that the verification knows are counted: its own, or those that it took as
 * samples.
 */
export type Outcome =
  /** 42501, or no row at all */
  | { kind: "denied" }
  | {
      kind: "allowed";
      /** rows of the persona's own tenant that it saw or changed */
      own: number;
      /** rows of another tenant that it saw or changed */
      foreign: number;
      /** the value that reveals another tenant's data in an output of unknown shape; null: rows were counted */
      evidence: string | null;
    }
  | { kind: "error"; sqlstate: string }
  | {
      kind: "not reached";
      by: Obstacle;
      /** the same for people */
      why: string;
    };

/** Why a statement showed nothing of policies. */
export type Obstacle =
  /** the role of the persona is above row security */
  | "above-row-security"
  /** the relation has no row that somebody could have reached */
  | "no-rows"
  /** the login may not become the role of the persona */
  | "role"
  /** a statement before it, as the login, raised an error */
  | "set-up"
  /** the statement or function that sets the variable raised an error */
  | "variable"
  /** the rows could not be read afterwards */
  | "probe"
  /** a limit of time, a lock, a read-only transaction, no connection */
  | "limit"
  /** a constraint, or what a function raises by itself */
  | "constraint"
  /** it is not tried on this database */
  | "not-tried";

/** The judgement of an outcome by the declared tenancy. */
export type Judgement =
  /** the outcome is the required one */
  | "held"
  | "breach"
  /** would be a breach, but the config declares it, with a reason */
  | "expected"
  /** nothing was tried, or the declared tenancy says nothing about it */
  | "not judged";

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
