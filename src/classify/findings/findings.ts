import type { Config } from "../../config.ts";
import { finding, type Finding } from "../../finding.ts";
import type { Catalog, Relation } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { nameKey } from "../../pg/name.ts";
import type { Policy, PolicyId } from "../../pg/policy.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import { evidenceFindings } from "./by-evidence.ts";
import { evidenceOf, type Logins } from "./evidence.ts";
import { conditionFindings } from "./conditions.ts";
import { functionFindings } from "./functions.ts";
import { atPolicy, quoted } from "./place.ts";
import type { FunctionFacts } from "../functions/index.ts";
import { functionIndex, reach } from "../functions/index.ts";
import { readCatalog, type ReadPolicy, type Reading } from "./reading.ts";
import { relationFindings } from "./relations.ts";
import { switchesOf } from "./switch.ts";

/** The facts about a catalog that a person should know before any change, by relation, policy and function. Pure. */
export function catalogFindings(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
  verify?: Config["verify"],
  logins: Logins = { connected: null, unmade: [] },
): Finding[] {
  const relations = new Map(catalog.relations.map((one) => [nameKey(one), one]));
  const reading = readCatalog(catalog, facts);
  const readOf = new Map(reading.policies.map((one) => [one.policy, one]));
  const relationOf = (name: { schema: string; name: string }): Relation | undefined => relations.get(nameKey(name));
  const evidence = evidenceOf(catalog, classified, facts, verify, logins);
  return [
    ...relationFindings(evidence, relationOf),
    ...classified.flatMap((one) => policyFindings(catalog, one, readOf.get(one.policy), reading, relationOf)),
    ...opaqueFindings(catalog, classified, facts),
    ...functionFindings(catalog, classified, facts),
    ...conditionFindings(reading),
    ...evidenceFindings(evidence),
  ];
}

function policyFindings(
  catalog: Catalog,
  classified: ClassifiedPolicy,
  read: ReadPolicy | undefined,
  reading: Reading,
  relationOf: (name: { schema: string; name: string }) => Relation | undefined,
): Finding[] {
  const { policy, idioms } = classified;
  const at = atPolicy(policy);
  const found: Finding[] = [];
  if (idioms.includes("fails-open"))
    found.push(
      finding(
        "fails-open",
        "error",
        at,
        `its condition is true for every row when ${quoted(classified.reads.map((read) => read.setting)) || "the context"} is unset or empty`,
        "let a missing value deny: compare with NULLIF(current_setting(…, true), '') and nothing else",
      ),
    );
  if (idioms.includes("constant-false") && policy.permissive)
    found.push(
      finding(
        "permissive-always-false",
        "warning",
        at,
        "it is permissive and always false: permissive policies are ORed, so it denies nothing that another one allows",
        "make it RESTRICTIVE if it is meant to deny, or drop it",
      ),
    );
  // A condition that holds without the variable is reported as that.
  const switches =
    read && !idioms.includes("fails-open")
      ? switchesOf(reading, read).filter((one) => !classified.flags.includes(one))
      : [];
  if (classified.flags.length > 0 || switches.length > 0)
    found.push(
      finding(
        "bypass-flag",
        "error",
        at,
        classified.flags.length > 0
          ? `${quoted([...classified.flags, ...switches])} switches it off, and any client that runs SQL can set it`
          : `a branch of it looks at no column: the value of ${quoted(switches)} alone opens every row, and any client that runs SQL can set it`,
        "ask for a database role instead, or remove the flag",
      ),
    );
  const userWritten = classified.claims.filter((path) => path[0] === "user_metadata");
  if (userWritten.length > 0)
    found.push(
      finding(
        "user-metadata-decides-access",
        "error",
        at,
        `it reads ${quoted(userWritten.map((path) => path.join(".")))}, which every user can write`,
        "keep values that decide access in app_metadata, which only the server writes",
      ),
    );
  found.push(...roleFindings(catalog, policy));
  if (idioms.includes("tenancy-from-other-relation")) {
    const open = classified.relations.filter((name) => relationOf(name)?.rowSecurity === false);
    if (open.length > 0)
      found.push(
        finding(
          "tenancy-from-unprotected-relation",
          "error",
          at,
          `it leaves tenancy to ${quoted(open.map(nameKey))}, where row security is off`,
          "enable row security there, or name the tenant in this policy",
        ),
      );
  }
  return found;
}

function roleFindings(catalog: Catalog, policy: Policy): Finding[] {
  const at = atPolicy(policy);
  const byName = new Map(catalog.roles.map((role) => [role.name, role]));
  // The catalog leaves out the predefined roles of pg_roles; a role that was dropped is printed as its number.
  const gone = policy.roles.filter((role) => role !== "public" && !role.startsWith("pg_") && !byName.has(role));
  if (gone.length > 0)
    return [
      finding(
        "policy-for-missing-role",
        "warning",
        at,
        `it is for ${quoted(gone)}, which does not exist`,
        "name roles that exist",
      ),
    ];
  const above = policy.roles.filter((role) => byName.get(role)?.superuser || byName.get(role)?.bypassRls);
  return above.length === policy.roles.length && above.length > 0
    ? [
        finding(
          "policy-for-bypassing-role",
          "info",
          at,
          `it is for ${quoted(above)}, and row security does not apply to that role`,
          "drop it: it changes nothing",
        ),
      ]
    : [];
}

/** Functions that policies call and whose bodies cannot be read. */
function opaqueFindings(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
): Finding[] {
  const index = functionIndex(facts);
  const callers = new Map<FunctionFacts, Set<PolicyId>>();
  for (const policy of classified)
    for (const called of policy.functions)
      for (const start of index.resolve(called, []))
        for (const reached of reach(index, start))
          if (reached.facts.opaque !== null && !isPlatformFunction(catalog, reached.facts))
            callers.set(reached.facts, (callers.get(reached.facts) ?? new Set()).add(policy.id));
  return [...callers].map(([fact, policies]) =>
    finding(
      "opaque-function",
      "warning",
      { kind: "function", schema: fact.schema, name: fact.name, identityArguments: fact.identityArguments },
      `${policies.size} ${policies.size === 1 ? "policy calls" : "policies call"} \`${nameKey(fact)}\`, which cannot be read: ${fact.opaque}`,
      "read it, and find out whether it reads a session variable",
    ),
  );
}
