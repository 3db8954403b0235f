import { byFunction } from "../../pg/by-function.ts";
import { finding, type Finding } from "../../finding.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { nameKey } from "../../pg/name.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import { callableBy, contextFunctions } from "../functions/index.ts";
import type { FunctionFacts } from "../functions/index.ts";

const code = (names: Iterable<string>): string => [...new Set(names)].map((name) => `\`${name}\``).join(", ");

/**
 * Functions with which a caller can choose the context, and functions that handle it carelessly. `facts` are in the
 * order of the catalog.
 */
export function functionFindings(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
): Finding[] {
  const read = new Set(classified.flatMap((policy) => policy.reads.map(({ setting }) => setting)));
  const found: Finding[] = [];
  for (const context of contextFunctions(facts, catalog.functions)) {
    const { facts: fact, by } = context;
    if (isPlatformFunction(catalog, fact)) continue;
    const roles = callableBy(catalog, fact);
    const chosen = context.fromArguments.filter(({ setting }) => read.has(setting));
    if (chosen.length > 0 && roles.length > 0)
      found.push(
        finding(
          "caller-chooses-context",
          "warning",
          placeOf(fact),
          `${code(roles)} may call \`${nameKey(fact)}\`, which sets ${chosen
            .map(({ setting, argument }) => `\`${setting}\` from \`${argument}\``)
            .join(
              ", ",
            )}${by === null ? "" : ` through \`${by}\``}: its caller chooses the tenant that the policies see`,
          "revoke the grant, or look the value up from the caller's id instead of taking it as an argument",
        ),
      );
    if (fact.sets.some(({ setting }) => setting === null))
      found.push(
        finding(
          "setting-name-made-at-run-time",
          "warning",
          placeOf(fact),
          `\`${nameKey(fact)}\` sets a variable whose name it computes at run time`,
          "find out which variables it can set",
        ),
      );
  }
  const functionOf = byFunction(catalog.functions);
  for (const fact of facts) {
    const fn = functionOf(fact);
    if (fn && !isPlatformFunction(catalog, fact)) found.push(...definerFindings(fn, fact));
  }
  return found;
}

function definerFindings(fn: PgFunction, fact: FunctionFacts): Finding[] {
  const touches = [...fact.reads, ...fact.sets].flatMap(({ setting }) => (setting === null ? [] : [setting]));
  if (!fn.securityDefiner || fact.searchPath !== null || touches.length === 0) return [];
  return [
    finding(
      "definer-without-search-path",
      "warning",
      placeOf(fact),
      `\`${nameKey(fact)}\` is SECURITY DEFINER, uses ${code(touches)}, and runs with the caller's search_path`,
      "ALTER FUNCTION … SET search_path = ''",
    ),
  ];
}

export const placeOf = (fact: FunctionFacts): Finding["at"] => ({
  kind: "function",
  schema: fact.schema,
  name: fact.name,
  identityArguments: fact.identityArguments,
});
