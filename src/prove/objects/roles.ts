import type { Role } from "../../pg/catalog.ts";
import type { Grant } from "../../pg/grant.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { nameKey } from "../../pg/name.ts";
import { isPlatformRole } from "../../pg/platform-objects.ts";
import { isFarReaching } from "../../pg/predefined-roles.ts";
import type { ChangeReason, ObjectChange, RoleAttribute } from "./change.ts";
import { maySet } from "./relations.ts";
import { isBound, matched, sameText, withoutHeirs, type World, type Worlds } from "./world.ts";

/** Attributes and memberships of roles. */
export function compareRoles({ before, after }: Worlds): ObjectChange[] {
  const own = (world: World): Role[] => world.catalog.roles.filter(({ name }) => !isPlatformRole(world.catalog, name));
  const { both, gone, added } = matched(own(before), own(after), ({ name }) => name);
  return [
    ...added.map((role) => newRole(after, role)),
    ...gone.map((role) => change(role, reachesAnything(before, role.name) ? "closes" : "changes", { kind: "gone" })),
    ...both.flatMap(({ was, is }) => changedRole(before, after, was, is)),
  ];
}

const change = ({ name }: Role, effect: ObjectChange["effect"], why: ChangeReason): ObjectChange => ({
  effect,
  kind: "role",
  name,
  roles: [name],
  why,
});

/** The role, or one whose place it may take, is above row security or holds a privilege that PUBLIC has not. */
function reachesAnything(world: World, name: string): boolean {
  const places = maySet(world, name);
  const { catalog, side } = world;
  if ([...places].some((place) => !isBound(world, place))) return true;
  const far = catalog.roles.flatMap(({ memberOf }) => memberOf.filter(isFarReaching));
  if ([...places].some((place) => far.some((other) => side.hasPrivilegesOf(place, other)))) return true;
  const isNamed = ({ grantee }: { grantee: string }): boolean =>
    [...places].some((place) => side.hasPrivilegesOf(place, grantee));
  const isHeld = ({ grants, owner }: { grants: readonly Grant[]; owner: string }): boolean =>
    grants.some(isNamed) || [...places].some((place) => side.hasPrivilegesOf(place, owner));
  return (
    catalog.relations.some(
      ({ grants, columnGrants, owner }) =>
        [...grants, ...columnGrants].some(isNamed) || [...places].some((place) => side.hasPrivilegesOf(place, owner)),
    ) ||
    catalog.functions.some((fn) => fn.grants.some(isNamed)) ||
    [...world.facts.sequences, ...world.facts.servers, ...world.facts.otherGrants].some(isHeld) ||
    // USAGE is nothing without a privilege on an object of the schema
    (catalog.schemas ?? []).some((schema) =>
      isHeld({ ...schema, grants: schema.grants.filter(({ privilege }) => privilege === "CREATE") }),
    ) ||
    catalog.policies.some(
      ({ roles, using, check }) =>
        roles.some((grantee) => isNamed({ grantee })) ||
        [using, check].some((text) => [...places].some((place) => text?.includes(quoteLiteral(place)))),
    )
  );
}

/** A new role opens something where a person can log in as it, or where it brings a login above row security. */
function newRole(world: World, role: Role): ObjectChange {
  const opens =
    role.login &&
    (!isBound(world, role.name) ||
      [...maySet(world, role.name)].some(
        (other) => other !== role.name && (!isBound(world, other) || reachesAnything(world, other)),
      ));
  if (!opens) return change(role, "changes", { kind: "new" });
  const attribute = attributeAbove(role);
  return change(
    role,
    "opens",
    attribute === null
      ? { kind: "membership", of: role.memberOf.join(", "), gained: true }
      : { kind: "attribute", attribute, gained: true },
  );
}

const attributeAbove = (role: Role): RoleAttribute | null =>
  role.superuser ? "SUPERUSER" : role.bypassRls ? "BYPASSRLS" : null;

