import type { Role } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { stringConst, typeText } from "../../pg/expr/shape.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import type { Value } from "./value.ts";

/** The memberships that each privilege goes along; null where the catalog does not tell. */
const ALONG: Readonly<Record<string, (role: Role, version: number) => readonly string[] | null>> = {
  MEMBER: ({ memberOf }) => memberOf,
  USAGE: ({ inheritsFrom, inherit, memberOf }) => inheritsFrom ?? (inherit ? memberOf : []),
  // before 16 it raises 22023
  SET: ({ maySet }, version) => (version < 160000 ? null : (maySet ?? null)),
};

/**
 * `pg_has_role([user,] role, 'MEMBER' | 'USAGE' | 'SET')` of the current user or a constant one (manual, table 9.72; acl.c
 * of 15 and 18): true of the role itself, of a superuser, and along memberships. Null, and so opaque, for the session
 * user, predefined roles, options, and a role that the catalog does not have: that raises 42704, but a scratch database
 * lacks roles that a live one has.
 */
export function encodeHasRole(encoder: Encoder, args: readonly Expr[], frame: Frame): Value | null {
  const { catalog } = encoder.side;
  const [role, given] = args.slice(-2).map(nameOf);
  const privilege = given?.trim().toUpperCase() ?? "";
  const user = args.length === 2 ? frame.role : args.length === 3 ? userOf(args[0], frame) : null;
  const along = ALONG[privilege];
  const roles = new Map(catalog.roles.map((one) => [one.name, one]));
  const member = user === null ? undefined : roles.get(user);
  if (!member || typeof role !== "string" || !along || !roles.has(role)) return null;
  if (along(member, catalog.serverVersion) === null) return null;
  if (member.superuser) return encoder.values.constant(true);
  const reached = new Set([member.name]);
  let isWhole = true;
  for (const name of reached) {
    const known = roles.get(name);
    const next = known ? along(known, catalog.serverVersion) : null;
    if (next === null) isWhole = false;
    for (const one of next ?? []) reached.add(one);
  }
  // predefined roles are not in the catalog, nor what those are members of
  return reached.has(role) ? encoder.values.constant(true) : isWhole ? encoder.values.constant(false) : null;
}

function userOf(node: Expr | undefined, frame: Frame): string | null {
  const cast = as("TypeCast", node);
  const op = as("SQLValueFunction", cast && typeText(cast.typeName) === "name" ? cast.arg : node)?.op ?? "";
  if (/^SVFOP_(CURRENT_USER|CURRENT_ROLE|USER)$/.test(op)) return frame.role;
  return node ? nameOf(node) : null;
}

/** A constant name; null for an oid. */
function nameOf(node: Expr): string | null {
  const cast = as("TypeCast", node);
  return stringConst(cast && typeText(cast.typeName) === "name" ? cast.arg : node);
}
