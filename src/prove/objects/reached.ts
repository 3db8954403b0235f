import type { PgFunction, Relation } from "../../pg/catalog.ts";
import { functionKey, nameKey, type FunctionKey, type NameKey } from "../../pg/name.ts";
import { objectKey, type ObjectKey } from "../uses.ts";
import type { World } from "./world.ts";

/** A way to relations that may run with the rights of its owner. */
export type Path = { kind: "view"; relation: Relation } | { kind: "function"; fn: PgFunction };

/** All that a path comes to. */
export interface Reached {
  /** relations with rows of their own, and the roles as which they are read; null: the role that calls */
  leaves: Map<NameKey, Set<string | null>>;
  /** relations, views among them, that are named where the rights are somebody else's */
  asOwner: Set<NameKey>;
  /** a function runs dynamic SQL, or is in another language than SQL and PL/pgSQL */
  unfollowed: boolean;
  /** the functions on the way, the path itself among them */
  functions: Set<FunctionKey>;
  /** a text on the way names a catalog, a view or a function of the system with which an owner sees more than PUBLIC */
  asksSystem: boolean;
  /** a text on the way asks for claims or settings of the request */
  asksRequest: boolean;
  /** a function on the way sets a setting or the role */
  setsVariables: boolean;
  /** a function on the way changes or removes rows */
  writes: boolean;
  /** the texts on the way: the path does the same where they are the same */
  texts: string[];
}

const DYNAMIC =
  /\b(?:execute|dblink\w*|crosstab\w*|connectby|(?:query|table|cursor|schema|database)_to_xml\w*|pg_read_\w+)\b/i;
const REQUEST = /\bcurrent_setting\b|\bauth\s*\.\s*(?:uid|jwt|role|email)\b|\bsession_user\b/i;
const SETS =
  /\bset_config\b|\bset\s+(?:local|session|role)\b|\bset\s+["\w]+\.["\w.]+\s*(?:=|\bto\b)|\breset\s+(?:role|session|all|["\w]+\.)|\bupdate\s+(?:pg_catalog\s*\.\s*)?pg_settings\b/i;
/** Values of rows, statements and passwords of others, files, large objects, and SQL in a text (manual, System Catalogs, System Views, System Administration Functions, Text Search Functions). */
const SYSTEM =
  /\b(?:pg_(?:authid|shadow|statistic|statistic_ext_data|stats|stats_ext|stats_ext_exprs|largeobject|subscription|user_mappings?|stat_activity|stat_get_activity|stat_statements|stat_replication|stat_subscription|hba_file_rules|ident_file_mappings|file_settings|read_\w+|ls_\w+|stat_file|logical_\w+|current_logfile)|lo_(?:get|put|export|import|open|unlink|from_bytea)|loread|lowrite|ts_stat|ts_rewrite)\b/i;
const WRITES = /\b(?:update|delete|truncate|merge)\b/i;

/**
 * What a view or a function comes to, through views and functions. The relations of a view are read as its owner, with
 * security_invoker as the current user, also inside of another view; functions that a view calls run as the current user
 * (manual, CREATE VIEW, Notes). The current user is the owner inside of a SECURITY DEFINER function.
 */
export function reachedBy(world: World, path: Path): Reached {
  const found: Reached = {
    leaves: new Map(),
    asOwner: new Set(),
    functions: new Set(),
    unfollowed: false,
    asksSystem: false,
    asksRequest: false,
    setsVariables: false,
    writes: false,
    texts: [],
  };
  const seen = new Set<string>();
  const once = (key: string, as: string | null): boolean => {
    const known = JSON.stringify([key, as]);
    if (seen.has(known)) return false;
    seen.add(known);
    return true;
  };
  /** Relations are read as `as`; functions run as `user`. */
  const follow = (uses: Iterable<ObjectKey>, as: string | null, user: string | null): void => {
    for (const used of [...uses].toSorted()) {
      const relation = world.relationOf.get(used);
      if (relation) visitRelation(relation, as, user);
      for (const fn of world.functionsOf.get(used) ?? []) visitFunction(fn, user);
    }
  };
  const visitRelation = (relation: Relation, as: string | null, user: string | null): void => {
    const key = nameKey(relation);
    if (as !== null) found.asOwner.add(key);
    if (relation.kind !== "view") {
      const readers = found.leaves.get(key) ?? new Set();
      found.leaves.set(key, readers.add(as));
      return;
    }
    if (!once(key, user)) return;
    const definition = world.definition(key) ?? "";
    found.texts.push(JSON.stringify([key, definition]));
    if (REQUEST.test(definition)) found.asksRequest = true;
    if (SYSTEM.test(definition)) found.asksSystem = true;
    const inside = relation.securityInvoker === true ? user : relation.owner;
    const described = world.described.get(objectKey({ kind: "relation", name: key }));
    for (const name of relation.reads ?? []) {
      const read = world.side.relation(name);
      if (read) visitRelation(read, inside, user);
    }
    follow(described?.uses ?? [], inside, user);
  };
  const visitFunction = (fn: PgFunction, user: string | null): void => {
    const key = functionKey(fn);
    if (!once(key, user)) return;
    found.functions.add(key);
    found.texts.push(JSON.stringify([key, fn.body, fn.arguments, fn.result, fn.language, fn.strict, fn.settings]));
    const described = world.described.get(objectKey({ kind: "function", name: nameKey(fn) }));
    // its functions run as the current user, and EXECUTE on them is its owner's (manual, CREATE AGGREGATE, Notes)
    if (fn.kind === "aggregate") {
      found.texts.push(world.aggregate(fn) ?? "");
      follow(described?.uses ?? [], user, user);
      return;
    }
    if (fn.language !== "sql" && fn.language !== "plpgsql") found.unfollowed = true;
    if (fn.language === "plpgsql" && DYNAMIC.test(fn.body)) found.unfollowed = true;
    if (REQUEST.test(fn.body)) found.asksRequest = true;
    if (SYSTEM.test(fn.body)) found.asksSystem = true;
    // a clause SET of the function; one of PostgreSQL's own does not decide what policies ask
    if (SETS.test(fn.body) || fn.settings.some((one) => /^(?:[^=]*\.|role=)/.test(one))) found.setsVariables = true;
    if (WRITES.test(fn.body)) found.writes = true;
    const inside = fn.securityDefiner ? fn.owner : user;
    follow(described?.uses ?? [], inside, inside);
  };
  if (path.kind === "view") visitRelation(path.relation, null, null);
  else visitFunction(path.fn, null);
  return found;
}
