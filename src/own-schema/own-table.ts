import { readFileSync } from "node:fs";
import { identForReading as shown, quoteLiteral } from "../pg/identifier.ts";

const CLOSE = readFileSync(new URL("./queries/close.sql", import.meta.url), "utf8");
const READ = readFileSync(new URL("./queries/own-table.sql", import.meta.url), "utf8");

/**
 * The query for a table of schema rlsmith, whose one row has one column `own`, an `OwnTableFound`; no row: there is no
 * such schema. Runs under an empty search_path.
 */
export const ownTableQuery = (name: string): string => READ.replaceAll("$1", () => quoteLiteral(name));

/**
 * The statements that make a table of schema rlsmith which nobody but its owner sees, for an empty search_path. `create`:
 * its CREATE TABLE.
 */
export const makeOwnTable = (name: string, create: string): string =>
  ["create schema if not exists rlsmith", create, CLOSE.replaceAll("$1", () => quoteLiteral(name))].join(";\n");

/** A table of schema rlsmith, as it is found on a target, and the schema, as own-table.sql describes them. */
export interface OwnTableFound {
  schemaOwner: string;
  /** true: the owner is the login or a superuser */
  schemaTrusted: boolean;
  /** roles that may create objects in the schema, and are neither its owner, nor the login, nor superusers */
  makers: string[];
  /** null: the schema has no relation of that name */
  table: TableFound | null;
}

interface TableFound {
  owner: string;
  trusted: boolean;
  /** pg_class.relkind */
  kind: string;
  /** pg_class.relpersistence */
  persistence: string;
  rowSecurity: boolean;
  forceRowSecurity: boolean;
  columns: { name: string; is: string }[];
  constraints: string[];
  indexes: string[];
  triggers: string[];
  rules: string[];
  policies: string[];
  parents: string[];
  children: string[];
  writers: string[];
}

/** What rlsmith makes, as PostgreSQL prints it under an empty search_path. */
export interface OwnTableShape {
  columns: Readonly<Record<string, string>>;
  constraints: readonly string[];
  indexes: readonly string[];
}

/** pg_class.relkind (PostgreSQL manual, 52.11) */
const KINDS: Readonly<Record<string, string>> = {
  r: "a table",
  p: "a partitioned table",
  v: "a view",
  m: "a materialized view",
  f: "a foreign table",
  S: "a sequence",
  i: "an index",
  I: "an index",
  c: "a composite type",
};

/**
 * The differences between what was found and a table that rlsmith has made for this login, a line each; none: it is
 * such a table. Reading it then runs no code of another role (a view, a policy), nor does writing to it (a trigger, a
 * rule, a default, a constraint, an expression of an index), and no other role can have written its entries: a rollback
 * executes those of the journal with the privileges of the login.
 */
export function ownTableDifferences(
  { schemaOwner, schemaTrusted, makers, table }: OwnTableFound,
  { columns, constraints, indexes }: OwnTableShape,
): string[] {
  const lines: string[] = [];
  const no = (differs: boolean, line: string): void => void (differs && lines.push(line));
  no(!schemaTrusted, `schema rlsmith belongs to ${shown(schemaOwner)}`);
  for (const role of makers) lines.push(`${shown(role)} may create objects in schema rlsmith`);
  if (table === null) return lines;
  no(!table.trusted, `it belongs to ${shown(table.owner)}`);
  if (table.kind !== "r") return [...lines, `it is ${KINDS[table.kind] ?? "no table"}, and no table`];
  for (const role of table.writers) lines.push(`${shown(role)} may write to it, and is not its owner`);
  for (const [name, is] of Object.entries(columns)) {
    const found = table.columns.find((column) => column.name === name);
    if (!found) lines.push(`column ${name} is missing`);
    else if (found.is !== is) lines.push(`column ${name} is ${found.is}, and rlsmith makes it ${is}`);
  }
  for (const { name, is } of table.columns)
    no(!Object.hasOwn(columns, name), `column ${shown(name)} (${is}) was added`);
  lines.push(...listDifferences("constraint", constraints, table.constraints));
  lines.push(...listDifferences("index", indexes, table.indexes));
  for (const name of table.triggers) lines.push(`trigger ${shown(name)} is on it`);
  for (const name of table.rules) lines.push(`rule ${shown(name)} is on it`);
  for (const name of table.policies) lines.push(`policy ${shown(name)} is on it`);
  for (const name of table.parents) lines.push(`it inherits from ${name}`);
  for (const name of table.children) lines.push(`${name} inherits from it`);
  no(table.persistence !== "p", "it is not permanent");
  no(!table.rowSecurity, "row security is off on it");
  no(table.forceRowSecurity, "row security is forced on it");
  return lines;
}

const listDifferences = (what: string, wanted: readonly string[], found: readonly string[]): string[] => [
  ...wanted.filter((one) => !found.includes(one)).map((one) => `${what} ${one} is missing`),
  ...found
    .filter((one, at) => !wanted.includes(one) || found.indexOf(one) !== at)
    .map((one) => `${what} ${one} was added`),
];
