import { as } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { groupBy } from "../../pg/group-by.ts";
import { relationKey } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { heldRoles } from "../../pg/role.ts";
import { tupleKey, type Command, type Subject, type TupleKey } from "../matrix/index.ts";

/**
 * True if row security lets no row through for this role and command whatever the row: no permissive policy applies, or
 * each that does is the constant false (manual, section 5.9: without a policy the default is to deny). No own row can
 * be reached there, so none is needed as a control.
 */
export function isClosedTo(catalog: Catalog, relation: Subject, command: Command, role: string): boolean {
  const { closed } = readOnce(catalog);
  const key = tupleKey(relation, command, role);
  const known = closed.get(key);
  if (known !== undefined) return known;
  const found = policiesFor(catalog, relation, command, role).every((policy) =>
    expressionsOf(policy, command).some(isFalse),
  );
  closed.set(key, found);
  return found;
}

/** The permissive policies of a relation that apply to a role and a command. */
export function policiesFor(catalog: Catalog, relation: Subject, command: Command, role: string): Policy[] {
  const held = heldRoles(role, catalog.roles);
  return (readOnce(catalog).permissive.get(relation) ?? [])
    .filter((policy) => policy.command === "ALL" || policy.command === command)
    .filter(({ roles }) => roles.some((name) => held.has(name)));
}

interface Read {
  permissive: Map<Subject, Policy[]>;
  closed: Map<TupleKey, boolean>;
}

// it is asked for every statement of a run
const read = new WeakMap<Catalog, Read>();

function readOnce(catalog: Catalog): Read {
  const known = read.get(catalog);
  if (known) return known;
  const permissive = groupBy<Subject, Policy>(
    catalog.policies.filter((policy) => policy.permissive),
    relationKey,
  );
  const made: Read = { permissive, closed: new Map() };
  read.set(catalog, made);
  return made;
}

function expressionsOf({ using, check }: Policy, command: Command): (string | null)[] {
  if (command === "INSERT") return [check ?? using];
  return command === "UPDATE" ? [using, check ?? using] : [using];
}

/** A policy without the expression lets nothing through either. */
function isFalse(text: string | null): boolean {
  if (text === null) return true;
  const value = as("A_Const", parseExpr(text));
  return value?.boolval !== undefined && value.boolval.boolval !== true;
}
