import { groupBy } from "../../pg/group-by.ts";
import type { IsolationCheck, TestPersona } from "./isolation-tests.ts";

/** Of each persona, the text that identifies it in statements, by the name of its claim: `{staff_id}`. */
export type OwnWords = ReadonlyMap<string, Readonly<Record<string, string>>>;

const IDENTITY = /^(#\d{4}[.]\d{4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * The claims by which the personas differ: a statement that holds such a value is written once for all of them. A persona
 * without the claim has the value of the first that has it.
 */
export function ownWordsOf(personas: readonly TestPersona[], statements: readonly string[]): OwnWords {
  const found = personas.map(({ claims }) => new Map(identities(jsonOf(claims), [])));
  const paths = [...new Set(found.flatMap((one) => [...one.keys()]))];
  const words = paths.flatMap((path) => {
    const values = found.flatMap((one) => one.get(path) ?? []);
    const name = path.split(".").at(-1) ?? path;
    const isWord = new Set(values).size > 1 && paths.filter((one) => one.endsWith(`.${name}`)).length === 1;
    const isFree = /^\w+$/.test(name) && !statements.some((sql) => sql.includes(`{${name}}`));
    return isWord && isFree ? [{ path, name, usual: values[0] ?? "" }] : [];
  });
  return new Map(
    personas.map(({ name }, n) => [
      name,
      Object.fromEntries(words.map((word) => [word.name, found[n]?.get(word.path) ?? word.usual])),
    ]),
  );
}

/** null: they are no JSON, or there are none. */
function jsonOf(claims: string | null): unknown {
  try {
    return claims === null ? null : (JSON.parse(claims) as unknown);
  } catch {
    return null;
  }
}

function identities(value: unknown, path: readonly string[]): [string, string][] {
  if (typeof value === "string") return IDENTITY.test(value) ? [[`.${path.join(".")}`, value]] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => identities(inner, [...path, name]));
}

/** The statement with the persona's own values by their names. */
function withWords(sql: string, own: Readonly<Record<string, string>>): string {
  let text = sql;
  for (const [name, value] of Object.entries(own)) text = text.replaceAll(`'${value}'`, `'{${name}}'`);
  return text;
}

/** The checks, with own values by their names where that makes one statement of several. */
export function withOwnWords(checks: readonly IsolationCheck[], words: OwnWords): IsolationCheck[] {
  const attacks = groupBy(checks, ({ relation, attack, setup, before, answer }) =>
    JSON.stringify([relation, attack, setup, before, answer]),
  );
  const changed = new Map<IsolationCheck, IsolationCheck>();
  for (const some of attacks.values()) {
    const named = some.map((check) => ({ ...check, sql: withWords(check.sql, words.get(check.persona) ?? {}) }));
    if (new Set(named.map(({ sql }) => sql)).size < new Set(some.map(({ sql }) => sql)).size)
      for (const [n, check] of some.entries()) changed.set(check, named[n] ?? check);
  }
  return checks.map((check) => changed.get(check) ?? check);
}
