import type { Catalog } from "../../pg/catalog.ts";
import { isSettableName } from "../../pg/context.ts";
import { isPlatformFunction, isPlatformRelation } from "../../pg/platform-objects.ts";

/** The largest number of constants that are tried for one variable. */
const MOST = 5;

const READ = /\bcurrent_setting\(\s*'((?:[^']|'')+)'/gi;
const LITERAL = /'((?:[^']|'')*)'/g;

/**
 * The session variables that policies, functions, triggers, column defaults and generation expressions read, and for
 * each the constants that stand in the same statement: one of them may be the word that it is compared with. The texts
 * are only searched, since a value that is tried in vain costs a statement and decides nothing. `more`: texts that are not in the catalog.
 */
export function settingsRead(catalog: Catalog, more: readonly string[] = []): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const text of [...textsOf(catalog), ...more])
    for (const statement of text.split(";")) {
      const settings = new Set(
        [...statement.matchAll(READ)].map(([, name = ""]) => name.replaceAll("''", "'").toLowerCase()),
      );
      if (settings.size === 0) continue;
      const literals = [...statement.matchAll(LITERAL)]
        .map(([, literal = ""]) => literal.replaceAll("''", "'"))
        .filter((literal) => literal !== "" && literal.length <= 60 && !settings.has(literal));
      for (const setting of settings)
        if (isClients(setting)) {
          const known = found.get(setting) ?? new Set();
          found.set(setting, known);
          for (const literal of literals) if (known.size < MOST) known.add(literal);
        }
    }
  return new Map([...found].map(([setting, constants]) => [setting, [...constants]]));
}

function* textsOf(catalog: Catalog): Generator<string> {
  const { policies, functions, relations, triggers } = catalog;
  for (const { using, check } of policies) yield* [using ?? "", check ?? ""];
  for (const fn of functions) if (!isPlatformFunction(catalog, fn)) yield fn.body;
  for (const relation of relations)
    if (!isPlatformRelation(catalog, relation)) for (const { expression } of relation.columns) yield expression ?? "";
  for (const trigger of triggers) if (!isPlatformRelation(catalog, trigger)) yield trigger.definition;
}

/**
 * A name with a dot is no setting of PostgreSQL itself. PostgREST sets `request.jwt.claims`, and up to version 8 a
 * `request.jwt.claim.<name>` for each claim, from a token that it has checked; other `request.…` settings hold what the
 * client has sent. A name that no statement can set is nobody's.
 */
const isClients = (setting: string): boolean =>
  setting.includes(".") && isSettableName(setting) && !/^request\.jwt\.claims?(\.|$)/.test(setting);
