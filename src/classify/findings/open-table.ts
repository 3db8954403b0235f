import { isPlatformRelation } from "../../pg/platform-objects.ts";
import { finding, type Finding } from "../../finding.ts";
import type { Relation } from "../../pg/catalog.ts";
import { nameKey, relationKey, type NameKey } from "../../pg/name.ts";
import { type Evidence } from "./evidence.ts";
import { holders, isUsable } from "./requests.ts";
import { ownersIn, ownershipColumns, type OwnershipColumns } from "./tenant-columns.ts";
import { quoted } from "./words.ts";

const WRITES = ["INSERT", "UPDATE", "DELETE"] as const;

/**
 * Tables without row security and without policies that requests may read or write. A table that everybody may read and
 * nobody may write, and that has no column for an owner of its rows, is a look-up table.
 */
export function openTableFindings(evidence: Evidence): Finding[] {
  const { catalog } = evidence;
  const owners = ownershipColumns(evidence);
  const withPolicies = new Set(catalog.policies.map(relationKey));
  const found = new Map<NameKey, Finding>();
  for (const relation of catalog.relations) {
    if (!isOpen(evidence, relation) || withPolicies.has(nameKey(relation))) continue;
    const one = openTable(evidence, relation, owners);
    if (one) found.set(nameKey(relation), one);
  }
  // what is said of a partitioned table is true of its partitions
  const open = new Set(found.keys());
  for (const { schema, name, partitionOf } of catalog.relations)
    if (partitionOf && open.has(nameKey(partitionOf))) found.delete(nameKey({ schema, name }));
  return [...found.values()];
}

function openTable(evidence: Evidence, relation: Relation, owners: OwnershipColumns): Finding | null {
  const { catalog, requests } = evidence;
  const readers = holders(requests, relation, ["SELECT"]);
  const writers = holders(requests, relation, WRITES);
  const columns = ownersIn(relation, owners).map(({ name }) => name);
  const anyClient = writers.filter((name) => name === "public" || name === "anon" || name === "authenticated");
  const roles = columns.length > 0 ? [...readers, ...writers] : anyClient;
  const commands = [...(readers.length > 0 ? (["SELECT"] as const) : []), ...(writers.length > 0 ? WRITES : [])];
  if (roles.length === 0 || !isUsable(catalog, requests, relation.schema)) return null;
  if (evidence.isDeclared(nameKey(relation), "rls-off", commands)) return null;
  const doing = [readers.length > 0 ? "read" : "", writers.length > 0 ? "write" : ""].filter((word) => word !== "");
  return finding(
    "table-without-rls",
    "error",
    { kind: "relation", schema: relation.schema, relation: relation.name },
    `row security is off, and ${quoted(roles)} may ${doing.join(" and ")} every row${
      columns.length === 0 ? "" : `, whatever its ${quoted(columns)}`
    }`,
    "ALTER TABLE … ENABLE ROW LEVEL SECURITY and create policies, or revoke the grants",
  );
}

function isOpen({ relationOf, catalog }: Evidence, relation: Relation): boolean {
  const isTable = relation.kind === "table" || relation.kind === "partitioned table";
  // a partition of a protected table has a finding of its own
  const parent = relation.partitionOf === null ? undefined : relationOf(relation.partitionOf);
  return isTable && !relation.rowSecurity && !isPlatformRelation(catalog, relation) && parent?.rowSecurity !== true;
}
