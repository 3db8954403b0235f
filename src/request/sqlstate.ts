/** What an error that PostgreSQL raised to a request says of the request. */
export type ErrorMeaning =
  /** a policy refused a row; the relation as the message names it, without its schema */
  | { kind: "row security"; relation: string }
  /** a privilege is missing; the object as the message names it, without its schema */
  | { kind: "grant"; on: { object: string; name: string } }
  /** the login may not become the role of the request */
  | { kind: "set role" }
  /** insufficient_privilege for another reason, such as ownership, or with a message that is translated or not known */
  | { kind: "privilege" }
  /** a constraint, which PostgreSQL checks after the policies */
  | { kind: "constraint"; constraint: ConstraintKind }
  /** the policies of a relation lead to that relation again */
  | { kind: "recursion"; relation: string }
  | { kind: "timeout"; of: "statement" | "lock" }
  | { kind: "read-only" }
  | { kind: "too many connections" }
  /** class 22: `invalid` where the value cannot be read as what it has to be, such as a uuid or an array in JSON */
  | { kind: "data"; invalid: boolean }
  /** `object`: a setting, a role or a type */
  | { kind: "undefined"; what: "function" | "table" | "column" | "object" }
  /** class 42: the statement is not valid SQL for the objects that it names */
  | { kind: "syntax" }
  /** max_stack_depth is exceeded: functions call one another without end */
  | { kind: "stack depth" }
  /** the view, or the column that is always generated, takes no such write of anybody */
  | { kind: "not updatable" }
  /** class P0: `raise` without an error code of its own, or a failure of PL/pgSQL such as no_data_found */
  | { kind: "plpgsql"; by: "raise" | "other" }
  | { kind: "other" };

export type ConstraintKind = "not null" | "foreign key" | "unique" | "check" | "exclusion" | "restrict" | "other";

/**
 * The meaning of an error. The SQLSTATE decides; the message only tells errors with the same SQLSTATE apart. Without it, or where the server
 * translates it, insufficient_privilege is of the kind `privilege`.
 */
export function meaningOf(sqlstate: string, message = ""): ErrorMeaning {
  const exact = EXACT[sqlstate];
  if (exact !== undefined) return exact;
  switch (sqlstate) {
    case "42501":
      return privilegeOf(message);
    case "42P17": {
      const relation = /^infinite recursion detected in policy for relation "(.*)"$/s.exec(message)?.[1];
      return relation === undefined ? { kind: "other" } : { kind: "recursion", relation };
    }
    default:
      return CLASSES[sqlstate.slice(0, 2)] ?? { kind: "other" };
  }
}

/** The request lacks a right: through policies, grants, ownership or membership in a role. */
export const isPrivilege = ({ kind }: ErrorMeaning): boolean =>
  kind === "row security" || kind === "grant" || kind === "set role" || kind === "privilege";

/** A limit of the session ended the statement, or the transaction does not allow it: this says nothing of the rights of the request. */
export const isLimit = ({ kind }: ErrorMeaning): boolean =>
  kind === "timeout" || kind === "read-only" || kind === "too many connections";

function privilegeOf(message: string): ErrorMeaning {
  const relation = ROW_SECURITY.exec(message)?.[1];
  if (relation !== undefined) return { kind: "row security", relation };
  // names stand in this message without quotes
  const [, object, name] = GRANT.exec(message) ?? [];
  if (object !== undefined && name !== undefined) return { kind: "grant", on: { object, name } };
  return message.startsWith("permission denied to set role") ? { kind: "set role" } : { kind: "privilege" };
}

/** `new row`, or for MERGE `target row`; a restrictive policy is named before the relation. */
const ROW_SECURITY =
  /^(?:new|target) row violates row-level security policy(?: ".*")?(?: \(USING expression\))? for table "(.*)"$/s;

const GRANT =
  /^permission denied for (table|view|materialized view|foreign table|sequence|function|procedure|schema|type|large object) (.*)$/s;

const constraint = (kind: ConstraintKind): ErrorMeaning => ({ kind: "constraint", constraint: kind });

const EXACT: Readonly<Record<string, ErrorMeaning>> = {
  "22003": { kind: "data", invalid: true },
  "22007": { kind: "data", invalid: true },
  "22023": { kind: "data", invalid: true },
  "22P02": { kind: "data", invalid: true },
  "23001": constraint("restrict"),
  "23502": constraint("not null"),
  "23503": constraint("foreign key"),
  "23505": constraint("unique"),
  "23514": constraint("check"),
  "23P01": constraint("exclusion"),
  "25006": { kind: "read-only" },
  "428C9": { kind: "not updatable" },
  "42703": { kind: "undefined", what: "column" },
  "42704": { kind: "undefined", what: "object" },
  "42883": { kind: "undefined", what: "function" },
  "42P01": { kind: "undefined", what: "table" },
  "54001": { kind: "stack depth" },
  "53300": { kind: "too many connections" },
  // "cannot update view": object_not_in_prerequisite_state, which DML raises for nothing else (PostgreSQL 15)
  "55000": { kind: "not updatable" },
  "55P03": { kind: "timeout", of: "lock" },
  "57014": { kind: "timeout", of: "statement" },
  P0001: { kind: "plpgsql", by: "raise" },
};

const CLASSES: Readonly<Record<string, ErrorMeaning>> = {
  "22": { kind: "data", invalid: false },
  "23": constraint("other"),
  "42": { kind: "syntax" },
  P0: { kind: "plpgsql", by: "other" },
};
