import type { AccessMatrix, FunctionAccess } from "../../access/index.ts";
import type { Values } from "../../documents/index.ts";
import { groupBy } from "../../pg/group-by.ts";
import { nameKey, type FunctionKey } from "../../pg/name.ts";
import type { DocumentFacts } from "../../pipeline/document-facts.ts";
import { code, listed, rolesWords, shownIn } from "./text.ts";

/** The values of the template `functions`. */
export function functionValues({ matrix }: DocumentFacts): Values {
  const nameOf = functionNames(matrix);
  const shown = shownIn(matrix.relations);
  const definers = matrix.functions.filter(
    ({ securityDefiner, triggerOn }) => securityDefiner && triggerOn.length === 0,
  );
  return {
    functions: definers.map((fn) => ({
      function: nameOf(fn.key),
      callers: fn.grantees.length === 0 ? "—" : rolesWords(fn.grantees),
      owner: code(fn.owner),
      past: fn.past.length === 0 ? "—" : fn.past.map(shown).join(", "),
      writes:
        fn.writes.length === 0
          ? "—"
          : [...groupBy(fn.writes, ({ relation }) => nameKey(relation)).values()]
              .map(
                (all) =>
                  `${COMMANDS.filter((command) => all.some((one) => one.command === command)).join(", ")} ${all
                    .slice(0, 1)
                    .map((one) => shown(one.relation))
                    .join("")}`,
              )
              .join("; "),
      caller: callerWords(fn),
    })),
    triggers: matrix.functions
      .filter(({ triggerOn }) => triggerOn.length > 0)
      .map((fn) => ({
        function: nameOf(fn.key),
        on: fn.triggerOn.map(shown).join(", "),
        writes: [...new Set(fn.writes.map(({ relation }) => shown(relation)))].join(", "),
        runsAs: fn.securityDefiner ? code(fn.owner) : "the caller",
      })),
    unread: definers.filter(({ opaque }) => opaque !== null).map(({ key }) => ({ function: nameOf(key) })),
  };
}

const COMMANDS = ["INSERT", "UPDATE", "DELETE", "MERGE", "TRUNCATE"] as const;

/** From what a function learns who calls it. */
function callerWords({ claims, reads }: FunctionAccess): string {
  const named = claims.filter((path) => path.join() !== "sub");
  const found = [
    ...(named.length < claims.length ? ["the user's id"] : []),
    ...(named.length > 0 ? [`claims ${listed(named.map((path) => code(path.at(-1) ?? "")))}`] : []),
    ...(reads.length > 0 ? [`variables ${listed(reads.map(code))}`] : []),
  ];
  return found.length === 0 ? "its arguments alone" : found.join(", ");
}

/** Names without arguments, where no other function has them. */
export function functionNames({ functions }: AccessMatrix): (key: FunctionKey) => string {
  const overloads = groupBy(functions, nameKey);
  const shown = shownIn(functions);
  const byKey = new Map(functions.map((fn) => [fn.key, fn]));
  return (key) => {
    const fn = byKey.get(key);
    return fn && overloads.get(nameKey(fn))?.length === 1 ? shown(fn) : code(key);
  };
}
