import type { Config } from "../config.ts";
import { messageOf, ToolError } from "../errors.ts";
import type { Catalog, Relation } from "../pg/catalog.ts";
import { columnRef } from "../pg/expr/reads.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { printExpr } from "../pg/expr/print.ts";
import { walk } from "../pg/expr/walk.ts";
import { identForReading, quoteIdent } from "../pg/identifier.ts";

/** Which relation feeds which claims of whom. */
export interface SyncSource {
  relation: Relation;
  /** the column that holds the user's id */
  user: string;
  claims: SyncedClaim[];
  /** which rows count; null: every row does */
  active: Active | null;
  from: "config" | "trigger";
}

/** One claim and the value that the row gives it. */
export interface SyncedClaim {
  /** keys from the root of the token: `["app_metadata", "casino_id"]` */
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

/** The source that the config declares. Throws ToolError (config) where it names what is not there. */
export function declaredSource(declared: NonNullable<Config["claimsSync"]>, catalog: Catalog): SyncSource {
  const relation = catalog.relations.find((one) => `${one.schema}.${one.name}` === declared.relation);
  if (!relation) throw invalid(`claimsSync.relation: there is no relation \`${declared.relation}\``);
  if (!hasColumn(relation, declared.user))
    throw invalid(`claimsSync.user: \`${declared.relation}\` has no column \`${declared.user}\``);
  const claims = Object.entries(declared.claims).map(([claim, text]): SyncedClaim => {
    const path = claim.split(".");
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
    active: settled === null ? guessActive(relation, catalog) : { ...settled, from: "config" },
    from: "config",
  };
}

const invalid = (message: string): ToolError =>
  new ToolError("config", "INVALID_CONFIG", message, "name them as the database does, the relation with its schema");

const hasColumn = (relation: Relation, name: string): boolean => relation.columns.some((one) => one.name === name);

/** A column's name, or an expression over columns, as SQL. */
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
      `${where}: \`${relation.schema}.${relation.name}\` has no column ${missing.map((name) => `\`${name}\``).join(", ")}`,
    );
  // a comment would swallow what stands behind the expression
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

/** What a column's name and type say of who is active, where nothing else says it. */
export function guessActive(relation: Relation, catalog: Catalog): Active | null {
  for (const { name, type } of relation.columns) {
    const made = (sql: string): Active => ({ sql, columns: [name], from: "column name" });
    const column = identForReading(name);
    if (type === "boolean" && /^(is_)?(active|enabled)$/.test(name)) return made(column);
    if (type === "boolean" && /^(is_)?(disabled|deactivated|suspended|deleted|archived)$/.test(name))
      return made(`not ${column}`);
    if (type.startsWith("timestamp") && /^(deleted|deactivated|disabled|suspended|archived|removed)_at$/.test(name))
      return made(`${column} is null`);
    if (!/^(status|state)$/.test(name)) continue;
    const labels = catalog.types.find((one) => [`${one.schema}.${one.name}`, one.name].includes(type));
    if (labels?.kind === "enum" && labels.labels.includes("active")) return made(`${column} = 'active'`);
  }
  return null;
}

/** A claim's value as a person writes it: a column without needless quotes. */
export const readable = ({ sql, columns: [column] }: Pick<SyncedClaim, "sql" | "columns">): string =>
  column !== undefined && sql === quoteIdent(column) ? column : sql;

type Declared = NonNullable<Config["claimsSync"]>;

const NOTE = "rlsmith claims: ";

/** What the comment of a function made by `--fix` says of its source, so that the next look need not be told. */
export function noteOf(source: SyncSource): string {
  const declared: Declared = {
    relation: `${source.relation.schema}.${source.relation.name}`,
    user: source.user,
    claims: Object.fromEntries(source.claims.map((claim) => [claim.path.join("."), readable(claim)])),
    active: source.active?.sql ?? "true",
  };
  return `${NOTE}${JSON.stringify(declared)}`;
}

/** The source that such a comment tells; null for any other comment, and where it no longer fits the relation. */
export function notedSource(comment: string | null, catalog: Catalog): SyncSource | null {
  if (!comment?.startsWith(NOTE)) return null;
  try {
    const declared = JSON.parse(comment.slice(NOTE.length)) as Declared;
    const source = declaredSource(declared, catalog);
    const active: Active | null = source.active === null ? null : { ...source.active, from: "function body" };
    return { ...source, active: declared.active === "true" ? null : active, from: "trigger" };
  } catch {
    return null;
  }
}
