import type { ConstraintKind } from "../../request/index.ts";
import type { FunctionKey } from "../../pg/name.ts";
import type { Subject } from "./subject.ts";

/** The reason for which a cell says nothing of row security; `report/unsettled.ts` words it. */
export type Unsettled =
  /** the role of the persona is above row security */
  | { kind: "above row security"; role: string }
  /** the relation has no row that another party could have reached */
  | { kind: "no rows" }
  /** rows were reached, and the owner of these is not known */
  | { kind: "owner unknown" }
  /** no persona reached a row of its own by this command, so that no foreign row was reached says nothing */
  | { kind: "no control" }
  /** every statement failed for want of a privilege on the relation, so its policies were not tried */
  | { kind: "no privilege" }
  /** the login may not become the role of the persona */
  | { kind: "set role" }
  /** a statement before it, as the login, raised an error */
  | { kind: "set-up"; sqlstate: string; relation: Subject; attack: string }
  /** the statement or function that sets the variable raised an error */
  | { kind: "variable"; sqlstate: string }
  /** the rows could not be read afterwards */
  | { kind: "probe"; sqlstate: string }
  | { kind: "limit"; limit: "read-only" | "statement timeout" | "lock timeout" | "connections" }
  /** a constraint, which PostgreSQL checks after the policies, or before them on other rows; null: its name is not known */
  | { kind: "constraint"; constraint: ConstraintKind; sqlstate: string; name: string | null }
  /** policies of the relation lead to the relation again (42P17); `through`: as PostgreSQL names the one where it noticed */
  | { kind: "recursion"; relation: Subject; through: string }
  /** a function calls itself without end, by way of a policy (54001) */
  | { kind: "stack depth"; relation: Subject }
  /** a policy, a view, a trigger or a function reads an object that the role may not read (42501) */
  | { kind: "missing grant"; role: string; object: string; name: string; relation: Subject }
  /** 42501 with a message that does not name the object */
  | { kind: "privilege"; relation: Subject }
  /** row security of another relation, which a trigger or a function writes, refused a row */
  | { kind: "other row security"; relation: string }
  /** a call raised an error by itself */
  | { kind: "call"; function: FunctionKey; sqlstate: string }
  /** any other error; `inside`: the function that raised it, null where it was the statement */
  | { kind: "error"; sqlstate: string; inside: string | null }
  /** it is not tried on this database */
  | { kind: "not tried"; why: "copy on a live database" | "copy on the embedded engine" | "arguments without a value" }
  /** a statement that rlsmith made is wrong, which is a defect of rlsmith */
  | { kind: "defect"; sqlstate: string; relation: Subject; attack: string };

/** One reason of a set-up or a defect a relation: the first attack that met it is named. */
export const causeKeyOf = (cause: Unsettled): string =>
  JSON.stringify("attack" in cause ? { ...cause, attack: "" } : cause);
