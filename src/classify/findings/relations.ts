import { finding, type Finding } from "../../finding.ts";
import type { Relation } from "../../pg/catalog.ts";
import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { nameKey, relationKey, type NameKey } from "../../pg/name.ts";
import { usesIn } from "../expression/index.ts";
import { isBypassedBy, type Evidence } from "./evidence.ts";
import { holders, isUsable } from "./requests.ts";

const ANY_SOURCE = { kind: "function", schema: "auth", name: "jwt" } as const;

/** Relations whose row security is disabled, has no policies, or is bypassed. */
export function relationFindings(
  evidence: Evidence,
  relationOf: (name: { schema: string; name: string }) => Relation | undefined,
): Finding[] {
  const { catalog } = evidence;
  const policies = new Map<NameKey, number>();
  for (const policy of catalog.policies) {
    const key = relationKey(policy);
    policies.set(key, (policies.get(key) ?? 0) + 1);
  }
  return catalog.relations.flatMap((relation) => {
    const count = policies.get(nameKey(relation)) ?? 0;
    const platform = isPlatformRelation(catalog, relation);
    return [
      ...stateFindings(relation, count, platform),
      ...(platform
        ? []
        : [
            ...partitionFindings(relation, relationOf),
            ...viewFindings(evidence, relation),
            ...defaultFindings(relation),
          ]),
    ];
  });
}

function stateFindings(relation: Relation, policies: number, platform: boolean): Finding[] {
  const at = { kind: "relation", schema: relation.schema, relation: relation.name } as const;
  const isTable = relation.kind === "table" || relation.kind === "partitioned table";
  if (isTable && policies > 0 && !relation.rowSecurity)
    return [
      finding(
        "rls-off-with-policies",
        "error",
        at,
        `it has ${policies} ${policies === 1 ? "policy" : "policies"}, but row security is off: none of them applies`,
        "ALTER TABLE … ENABLE ROW LEVEL SECURITY",
      ),
    ];
  if (isTable && policies === 0 && relation.rowSecurity && !platform && relation.partitionOf === null)
    return [
      finding(
        "rls-without-policies",
        "info",
        at,
        "row security is enabled without a policy: only its owner and roles that bypass row security see rows",
        null,
      ),
    ];
  return [];
}

function partitionFindings(
  relation: Relation,
  relationOf: (name: { schema: string; name: string }) => Relation | undefined,
): Finding[] {
  const at = { kind: "relation", schema: relation.schema, relation: relation.name } as const;
  const parent = relation.partitionOf && relationOf(relation.partitionOf);
  if (parent?.rowSecurity && !relation.rowSecurity)
    return [
      finding(
        "partition-without-rls",
        "error",
        at,
        `\`${nameKey(parent)}\` has row security and this partition of it has none: a query of the partition itself sees every row`,
        "enable row security on the partition as well, or revoke its grants",
      ),
    ];
  return [];
}

/**
 * Views that run with the rights of their owner (Postgres manual, CREATE VIEW, security_invoker), if the owner bypasses
 * the row security of a table that the view reads. A catalog of an earlier version does not say what a view reads, and
 * any table of the owner counts.
 */
function viewFindings(evidence: Evidence, relation: Relation): Finding[] {
  const { catalog, requests } = evidence;
  if (relation.kind !== "materialized view" && (relation.kind !== "view" || relation.securityInvoker)) return [];
  const readers = holders(requests, relation, ["SELECT"]);
  const passesBy = tablesBehind(evidence, relation).some(
    (table) =>
      table.rowSecurity && !isPlatformRelation(catalog, table) && isBypassedBy(evidence, table, relation.owner),
  );
  if (evidence.isDeclared(nameKey(relation), "view", ["SELECT"])) return [];
  if (readers.length === 0 || !passesBy || !isUsable(catalog, requests, relation.schema)) return [];
  const who = readers.map((grantee) => `\`${grantee}\``).join(", ");
  return [
    finding(
      "view-without-security-invoker",
      "warning",
      { kind: "relation", schema: relation.schema, relation: relation.name },
      relation.kind === "view"
        ? `${who} can read it, and it reads its tables with the rights of \`${relation.owner}\`, past their row security`
        : `${who} can read it, and a materialized view has no row security: it holds what \`${relation.owner}\` saw`,
      relation.kind === "view"
        ? "ALTER VIEW … SET (security_invoker = true), from Postgres 15 on"
        : "revoke the grants, or let clients read it through a function that names the tenant",
    ),
  ];
}

/** The relations that a view reads, itself or through other views. */
function tablesBehind({ catalog, relationOf }: Evidence, view: Relation): readonly Relation[] {
  if (view.reads === undefined) return catalog.relations;
  const found = new Set([view]);
  for (const one of found)
    for (const name of one.reads ?? []) {
      const read = relationOf(name);
      if (read) found.add(read);
    }
  return [...found];
}

/** Defaults and generated columns that read a variable. */
function defaultFindings(relation: Relation): Finding[] {
  return relation.columns.flatMap((column) => {
    if (column.expression === null || !column.expression.includes("current_setting")) return [];
    const uses = usesIn(parseExpr(column.expression), ANY_SOURCE);
    const settings = [...new Set(uses.settings.map((use) => use.setting))];
    if (settings.length === 0) return [];
    const generated = column.generated !== "no";
    return [
      finding(
        "default-reads-variable",
        "warning",
        { kind: "column", schema: relation.schema, relation: relation.name, column: column.name },
        `its ${generated ? "generation expression" : "default"} reads ${settings.map((name) => `\`${name}\``).join(", ")}`,
        generated
          ? "a generated column cannot follow the request; fill it by a trigger or the application"
          : 'set `columnDefaults: "rewrite"` to let it read the claim, or give the value in the application',
      ),
    ];
  });
}
