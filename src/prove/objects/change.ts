/** What a change of an object does to who reaches what. */
export type Effect =
  /** someone reaches something that was out of reach */
  | "opens"
  /** something is out of reach that was not, and nothing else */
  | "closes"
  /** something else; nobody reaches more by it */
  | "changes"
  /** it may open something: what it does was not compared */
  | "cannot be told";

export type ObjectKind =
  | "relation"
  | "view"
  | "function"
  | "trigger"
  | "rule"
  | "schema"
  | "sequence"
  | "column"
  | "language"
  | "foreign data wrapper"
  | "database"
  | "parameter"
  | "large object"
  | "role"
  | "policy"
  | "default privileges"
  | "publication"
  | "foreign server"
  | "user mapping"
  | "event trigger"
  | "extension"
  | "constraint"
  | "setting"
  | "statement"
  | "type"
  | "operator"
  | "cast"
  | "collation"
  | "text search"
  | "aggregate"
  | "operator class"
  | "operator family"
  | "conversion"
  | "transform"
  | "access method"
  | "subscription"
  | "security label"
  | "index"
  | "catalog";

/** Why a change has its effect; in words by `report/object-change.ts`. */
export type ChangeReason =
  | { kind: "new" | "gone" | "different" }
  /** the object runs with the rights of its owner, who reaches more of these relations than the roles */
  | { kind: "past row security"; by: PathCause; relations: string[]; writes: string[] }
  /** the same, and its text asks who makes the request */
  | { kind: "past row security, by request"; by: PathCause; relations: string[] }
  /** the same, as an owner whom policies bind */
  | { kind: "policies of the owner"; owner: string; relations: string[] }
  | { kind: "path closed"; relations: string[] }
  /** its text, or that of what it calls, is another, and it runs with its owner's rights */
  | { kind: "text"; relations: string[] }
  | { kind: "dynamic SQL" }
  /** it is LEAKPROOF, and was not compared in what its errors and notices say */
  | { kind: "called before policies" }
  | { kind: "sets variables" }
  /** it does something for each row that policies do not decide */
  | { kind: "does something for each row" }
  /** the owner of a function or a view can change what it means where others use it */
  | { kind: "owner of a meaning"; was: string; is: string }
  /** it is SECURITY DEFINER, and a temporary object of the caller may stand for a relation that it names */
  | { kind: "names without a schema" }
  /** it has the columns of a relation that is gone */
  | { kind: "instead of"; relation: string }
  | { kind: "makes tokens" }
  | { kind: "runs in statements of others"; relation: string }
  | { kind: "may have enforced something"; relation: string }
  /** a statement on the other relation changes rows of this one past its policies */
  | { kind: "referential action"; relation: string; of: string; action: string }
  | { kind: "session default"; role: string | null; how: "new" | "gone" | "different" }
  | { kind: "check option"; was: string; is: string }
  | { kind: "security barrier"; is: boolean }
  | { kind: "row security"; is: boolean }
  | { kind: "force"; is: boolean; owner: string }
  | { kind: "owner"; was: string; is: string }
  | { kind: "privilege"; privileges: string[]; gained: boolean }
  | { kind: "column privilege"; privilege: string; columns: string[]; gained: boolean }
  | { kind: "columns"; columns: string[] }
  /** policies ask for the columns, and new rows may have other values in them */
  | { kind: "values of columns"; columns: string[] }
  /** views or functions with their owners' rights name the columns, whose values or comparisons are others */
  | { kind: "columns read as owner"; columns: string[] }
  /** columns by these names were others before: dropped and added again, or renamed */
  | { kind: "other columns by the name"; columns: string[] }
  /** relations with the same columns were created in another order: their names may be swapped */
  | { kind: "other relation by the name"; relations: string[] }
  /** rows that a partition took go to the default one */
  | { kind: "rows go elsewhere"; relation: string }
  /** it is VOLATILE or not, as it was not: it sees the rows of its statement or not */
  | { kind: "sees other rows"; volatility: string }
  /** requests run it first */
  | { kind: "runs before requests" }
  /** its text asks for names or comments, and some of those differ */
  | { kind: "asks for names" }
  /** an attribute that nothing else compares */
  | { kind: "attribute of an object"; attribute: string }
  | { kind: "parent"; parent: string; attached: boolean }
  | { kind: "stored query" }
  | { kind: "schema"; reaches: string[]; gained: boolean }
  | { kind: "attribute"; attribute: RoleAttribute; gained: boolean }
  | { kind: "membership"; of: string; gained: boolean }
  | { kind: "no privilege"; privileges: string[]; relation: string }
  | { kind: "later objects"; objects: string; privileges: string[]; gained: boolean }
  | { kind: "publishes"; tables: string[]; gained: boolean }
  | { kind: "publishes otherwise"; tables: string[] }
  | { kind: "runs at DDL" }
  | { kind: "outside rlsmith's knowledge"; what: string }
  | { kind: "not read"; part: string }
  /** a statement of one side alone, whose rows were not compared; `copies`: the rows are those of other relations */
  | { kind: "writes rows"; side: "before" | "after"; statement: string; relations: string[]; copies: boolean }
  /** a statement of one side alone that does something which no catalog shows */
  | { kind: "does something else"; side: "before" | "after"; statement: string; what: OutsideCatalog }
  /** a statement of one side that its scratch database did not take */
  | { kind: "failed"; side: "before" | "after"; statement: string; error: string; unreliable: string };

/** What a statement does that is in no catalog which everybody may read. */
export type OutsideCatalog = "password" | "dynamic SQL" | "function of the platform" | "program";

/** What changed about a view or a function that makes roles reach more by it. */
export type PathCause = "new" | "privilege" | "rights";

export type RoleAttribute = "SUPERUSER" | "BYPASSRLS" | "CREATEROLE" | "REPLICATION" | "LOGIN" | "INHERIT";

/** A change of anything but the policies of a relation, whose verdicts are elsewhere. */
export interface ObjectChange {
  effect: Effect;
  kind: ObjectKind;
  /** as it is shown */
  name: string;
  /** roles that reach more or less by it; empty where it is about no certain role */
  roles: string[];
  why: ChangeReason;
}
