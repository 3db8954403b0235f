import { finding, type Finding } from "../../finding.ts";
import type { Relation } from "../../pg/catalog.ts";
import { relationKey, nameKey } from "../../pg/name.ts";
import { isPlatform, type Evidence } from "./evidence.ts";
import { holders, isUsable } from "./requests.ts";
import { ownersIn, ownershipColumns } from "./tenant-columns.ts";
import { quoted } from "./words.ts";

const WRITES = ["INSERT", "UPDATE", "DELETE"] as const;

/**
 * Tables without row security and without policies that requests may read or write. A table that everybody may read and
 * nobody may write, and that has no column for an owner of its rows, is a look-up table.
 */
export function openTableFindings(evidence: Evidence): Finding[] {
  const { catalog, requests } = evidence;
  const owners = ownershipColumns(evidence);
  const withPolicies = new Set(catalog.policies.map(relationKey));
  return catalog.relations.flatMap((relation) => {
    if (!isOpen(evidence, relation) || withPolicies.has(nameKey(relation))) return [];
    const readers = holders(requests, relation, ["SELECT"]);
    const writers = holders(requests, relation, WRITES);
    const columns = ownersIn(relation, owners).map(({ name }) => name);
    const anyClient = writers.filter((name) => name === "public" || name === "anon" || name === "authenticated");
    const roles = columns.length > 0 ? [...readers, ...writers] : anyClient;
    const commands = [...(readers.length > 0 ? (["SELECT"] as const) : []), ...(writers.length > 0 ? WRITES : [])];
    if (evidence.isDeclared(nameKey(relation), "rls-off", commands)) return [];
    if (roles.length === 0 || !isUsable(catalog, requests, relation.schema)) return [];
    const doing = [readers.length > 0 ? "read" : "", writers.length > 0 ? "write" : ""].filter((word) => word !== "");
    return [
      finding(
        "table-without-rls",
        "error",
        { kind: "relation", schema: relation.schema, relation: relation.name },
        `row security is off, and ${quoted(roles)} may ${doing.join(" and ")} every row${
          columns.length === 0 ? "" : `, whatever its ${quoted(columns)}`
        }`,
        "ALTER TABLE … ENABLE ROW LEVEL SECURITY and create policies, or revoke the grants",
      ),
    ];
  });
}

function isOpen({ relationOf }: Evidence, relation: Relation): boolean {
  const isTable = relation.kind === "table" || relation.kind === "partitioned table";
  // a partition of a protected table has a finding of its own
  const parent = relation.partitionOf === null ? undefined : relationOf(relation.partitionOf);
  return isTable && !relation.rowSecurity && !isPlatform(relation.schema) && parent?.rowSecurity !== true;
}
