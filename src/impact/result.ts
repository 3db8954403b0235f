import type { NameKey } from "../pg/name.ts";

/**
 * How the variables stand in a request: as the application sets them, or empty, as on a pooled connection that had them
 * before.
 */
export type Standing = "with" | "without";

/** What the plan does to the rows of one relation that a user reads. Who loses all rows may gain others. */
export type Change = "would raise" | "loses all" | "loses some" | "gains";

/** The users who are alike as far as the plan asks: their role, and the claims of the context map in their tokens. */
export interface UserClass {
  role: string;
  /** the claims of the context map that the token holds */
  claims: string[];
  missing: string[];
}

/** The reason of a change, as far as it is known. */
export type Reason =
  /** the token has none of the claims that the new policies read */
  | { kind: "no claims"; claims: string[] }
  | { kind: "no claim"; claim: string }
  /** the claim has another value than the variable, which the application takes from the source of the claims */
  | { kind: "other value"; claim: string }
  | { kind: "malformed claim"; claim: string; type: string }
  /** the column is null in every row that is lost or gained */
  | { kind: "null column"; column: string }
  /** the old policies read a variable, which is empty */
  | { kind: "variable empty" };

/** A number of users, and up to twenty of them; null stands for a request without a token. */
export interface CountedUsers {
  total: number;
  ids: (string | null)[];
}

/** Rows, summed over the users of an entry; null where one side raises an error. */
export interface RowCounts {
  before: number | null;
  after: number | null;
  lost: number;
  gained: number;
}

/** The users of one class who change in one way, for one reason. */
export interface ChangeEntry {
  class: UserClass;
  standing: Standing;
  change: Change;
  /** of the error that the new policies raise */
  sqlstate: string | null;
  reason: Reason | null;
  users: CountedUsers;
  rows: RowCounts;
  /** statements that show the old side for the first of the users, with nothing in them but the user's id; null: none */
  statements: string[] | null;
}

/** The reason why something cannot be told. */
export type CannotTell =
  /** row security binds the login, which therefore does not see all rows */
  | { kind: "login is bound" }
  | { kind: "login may not become"; role: string }
  /** an error of PostgreSQL, without its message, which may hold a value of a row */
  | { kind: "raised"; at: "rows" | "policies"; sqlstate: string }
  | { kind: "statement timeout" }
  | { kind: "lock timeout" }
  /** a part of a policy that rows and users in a record set do not have */
  | { kind: "whole row" }
  | { kind: "system column"; column: string }
  | { kind: "session value"; name: string }
  | { kind: "volatile function"; name: string }
  | { kind: "too many groups"; most: number }
  /** the plan changes a function that the policies call, and its new body cannot be put in place of the call */
  | { kind: "changed function"; name: string }
  /** a function reads the relation, whose policies the plan changes */
  | { kind: "changed relation"; relation: NameKey }
  /** no function of the catalog has the name, or not all of its body can be read */
  | { kind: "unread function"; name: string }
  | { kind: "recursion" }
  /** the policies of the database are not those from which the plan was made */
  | { kind: "policies differ" }
  /** the evaluation does not agree with what PostgreSQL itself shows to the user */
  | { kind: "disagrees" }
  /** an expression raises an error for the user; the plan of a statement decides if it is evaluated */
  | { kind: "may raise"; sqlstate: string }
  /** the source of the claims does not say what the application sets a variable to that the policies read */
  | { kind: "variables unknown" }
  | { kind: "schema not usable"; schema: string }
  | { kind: "sample" };

/** Users for whom a relation cannot be told, or all of them. */
export interface Untold {
  because: CannotTell;
  /** null: the whole relation */
  users: CountedUsers | null;
}

export interface Sample {
  rows: number;
  /** of the relation, as the planner estimates them */
  ofRows: number;
  /** a change that no row of the sample shows concerns at most this share of the rows (95 %) */
  bound: number;
}

/** The impact on one relation. */
export interface RelationImpact {
  relation: NameKey;
  /** the plan changes its own policies, or those that its policies read by way of sub-queries */
  touched: "directly" | "through others";
  /** the rows that were read */
  rows: number | null;
  /** the distinct values of the columns that the policies read */
  groups: number | null;
  sample: Sample | null;
  /** users whose rows stay the same, however the variables stand */
  unchanged: number;
  changes: ChangeEntry[];
  untold: Untold[];
  /** milliseconds on the connection */
  milliseconds: number;
}

/** Where the claims of the users come from. */
export type UsersFrom = "auth.users" | "auth.users and hook" | "tokens";

/** The impact of a plan on the users of a database. */
export interface Impact {
  usersFrom: UsersFrom;
  /** with requests without a token, if the database has the role `anon` for them */
  users: number;
  classes: (UserClass & { users: number })[];
  /** the source of the values of variables; null: not known, or the file of tokens has them */
  variablesFrom: NameKey | null;
  relations: RelationImpact[];
  /** settings that policies read and that no map explains: taken for empty */
  assumedEmpty: string[];
  /** claims that every request has another value of: taken as those of a new session */
  assumedClaims: string[];
  outcome: "nobody changes" | "somebody changes" | "cannot be told";
  /** what concerns all relations */
  untold: UntoldOfAll[];
}

export type UntoldOfAll =
  | { kind: "no users" }
  /** the database does not have the role with which users arrive */
  | { kind: "no role"; role: string }
  /** a function may compute the claims of tokens, and it could not be called for every user */
  | { kind: "hook not called"; hook: string; sqlstate: string | null };
