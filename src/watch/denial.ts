import type { NameKey } from "../pg/name.ts";

/** Why PostgreSQL, or what stands before it, refused a request. The families differ in cause and cure. */
export type DenialFamily =
  /** 42501 of ExecWithCheckOptions: a row that a policy's check does not accept */
  | "row check"
  /** 42501 of aclcheck_error: a privilege is missing */
  | "missing privilege"
  /** 42501 of check_enable_rls: row_security is off for a role that is subject to policies */
  | "row security off"
  /** 42P17: infinite recursion in a policy; 54001: through functions */
  | "recursion"
  /** 22P02, 22023, 22007, 22008 and their like: a value, such as a claim, that a cast does not accept */
  | "cast"
  /** 42704: a variable that is read without missing_ok and is not set */
  | "unset variable"
  /** P0001, or the SQLSTATE that it chose, of a function: its own check */
  | "function guard"
  /** 42883, 42P01, 42703, 3F000, 42704: a function, relation, column, schema or type that is not there any more */
  | "object gone"
  /** 401, or PGRST300 to PGRST303 of PostgREST: a token that is missing, or that its signature or claims make invalid */
  | "jwt"
  /** the same for a token whose time was over, which a client renews */
  | "expired jwt"
  /** 57014: the statement timeout */
  | "timeout"
  /** 21000 of safeupdate or of a policy's sub-query, and what cannot be told since the message is translated */
  | "other";

/** What makes two denials the same. It holds names of objects, and never a value, a message or an address. */
export interface Fingerprint {
  family: DenialFamily;
  /** null: the log does not hold it */
  sqlstate: string | null;
  /** as the message names it: without its schema, if the server prints it so */
  relation: string | null;
  /** a restrictive policy, which the message names; null: permissive policies, or none */
  policy: string | null;
  /** the function whose body raised it: `public.book_visit` */
  function: string | null;
  /**
   * what is missing or may not be used, where it is no relation of `relation`: the variable `app.tenant_id`, the schema,
   * the function, the type; of a token: the status, the code of PostgREST, and the path without ids; null: nothing, or the
   * name may be a value in quotes
   */
  object: string | null;
  /** the login role */
  login: string | null;
}

/** Denials of one fingerprint in a period. */
export interface DenialCount extends Fingerprint {
  count: number;
  /** ISO 8601 of the first and last; null: the log has no times */
  first: string | null;
  last: string | null;
}

/** A relation × command that a fingerprint concerns. */
export interface Touched {
  relation: NameKey;
  command: "SELECT" | "INSERT" | "UPDATE" | "DELETE";
}
