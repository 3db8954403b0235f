import { readFileSync } from "node:fs";
import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { quoteName } from "../../pg/name.ts";
import type { SyncSource, SyncedClaim } from "./source.ts";

/** The text of `queries/<name>.sql` with its `{{…}}` filled in. */
export function query(name: string, parts: Readonly<Record<string, string>> = {}): string {
  const text = readFileSync(new URL(`../queries/${name}.sql`, import.meta.url), "utf8");
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, part: string) => parts[part] ?? "");
}

/** The pieces of SQL that a source stands for. Expressions are over its columns, the relation under its own name; auth.users is `u`. */
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

// as Postgres reads a uuid; a cast of anything else would raise, with the value in its message
const UUID_PARTS = "([0-9a-f]{4}-?){7}[0-9a-f]{4}";
const UUID_SHAPE = quoteLiteral(`^(${UUID_PARTS}|\\{${UUID_PARTS}\\})$`);

const isUuid = (source: SyncSource): boolean =>
  source.relation.columns.some(({ name, type }) => name === source.user && type === "uuid");

/** The user of a row as uuid, the column itself where it is one, so that its index serves. Null where a text is no id. */
export function idOf(source: SyncSource, record = ""): string {
  const user = `${record}${quoteIdent(source.user)}`;
  return isUuid(source) ? user : `case when ${user}::text ~* ${UUID_SHAPE} then ${user}::text::uuid end`;
}

/** The same as text, as auth.users has it: a text that is no id stays what it is. */
const idTextOf = (source: SyncSource): string => {
  const user = quoteIdent(source.user);
  return isUuid(source) ? `${user}::text` : `coalesce((${idOf(source)})::text, ${user}::text)`;
};

// what jsonb makes of a timestamptz, and PostgREST and JavaScript too
const INSTANT = quoteLiteral(
  "^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])[T ]([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d(\\.\\d+)?)?(Z|[+-](0\\d|1[0-4])(:?[0-5]\\d)?)$",
);

/** A claim's text for comparison: one made of a timestamptz is written in the zone of whoever wrote it, so it is taken as an instant. */
export function comparable(source: SyncSource, claim: SyncedClaim, text: string): string {
  const zoned = source.relation.columns.some(
    ({ name, type }) => claim.columns.includes(name) && /^timestamp(\(\d\))? with time zone$/.test(type),
  );
  return zoned
    ? `case when ${text} ~ ${INSTANT} then to_jsonb((${text})::timestamptz at time zone 'UTC') #>> '{}' else ${text} end`
    : text;
}

/** A claim's value as jsonb. A string alone has no type that to_jsonb could go by. */
export const jsonbOf = ({ sql }: SyncedClaim): string =>
  `to_jsonb(${/^'(?:[^']|'')*'$/.test(sql) ? `${sql}::text` : sql})`;

/** Whether a row counts: always true or false. */
export const activeSql = (source: SyncSource): string =>
  source.active === null ? "true" : `(${source.active.sql}) is true`;

const heldText = (claim: SyncedClaim): string => `u.${columnOf(claim)} #>> ${pathArray(claim.path.slice(1))}`;

/** The column of auth.users that a claim is copied from. */
export const columnOf = (claim: SyncedClaim): string =>
  claim.path[0] === "user_metadata" ? "raw_user_meta_data" : "raw_app_meta_data";

/** Keys as an array of texts. */
export const pathArray = (path: readonly string[]): string => `array[${path.map(quoteLiteral).join(", ")}]::text[]`;

type Tree = Map<string, Tree | string>;

/** `base` with the claims of app_metadata laid over it; what else it holds stays. `value` gives the SQL of a claim's value. */
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
