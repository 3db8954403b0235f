import { identForReading as shown } from "../../pg/identifier.ts";

/** The object named `rlsmith.history` on a target, and its schema, as journal-trust.sql describes them. */
export interface JournalFound {
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

/** The columns that journal.sql makes, as PostgreSQL prints them under an empty search_path. */
const COLUMNS: Readonly<Record<string, string>> = {
  id: "bigint not null generated always as identity",
  at: "timestamp with time zone not null default clock_timestamp()",
  run: "uuid not null",
  kind: "text not null",
  outcome: "text not null",
  target: "text not null",
  plan_hash: "text",
  group_name: "text not null",
  undoes: "bigint",
  database_user: "text not null default SESSION_USER",
  person: "text",
  rlsmith: "text not null",
  before: "json",
  after: "json",
  detail: "jsonb not null default '{}'::jsonb",
  hash: "text not null",
};

const CONSTRAINTS = [
  "CHECK ((kind = ANY (ARRAY['apply'::text, 'adopt'::text, 'rollback'::text])))",
  "CHECK ((outcome = ANY (ARRAY['done'::text, 'failed'::text])))",
  "PRIMARY KEY (id)",
  "FOREIGN KEY (undoes) REFERENCES rlsmith.history(id)",
];

const INDEXES = ["CREATE UNIQUE INDEX history_pkey ON rlsmith.history USING btree (id)"];

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
 * The differences between what was found and a journal that rlsmith has made for this login, a line each; none: it is
 * such a journal. Reading it then runs no code of another role (a view, a policy), nor does writing to it (a trigger, a
 * rule, a default, a constraint, an expression of an index), and no other role can have written its entries: a rollback
 * executes them with the privileges of the login.
 */
export function journalDifferences({ schemaOwner, schemaTrusted, makers, table }: JournalFound): string[] {
  const lines: string[] = [];
  const no = (differs: boolean, line: string): void => void (differs && lines.push(line));
  no(!schemaTrusted, `schema rlsmith belongs to ${shown(schemaOwner)}`);
  for (const role of makers) lines.push(`${shown(role)} may create objects in schema rlsmith`);
  if (table === null) return lines;
  no(!table.trusted, `it belongs to ${shown(table.owner)}`);
  if (table.kind !== "r") return [...lines, `it is ${KINDS[table.kind] ?? "no table"}, and no table`];
  for (const role of table.writers) lines.push(`${shown(role)} may write to it, and is not its owner`);
  for (const [name, is] of Object.entries(COLUMNS)) {
    const found = table.columns.find((column) => column.name === name);
    if (!found) lines.push(`column ${name} is missing`);
    else if (found.is !== is) lines.push(`column ${name} is ${found.is}, and rlsmith makes it ${is}`);
  }
  for (const { name, is } of table.columns)
    no(!Object.hasOwn(COLUMNS, name), `column ${shown(name)} (${is}) was added`);
  lines.push(...listDifferences("constraint", CONSTRAINTS, table.constraints));
  lines.push(...listDifferences("index", INDEXES, table.indexes));
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
