import type { Catalog } from "../../pg/catalog.ts";
import { quoteIdent, quoteLiteral } from "../../pg/identifier.ts";
import { columnKey, relationOf } from "../../pg/name.ts";
import { isOnPlatform } from "../../pg/platform-schemas.ts";
import type { Attempt } from "../matrix/index.ts";
import { rowCondition, type Target, type Targets } from "../environment/index.ts";
import { on } from "./rows.ts";

/**
 * One stored value made malformed, as the login: an attacker may do that to the own row, and an accident to any row.
 */
export interface BadValue {
  /** `auth.users.raw_app_meta_data ->> 'org_id'`, `public.member.org` */
  what: string;
  sql: string;
}

const BAD = "no-such-value";

/**
 * Stored values that policies and the functions that they call parse: keys of the metadata in auth.users, and text
 * columns under a cast. Found by text search: a value that is missed is not tried, and one too many does no harm.
 */
export function badValues(catalog: Catalog, targets: Targets, attackers: readonly string[]): BadValue[] {
  const texts = [
    ...catalog.policies.flatMap(({ using, check }) => [using ?? "", check ?? ""]),
    ...catalog.functions.filter(({ result }) => result !== "trigger").map(({ body }) => body),
  ];
  const found = new Map<string, BadValue>();
  const users = attackers.map(quoteLiteral).join(", ");
  for (const text of texts) {
    for (const [, column = "", key = ""] of text.matchAll(/(raw_(?:user|app)_meta_data)\)?\s*->>?\s*'(\w+)'/g)) {
      const what = `auth.users.${column} ->> '${key}'`;
      const value = quoteLiteral(JSON.stringify({ [key]: BAD }));
      if (users !== "" && isOnPlatform(catalog))
        found.set(what, {
          what,
          sql: `update auth.users set ${quoteIdent(column)} = coalesce(${quoteIdent(column)}, '{}') || ${value}::jsonb where id in (${users})`,
        });
    }
    for (const [, name = ""] of text.matchAll(
      /(\w+)"?\s*\)?\s*::\s*(?:uuid|int|integer|bigint|smallint|numeric|boolean|jsonb?|date|timestamp\w*)\b/g,
    ))
      for (const target of targets.values()) {
        const column = target.columns.find((one) => one.name === name && /^(text|character varying)/.test(one.type));
        const row = target.ownRows[0];
        if (!column || !row) continue;
        const what = columnKey(relationOf(target), name);
        found.set(what, {
          what,
          sql: `update ${target.sql} t set ${quoteIdent(name)} = ${quoteLiteral(BAD)} where ${rowCondition(target, row)}`,
        });
      }
  }
  return [...found.values()];
}

/** A victim reads, with one row of another member malformed. */
export function storedClaimAttempt(target: Target, bad: BadValue, sql: string): Attempt {
  return on(target, {
    command: "SELECT",
    attack: `read while another member's ${bad.what} is malformed`,
    sql,
    answer: "keys",
    probe: null,
    setup: [bad.sql],
    judge: {
      kind: "raises",
      door: "stored-claim",
      object: { kind: "table", name: target.name },
      message: `one malformed \`${bad.what}\` makes \`${target.name}\` raise for everyone`,
    },
  });
}
