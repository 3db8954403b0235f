import { firesOn, type Answer, type SyncSource, type SyncTrigger } from "../claims/index.ts";
import { memberRows } from "../classify/index.ts";
import type { Catalog, Relation } from "../pg/catalog.ts";
import { samePath, type ClaimsSource } from "../pg/context.ts";
import { as } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { columnRef } from "../pg/expr/reads.ts";
import { TEXT_TYPES, typeText } from "../pg/expr/shape.ts";
import { columnKey, nameKey, type ColumnKey, type NameKey } from "../pg/name.ts";
import { boundRoles } from "../pg/role.ts";

/** The column that holds the current value of a claim. */
export interface FoundRow {
  kind: "row";
  relation: NameKey;
  /** the column that holds the user's id */
  user: string;
  column: string;
  /** SQL that is true for rows whose claims count; null: every row, or not known */
  active: { sql: string; byName: boolean } | null;
  activeKnown: boolean;
  from:
    | { kind: "trigger"; functions: NameKey[]; /** an update of the column fires it */ fires: boolean }
    /** nothing shows that the claim comes from it */
    | { kind: "name" };
  /** the reason why `rules.liveRole` cannot look it up; null: it can */
  obstacle: Obstacle | null;
}

export type Obstacle =
  /** no unique index on the user's column alone: a look-up takes one of several rows */
  | "several rows"
  /** row security is forced, and binds the owner, as whom the look-up may run */
  | "row security forced";

/** There is no such column, or none that can be told. */
export type NoRow =
  | { kind: "none"; because: "nothing has its name" }
  | { kind: "none"; because: "no user"; columns: ColumnKey[] }
  | { kind: "none"; because: "several have its name"; columns: ColumnKey[] }
  /** the trigger computes the claim */
  | { kind: "none"; because: "computed"; sql: string; relation: NameKey };

/** What is known of the claims of a database. */
export interface ClaimSource {
  source: Answer<SyncSource>;
  triggers: readonly SyncTrigger[];
}

/**
 * The row that holds the current value of a claim: the column from which the sync trigger writes it, otherwise the one
 * column of its name in a table that has a column for the user. Pure.
 */
export function liveRowOf(
  path: readonly string[],
  catalog: Catalog,
  claims: ClaimsSource,
  { source, triggers }: ClaimSource,
): FoundRow | NoRow {
  const synced = source.kind === "known" ? source.value : null;
  const claim = synced?.claims.find((one) => samePath(one.path, path));
  if (synced !== null && claim !== undefined) {
    const { relation, user, active, unsure } = synced;
    const column = plainColumn(claim.sql);
    if (column === null) return { kind: "none", because: "computed", sql: claim.sql, relation: nameKey(relation) };
    const fires = triggers.some(
      (trigger) => trigger.enabled && trigger.eachRow && firesOn(relation, trigger, column) && !trigger.conditional,
    );
    return {
      kind: "row",
      relation: nameKey(relation),
      user,
      column,
      active: active === null ? null : { sql: active.sql, byName: active.from === "column name" },
      activeKnown: unsure === null,
      from: { kind: "trigger", functions: [...new Set(triggers.map((trigger) => trigger.function))], fires },
      obstacle: obstacleOf(relation, user, catalog),
    };
  }
  const name = path.at(-1) ?? "";
  const rows = memberRows(catalog, claims, name);
  const columns = rows.map(({ relation }) => columnKey(relation, name));
  const [row, ...others] = rows.filter(({ user }) => user !== null);
  if (rows.length === 0) return { kind: "none", because: "nothing has its name" };
  if (row === undefined || row.user === null) return { kind: "none", because: "no user", columns };
  if (others.length > 0) return { kind: "none", because: "several have its name", columns };
  return {
    kind: "row",
    relation: nameKey(row.relation),
    user: row.user,
    column: name,
    active: null,
    activeKnown: false,
    from: { kind: "name" },
    obstacle: obstacleOf(row.relation, row.user, catalog),
  };
}

/** The column, if the expression is one, with or without a cast to text, which the look-up makes too. */
function plainColumn(sql: string): string | null {
  const tree = parseExpr(sql);
  const cast = as("TypeCast", tree);
  const column = columnRef(cast && TEXT_TYPES.has(typeText(cast.typeName)) ? cast.arg : tree);
  return column?.at(-1) ?? null;
}

function obstacleOf(relation: Relation, user: string, { roles }: Catalog): Obstacle | null {
  if (!relation.uniqueKeys.some((key) => key.length === 1 && key[0] === user)) return "several rows";
  return relation.forceRowSecurity && boundRoles(roles).has(relation.owner) ? "row security forced" : null;
}
