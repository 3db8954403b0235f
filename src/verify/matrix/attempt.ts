import type { NameKey } from "../../pg/name.ts";
import type { RowKey } from "../../pg/row-key.ts";
import type { Door } from "./breach.ts";
import type { Command, DbObject } from "./cell.ts";
import type { Subject } from "./subject.ts";
import type { Form } from "./form.ts";

/** One statement, not yet bound to a persona. */
export interface Attempt {
  /** the relation whose rows are attacked */
  relation: Subject;
  through: DbObject;
  /** the relations that the statement reads beside it: those of the view, or of a join */
  behind?: readonly NameKey[];
  command: Command;
  /** what becomes of rows where the command does not say it: a MERGE that only deletes */
  rowCommand?: Command;
  form: Form;
  /** it writes a row of the persona's own tenant: what else it reaches is the work of a trigger */
  writesOwnRow?: true;
  /** how reports call it, for people alone: `move own row to another tenant, blind` */
  attack: string;
  sql: string;
  answer: Answer;
  /** the rows that are compared before and after: those of one relation, those of it without a tenant, all, or none */
  probe: Probe | null;
  judge: Judge;
  /** the keys by which its answer shows rows, if they are not those of the target */
  known?: { own: ReadonlySet<RowKey>; foreign: ReadonlySet<RowKey> };
  /** the query whose rows a COPY copies */
  query?: string;
  /** run as the login before it, after the persona's own set-up */
  setup?: string[];
  /** of an oracle: the statement whose answer differs, for the report */
  otherHalf?: string;
  /** errors that are its answer, not an obstacle: the constraint is the object of the attempt */
  answers?: readonly string[];
}

/** True if the statement names the relation itself, and reaches its rows by no view or function. */
export const isDirect = ({ through }: Attempt): boolean => through.kind === "table" || through.kind === "partition";

export type Probe = { kind: "relation" | "tenantless"; name: NameKey } | { kind: "all" };

export type Answer =
  /** the statement returns one text: a JSON array with the keys of rows (`rowKeysSql`) */
  | "keys"
  /** the statement returns one text: a JSON array of rows (`rowsSql`), null where there are none */
  | "output"
  /** the statement returns one row, as a CALL of a procedure with OUT arguments does, which no query can wrap */
  | "row"
  /** the statement changes rows */
  | "changes";

/** The condition that makes the answer a breach. */
export type Judge =
  /** that rows of another tenant were seen or changed */
  | { kind: "foreign"; cause?: { door: Door; object: DbObject; message: string; hint: string } }
  /** that it succeeds at all */
  | { kind: "success"; door: Door; object: DbObject; message: string }
  /** that Postgres says 23505, which a fresh value does not get */
  | { kind: "duplicate"; door: Door; object: DbObject; message: string }
  /** that a row of the persona's own was changed */
  | { kind: "own change"; door: Door; object: DbObject; message: string }
  /** that a row without a tenant was made, changed or removed */
  | { kind: "tenantless"; door: Door; object: DbObject; message: string }
  /** that it raises an error which it does not raise without the set-up */
  | { kind: "raises"; door: Door; object: DbObject; message: string }
  /** nothing: it shows that own access works, or is compared with another cell */
  | { kind: "control" };
