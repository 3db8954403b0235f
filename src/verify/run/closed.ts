import { as } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { relationKey } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { heldRoles } from "../../pg/role.ts";
import type { Command, Subject } from "../matrix/index.ts";

/**
 * True if row security lets no row through for this role and command whatever the row: no permissive policy applies, or
 * each that does is the constant false (manual, section 5.9: without a policy the default is to deny). No own row can
 * be reached there, so none is needed as a control.
 */
export const isClosedTo = (catalog: Catalog, relation: Subject, command: Command, role: string): boolean =>
  policiesFor(catalog, relation, command, role).every((policy) => expressionsOf(policy, command).some(isFalse));

/** The permissive policies of a relation that apply to a role and a command. */
export function policiesFor(catalog: Catalog, relation: Subject, command: Command, role: string): Policy[] {
  const held = heldRoles(role, catalog.roles);
  return catalog.policies
    .filter((policy) => relationKey(policy) === relation && policy.permissive)
    .filter((policy) => policy.command === "ALL" || policy.command === command)
    .filter(({ roles }) => roles.some((name) => held.has(name)));
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
