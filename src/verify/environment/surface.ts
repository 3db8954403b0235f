import { readFileSync } from "node:fs";
import type { Db } from "../../db/port.ts";
import { nameKey, relationKey, type NameKey, type QualifiedName } from "../../pg/name.ts";

const SQL = readFileSync(new URL("./surface.sql", import.meta.url), "utf8");

/** The objects that can be attacked and are not in the catalog. */
export interface Surface {
  /** the relations that views and materialized views read directly */
  views: (QualifiedName & { reads: QualifiedName[]; /** pg_get_viewdef */ definition: string })[];
  /** partitions and inheritance children */
  children: (QualifiedName & { parent: QualifiedName })[];
  /** rules of commands that write, which run with the rights of the relation's owner */
  rules: { schema: string; relation: string; name: string }[];
  /** functions of the user that defaults, generated columns and CHECK constraints call */
  calls: ExpressionCalls[];
  /** views with security_barrier */
  barriers: QualifiedName[];
  /** LEAKPROOF functions, which PostgreSQL may evaluate before policies (manual, "CREATE FUNCTION") */
  leakproof: (QualifiedName & { arguments: string[] })[];
  /** the first hundred, with the roles other than their owner that may read them: row security does not apply to them */
  largeObjects: { oid: number; readers: string[] }[];
  sequences: (QualifiedName & { feeds: QualifiedName | null; readers: string[] })[];
  uniques: { schema: string; relation: string; name: string; columns: string[] }[];
  foreignKeys: {
    schema: string;
    relation: string;
    name: string;
    /** true: a referenced row cannot be deleted */
    blocks: boolean;
    onDelete: "cascade" | "set null" | "set default" | "refuse";
    columns: string[];
    target: QualifiedName;
    targetColumns: string[];
  }[];
  defaultPrivileges: DefaultPrivilege[];
}

/** The functions that an expression of a table or a domain calls; all overloads of each name. */
export interface ExpressionCalls extends QualifiedName {
  by: "default" | "generated" | "check" | "domain" | "domain default";
  /** the column of a default; empty for a constraint and a domain */
  columns: string[];
  functions: QualifiedName[];
}

export interface DefaultPrivilege {
  owner: string;
  /** null: in every schema */
  schema: string | null;
  object: "tables" | "sequences" | "functions" | "others";
  /** `public` for PUBLIC */
  grantee: string;
  privilege: string;
}

/** Read the surface; inside the caller's transaction. */
export async function readSurface(db: Db): Promise<Surface> {
  const [row] = await db.query<Surface>(SQL);
  return (
    row ?? {
      views: [],
      children: [],
      rules: [],
      calls: [],
      barriers: [],
      leakproof: [],
      largeObjects: [],
      sequences: [],
      uniques: [],
      foreignKeys: [],
      defaultPrivileges: [],
    }
  );
}

/**
 * Foreign keys that lead to a table, directly or through other tables: those of a table further away before those of a
 * nearer one.
 */
export function keysInto(surface: Surface, table: NameKey): Surface["foreignKeys"] {
  const found: Surface["foreignKeys"] = [];
  const seen = new Set([table]);
  const visit = (name: NameKey): void => {
    for (const key of surface.foreignKeys) {
      const from = relationKey(key);
      if (nameKey(key.target) !== name || seen.has(from)) continue;
      seen.add(from);
      visit(from);
      found.push(key);
    }
  };
  visit(table);
  return found;
}

/** Tables that foreign keys of a table lead to, directly or through other tables. */
export function tablesReferencedBy(surface: Surface, table: NameKey): QualifiedName[] {
  const found = new Map<NameKey, QualifiedName>();
  const visit = (name: NameKey): void => {
    for (const key of surface.foreignKeys) {
      const to = nameKey(key.target);
      if (relationKey(key) !== name || found.has(to)) continue;
      found.set(to, key.target);
      visit(to);
    }
  };
  visit(table);
  return [...found.values()];
}

/** Tables that a view reads, directly or through other views. */
export function tablesBehind(surface: Surface, view: NameKey): Set<NameKey> {
  const found = new Set<NameKey>();
  const visit = (name: NameKey): void => {
    const reads = surface.views.find((one) => nameKey(one) === name)?.reads;
    if (!reads) return void found.add(name);
    for (const next of reads) {
      const inner = nameKey(next);
      if (!found.has(inner)) visit(inner);
    }
  };
  visit(view);
  return found;
}