function changedRole(before: World, after: World, was: Role, is: Role): ObjectChange[] {
  const changes: ObjectChange[] = [];
  const above = was.superuser;
  const attribute = (name: RoleAttribute, first: boolean, second: boolean, matters: boolean): void => {
    if (first === second) return;
    const effect = !matters ? "changes" : second ? "opens" : "closes";
    changes.push(change(is, effect, { kind: "attribute", attribute: name, gained: second }));
  };
  attribute("SUPERUSER", was.superuser, is.superuser, true);
  attribute("BYPASSRLS", was.bypassRls, is.bypassRls, !above && !is.superuser);
  // before PostgreSQL 16 it may grant itself any role but a superuser (manual, CREATE ROLE), and the version of a scratch
  // server is not that of the project's
  attribute("CREATEROLE", was.createRole ?? false, is.createRole ?? false, !above);
  attribute("REPLICATION", was.replication ?? false, is.replication ?? false, !above);
  attribute("LOGIN", was.login, is.login, reachesAnything(is.login ? after : before, is.name));
  const memberships = new Set([...was.memberOf, ...is.memberOf]);
  for (const other of memberships) {
    const [first, second] = [membership(was, other), membership(is, other)];
    const gained = second.filter((how) => !first.includes(how)).length > 0;
    const lost = first.filter((how) => !second.includes(how)).length > 0;
    if (!gained && !lost) continue;
    // `other` may be above row security, or hold what the role does not
    const matters = !above && addsTo(gained ? before : after, gained ? after : before, is.name, other);
    changes.push(
      change(is, !matters ? "changes" : gained ? "opens" : "closes", { kind: "membership", of: other, gained }),
    );
  }
  // before PostgreSQL 16 the attribute decides for all memberships; later for those that are granted from then on, and the
  // version of a scratch server is not that of the project's
  const isInherited =
    is.inherit && !was.inherit && !above && is.memberOf.some((other) => reachesAnything(after, other));
  if (isInherited && !changes.some(({ effect }) => effect === "opens"))
    changes.push(change(is, "cannot be told", { kind: "attribute", attribute: "INHERIT", gained: true }));
  else attribute("INHERIT", was.inherit, is.inherit, false);
  if (changes.length === 0 && !sameText(was, is)) changes.push(change(is, "changes", { kind: "different" }));
  return changes;
}

/** What a membership gives: the privileges of the role, its place. */
function membership(role: Role, of: string): string[] {
  const inherits = role.inheritsFrom ? role.inheritsFrom.includes(of) : role.inherit && role.memberOf.includes(of);
  const sets = [...(role.maySet ?? role.memberOf), ...(role.mayGrant ?? [])].includes(of);
  return [...(inherits ? ["inherits"] : []), ...(sets ? ["sets"] : [])];
}

/** The role gets something by the membership: it had less without it. */
function addsTo(without: World, with_: World, role: string, other: string): boolean {
  if (!reachesAnything(with_, other)) return false;
  return !(without.side.hasPrivilegesOf(role, other) && maySet(without, role).has(other));
}

/** Privileges on sequences, and on foreign servers. */
export function compareGranted({ before, after, roles }: Worlds): ObjectChange[] {
  const sequences = matched(before.facts.sequences, after.facts.sequences, nameKey).both.map((pair) => ({
    ...pair,
    kind: "sequence" as const,
    name: nameKey(pair.is),
  }));
  const servers = matched(before.facts.servers, after.facts.servers, ({ name }) => name).both.map((pair) => ({
    ...pair,
    kind: "foreign server" as const,
    name: pair.is.name,
  }));
  return [...sequences, ...servers].flatMap(({ was, is, kind, name }): ObjectChange[] => {
    const privilegesOf = (world: World, { owner, grants }: typeof was, role: string): string[] => [
      ...new Set(
        grants
          .filter(
            ({ grantee }) =>
              world.side.hasPrivilegesOf(role, owner) ||
              grantee === "public" ||
              world.side.hasPrivilegesOf(role, grantee),
          )
          .map(({ privilege }) => privilege),
      ),
    ];
    const told = (gained: boolean): ObjectChange[] => {
      const by = new Map(
        roles.flatMap((role): [string, string[]][] => {
          const [first, second] = [privilegesOf(before, was, role), privilegesOf(after, is, role)];
          const [from, to] = gained ? [first, second] : [second, first];
          const more = to.filter((privilege) => !from.includes(privilege));
          return more.length > 0 ? [[role, more]] : [];
        }),
      );
      const named = withoutHeirs(gained ? after : before, [...by.keys()]);
      if (named.length === 0) return [];
      const privileges = [...new Set(named.flatMap((role) => by.get(role) ?? []))];
      return [
        {
          effect: gained ? "opens" : "closes",
          kind,
          name,
          roles: named,
          why: { kind: "privilege", privileges, gained },
        },
      ];
    };
    const changes = [...told(true), ...told(false)];
    const others = changes.length === 0 && !sameText([was.owner, was.grants], [is.owner, is.grants]);
    return others ? [{ effect: "changes", kind, name, roles: [], why: { kind: "different" } }] : changes;
  });
}
