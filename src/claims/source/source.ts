import type { Config } from "../../config.ts";
import { messageOf, ToolError } from "../../errors.ts";
import type { Catalog, Relation } from "../../pg/catalog.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { walk } from "../../pg/expr/walk.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { nameKey, namedBy } from "../../pg/name.ts";
import type { Unsure } from "../cause.ts";

/** The source of claims: the relation, the claims that it supplies, and the user whom they belong to. */
export interface SyncSource {
  relation: Relation;
  /** the column that holds the user's id */
  user: string;
  claims: SyncedClaim[];
  /** the active rows; null: every row is active */
  active: Active | null;
  /**
   * the reason why the active rows are not known: `active` is then true for all of them, but for other rows too.
   * Null if they are known
   */
  unsure: Unsure | null;
  from: "config" | "trigger";
}

/** One claim, and the expression for its value over the row. */
export interface SyncedClaim {
  /** the keys from the root of the token: `["app_metadata", "casino_id"]` */
  path: string[];
  /** SQL over the relation's columns */
  sql: string;
  columns: string[];
}

/** The rows whose users hold claims. */
export interface Active {
  /** SQL over the relation's columns */
  sql: string;
  columns: string[];
  from: "config" | "function body" | "live role" | "column name";
}

/** A source in the form in which the config or a note declares it. */
export interface Described {
  relation: string;
  user: string;
  claims: { path: string[]; text: string }[];
  active: string | undefined;
}

/** The source that the config declares. A dot in a name separates keys. */
export const describedBy = ({ relation, user, claims, active }: NonNullable<Config["claimsSync"]>): Described => ({
  relation,
  user,
  claims: Object.entries(claims).map(([claim, text]) => ({ path: claim.split("."), text })),
  active,
});

/**
 * The declared source; `active` is null where nothing declares it. Throws ToolError (config) if it names an object that
 * does not exist.
 */
export function declaredSource(declared: Described, catalog: Catalog): SyncSource {
  const relation = namedBy(declared.relation, catalog.relations);
  if (!relation) throw invalid(`claimsSync.relation: there is no relation \`${declared.relation}\``);
  if (!hasColumn(relation, declared.user))
    throw invalid(`claimsSync.user: \`${declared.relation}\` has no column \`${declared.user}\``);
  const claims = declared.claims.map(({ path, text }): SyncedClaim => {
    const claim = path.join(".");
    if (path.length < 2 || (path[0] !== "app_metadata" && path[0] !== "user_metadata"))
      throw invalid(
        `claimsSync.claims: \`${claim}\` is not under app_metadata, where Supabase Auth copies claims from`,
      );
    return { path, ...overColumns(relation, text, `claimsSync.claims.${claim}`) };
  });
  if (claims.length === 0) throw invalid("claimsSync.claims: there is no claim");
  const { active } = declared;
  const settled = active === undefined ? null : overColumns(relation, active, "claimsSync.active");
  return {
    relation,
    user: declared.user,
    claims,
    active: settled === null ? null : { ...settled, from: "config" },
    unsure: null,
    from: "config",
  };
}

const invalid = (message: string): ToolError =>
  new ToolError("config", "INVALID_CONFIG", message, "name them as the database does, the relation with its schema");

const hasColumn = (relation: Relation, name: string): boolean => relation.columns.some((one) => one.name === name);

/** The name of a column, or an expression over columns, as SQL. */
function overColumns(relation: Relation, text: string, where: string): { sql: string; columns: string[] } {
  if (hasColumn(relation, text)) return { sql: quoteIdent(text), columns: [text] };
  let columns: string[];
  try {
    columns = columnsIn(text);
  } catch (error) {
    throw invalid(`${where}: \`${text}\` is neither a column nor an expression: ${messageOf(error)}`);
  }
  const missing = columns.filter((name) => !hasColumn(relation, name));
  if (missing.length > 0)
    throw invalid(
      `${where}: \`${nameKey(relation)}\` has no column ${missing.map((name) => `\`${name}\``).join(", ")}`,
    );
  // A comment would swallow the text after the expression.
  return { sql: /--|\/\*/.test(text) ? printExpr(parseExpr(text)) : text, columns };
}

/** The columns that an expression over one relation reads. Throws the grammar's error. */
export function columnsIn(text: string): string[] {
  const names = new Set<string>();
  walk(parseExpr(text), (node) => {
    const name = columnRef(node)?.at(-1);
    if (name !== undefined) names.add(name);
  });
  return [...names];
}

/** The value of a claim as a person writes it: a column without needless quotes. */
export const readable = ({ sql, columns: [column] }: Pick<SyncedClaim, "sql" | "columns">): string =>
  column !== undefined && sql === quoteIdent(column) ? column : sql;

const NOTE = "rlsmith claims: ";

/**
 * The comment on a function made by `--fix`, which records its source, so that a later run needs no declaration. Keys
 * are arrays, because a key may contain a dot.
 */
export function noteOf(source: SyncSource): string {
  const described: Described = {
    relation: nameKey(source.relation),
    user: source.user,
    claims: source.claims.map((claim) => ({ path: claim.path, text: readable(claim) })),
    active: source.active?.sql ?? "true",
  };
  return `${NOTE}${JSON.stringify(described)}`;
}

/** True if a function was made by `--fix`, according to its comment. */
export const isNoted = (comment: string | null): boolean => comment?.startsWith(NOTE) ?? false;

/** The source that such a comment records; null for any other comment, and where it no longer fits the relation. */
export function notedSource(comment: string | null, catalog: Catalog): SyncSource | null {
  if (comment === null || !isNoted(comment)) return null;
  try {
    const noted = JSON.parse(comment.slice(NOTE.length)) as Described | NonNullable<Config["claimsSync"]>;
    // Earlier versions wrote the claims in the form of the config.
    const described: Described = Array.isArray(noted.claims)
      ? (noted as Described)
      : describedBy(noted as NonNullable<Config["claimsSync"]>);
    const source = declaredSource(described, catalog);
    const active: Active | null = source.active === null ? null : { ...source.active, from: "function body" };
    return { ...source, active: described.active === "true" ? null : active, from: "trigger" };
  } catch {
    return null;
  }
}
