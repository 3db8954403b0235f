import { readFileSync } from "node:fs";
import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { quoteName } from "../../pg/name.ts";
import type { SyncSource, SyncedClaim } from "./source.ts";

/**
 * The text of `queries/<name>.sql` with its `{{…}}` filled in; `indent` comes before its lines, and not into a part that
 * has several.
 */
export function query(name: string, parts: Readonly<Record<string, string>> = {}, indent = ""): string {
  const text = readFileSync(new URL(`../queries/${name}.sql`, import.meta.url), "utf8");
  return text.replaceAll("\n", `\n${indent}`).replaceAll(/\{\{(\w+)\}\}/g, (_, part: string) => parts[part] ?? "");
}

/**
 * The fragments of SQL for a source. Expressions are over its columns, with the relation under its own name; auth.users
 * is `u`.
 */
export function partsOf(source: SyncSource): Record<string, string> {
  return {
    relation: quoteName(source.relation),
    alias: quoteIdent(source.relation.name),
    user: quoteIdent(source.user),
    userId: idTextOf(source),
    active: activeSql(source),
    expected: `array[${source.claims.map((claim) => comparable(source, claim, `${jsonbOf(claim)} #>> '{}'`)).join(", ")}]::text[]`,
    held: `array[${source.claims.map((claim) => comparable(source, claim, heldText(claim))).join(", ")}]::text[]`,
    something: `coalesce(${source.claims.map(heldText).join(", ")}) is not null`,
    nothing: `array[${source.claims.map(() => "null").join(", ")}]::text[]`,
  };
}

// The form of a uuid that Postgres accepts: a cast of any other text would raise an error with the value in its
// message.
const UUID_PARTS = "([0-9a-f]{4}-?){7}[0-9a-f]{4}";
const UUID_SHAPE = quoteLiteral(`^(${UUID_PARTS}|\\{${UUID_PARTS}\\})$`);

const isUuid = (source: SyncSource): boolean =>
  source.relation.columns.some(({ name, type }) => name === source.user && type === "uuid");

/**
 * The user of a row as uuid: the column itself if it has that type, so that its index is used. Null if a text is not a
 * uuid.
 */
export function idOf(source: SyncSource, record = ""): string {
  const user = `${record}${quoteIdent(source.user)}`;
  return isUuid(source) ? user : `case when ${user}::text ~* ${UUID_SHAPE} then ${user}::text::uuid end`;
}

/** The same as text, as in auth.users. A text that is not a uuid is returned unchanged. */
const idTextOf = (source: SyncSource): string => {
  const user = quoteIdent(source.user);
  return isUuid(source) ? `${user}::text` : `coalesce((${idOf(source)})::text, ${user}::text)`;
};

// the text form of a timestamptz in jsonb, and in PostgREST and JavaScript, too
const INSTANT = quoteLiteral(
  "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)$",
);

/**
 * The text of a claim for comparison. A claim computed from a timestamptz is written in the time zone of its writer, so
 * it is compared as an instant.
 */
export function comparable(source: SyncSource, claim: SyncedClaim, text: string): string {
  const zoned = source.relation.columns.some(
    ({ name, type }) => claim.columns.includes(name) && /^timestamp(\(\d\))? with time zone$/.test(type),
  );
  return zoned
    ? `case when ${text} ~ ${INSTANT} then to_jsonb((${text})::timestamptz at time zone 'UTC') #>> '{}' else ${text} end`
    : text;
}

/** The value of a claim as jsonb. A string literal alone has no type that to_jsonb could use. */
export const jsonbOf = ({ sql }: SyncedClaim): string =>
  `to_jsonb(${/^'(?:[^']|'')*'$/.test(sql) ? `${sql}::text` : sql})`;

/** The condition that a row counts: always true or false, never null. */
export const activeSql = (source: SyncSource): string =>
  source.active === null ? "true" : `(${source.active.sql}) is true`;

const heldText = (claim: SyncedClaim): string => `u.${columnOf(claim)} #>> ${pathArray(claim.path.slice(1))}`;

/** The column of auth.users that a claim is copied from. */
export const columnOf = (claim: SyncedClaim): string =>
  claim.path[0] === "user_metadata" ? "raw_user_meta_data" : "raw_app_meta_data";

/** Keys as an array of texts. */
export const pathArray = (path: readonly string[]): string => `array[${path.map(quoteLiteral).join(", ")}]::text[]`;

type Tree = Map<string, Tree | string>;

/** `base` with the claims of app_metadata added; its other keys stay. `value` returns the SQL of a claim's value. */
export function withClaims(
  base: string,
  claims: readonly SyncedClaim[],
  value: (claim: SyncedClaim) => string,
): string {
  const tree: Tree = new Map();
  for (const claim of claims.filter((one) => one.path[0] === "app_metadata")) {
    let at = tree;
    for (const key of claim.path.slice(1, -1)) {
      const there = at.get(key);
      const next: Tree = there instanceof Map ? there : new Map();
      at.set(key, next);
      at = next;
    }
    at.set(claim.path.at(-1) ?? "", value(claim));
  }
  return merged(base, tree);
}

function merged(base: string, tree: Tree): string {
  const pairs = [...tree].map(
    ([key, value]) =>
      `${quoteLiteral(key)}, ${typeof value === "string" ? value : merged(`${base} -> ${quoteLiteral(key)}`, value)}`,
  );
  return `case when jsonb_typeof(${base}) = 'object' then ${base} else '{}' end || jsonb_build_object(${pairs.join(", ")})`;
}

/** `base` without the claims of app_metadata. */
export const withoutClaims = (base: string, claims: readonly SyncedClaim[]): string =>
  claims
    .filter((one) => one.path[0] === "app_metadata")
    .reduce((sql, claim) => `${sql} #- ${pathArray(claim.path.slice(1))}`, base);
