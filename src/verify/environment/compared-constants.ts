import type { Catalog } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";

const COMPARED =
  /\bcurrent_setting\(\s*'((?:[^']|'')+)'[^()]*\)(?:::\w+|\))*\s*(?:=|<>|~~\*?|in|like)\s*(?:any\s*)?\(*(?:array\[)?((?:\(*'(?:[^']|'')*'(?:::[\w ]+)?\)*\s*,?\s*)+)/gi;
const LITERAL = /'((?:[^']|'')*)'/g;

const unquoted = (text: string): string => text.replaceAll("''", "'");

/**
 * The constants that policies and functions compare a variable itself with: beside the tenant that it holds, `*` or
 * `all` may open every row. The texts are only searched: a comparison behind a helper is not found, and a value that is
 * tried in vain decides nothing.
 */
export function comparedConstants(catalog: Catalog): Map<string, string[]> {
  const { policies, functions } = catalog;
  const found = new Map<string, string[]>();
  const texts = [
    ...policies.flatMap(({ using, check }) => [using ?? "", check ?? ""]),
    ...functions.filter((fn) => !isPlatformFunction(catalog, fn)).map(({ body }) => body),
  ];
  for (const text of texts)
    for (const [, name = "", constants = ""] of text.matchAll(COMPARED)) {
      const setting = unquoted(name).toLowerCase();
      const values = [...constants.matchAll(LITERAL)].map(([, value = ""]) => unquoted(value));
      found.set(setting, [...new Set([...(found.get(setting) ?? []), ...values.filter((value) => value !== "")])]);
    }
  return found;
}
