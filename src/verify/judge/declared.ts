import type { Config } from "../../config.ts";
import { ToolError } from "../../errors.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { matches, matchesName } from "../../pg/name-pattern.ts";
import { columnKey, nameKey } from "../../pg/name.ts";
import type { Cause } from "./cause.ts";
import type { Command, DbObject } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";

/**
 * Check that every name that the config declares exists: a misspelt name would hide that a relation was not checked as
 * intended. Throws ToolError (config) with every name that matches nothing.
 */
export function checkDeclared(catalog: Catalog, { tenant, shared }: Config["verify"]): void {
  const relations = catalog.relations.map(nameKey);
  const columns = catalog.relations.flatMap((relation) =>
    relation.columns.map((column) => columnKey(relation, column.name)),
  );
  const unknown = (patterns: readonly string[], names: readonly string[]): string[] =>
    patterns.filter((pattern) => !names.some((name) => matchesName(pattern, name)));
  const faults = [
    ...unknown(Object.keys(shared), relations).map((name) => `verify.shared: there is no relation \`${name}\``),
    ...unknown(Object.keys(tenant), columns).map((name) => `verify.tenant: there is no column \`${name}\``),
  ];
  if (faults.length === 0) return;
  throw new ToolError(
    "config",
    "DECLARED_NOT_THERE",
    faults.join("; "),
    "mend the name, with its schema: `public.price` for a relation, `public.price.org_id` for a column; or remove the line",
  );
}

type Entry = Config["verify"]["expected"][number];

/**
 * True if an entry of `verify.expected` declares the access that a persona got with a command. A breach class that the
 * entry names matches only itself, with one exception: if a policy lets a plain member through (`plain`), an odd token
 * gets through as well, and that is no breach of its claims. Without `commands` an entry covers reads only, so that a
 * write that opens later is reported, unless the entry names a class or an object that implies the command.
 */
export function isDeclared(
  entry: Entry,
  cause: Cause,
  actor: Pick<Actor, "name" | "class">,
  command: Command,
  plain: (command: Command) => boolean,
): boolean {
  if (!matchesName(entry.object, cause.object.name)) return false;
  const door = entry.door === "policy" && cause.door === "claims" && plain(command) ? "policy" : cause.door;
  if (entry.door !== undefined && entry.door !== door) return false;
  if (entry.personas && !entry.personas.some((name) => name === actor.class || matches(name, actor.name))) return false;
  if (entry.commands) return entry.commands.includes(command);
  return READS.includes(command) || ONE_THING.includes(cause.object.kind) || SAYS_WHAT.has(entry.door ?? "");
}

const READS: readonly Command[] = ["SELECT", "COPY", "CALL"];
const ONE_THING: readonly DbObject["kind"][] = ["trigger", "sequence", "constraint", "default privileges"];

/** Breach classes that imply the command: no wider access goes by their name. */
const SAYS_WHAT = new Set([
  "truncate",
  "membership",
  "own-role",
  "stale-role",
  "trigger",
  "unique-oracle",
  "foreign-key-oracle",
  "cascade",
]);
