import type { OtherGrants } from "../../pg/access-facts.ts";
import type { Grant } from "../../pg/grant.ts";
import type { Effect, ObjectChange } from "./change.ts";
import { holds, isBound, matched, sameText, withoutHeirs, type World, type Worlds } from "./world.ts";
import { isHarmlessSetting } from "./settings.ts";

/**
 * Privileges on the database, on languages, foreign-data wrappers, parameters and large objects, on objects of the system
 * and of extensions, and grant options on any object.
 */
export function compareOtherGrants(worlds: Worlds): ObjectChange[] {
  const { before, after } = worlds;
  const { both, gone, added } = matched(before.facts.otherGrants, after.facts.otherGrants, keyOf);
  return [
    ...both.flatMap(({ was, is }) => compareOne(worlds, was, is)),
    // an object that is not among them has what it began with
    ...gone.flatMap((was) => compareOne(worlds, was, { ...was, grants: was.initial })),
    ...added.flatMap((is) => compareOne(worlds, { ...is, grants: is.initial }, is)),
  ];
}

const keyOf = ({ kind, name }: OtherGrants): string => JSON.stringify([kind, name]);

const change = (
  one: OtherGrants,
  effect: Effect,
  roles: readonly string[],
  why: ObjectChange["why"],
): ObjectChange => ({
  effect,
  kind: one.kind,
  name: one.kind === "database" ? "of the project" : one.name,
  roles: [...roles],
  why,
});

function compareOne(worlds: Worlds, was: OtherGrants, is: OtherGrants): ObjectChange[] {
  const { before, after } = worlds;
  const changes = [...turned(worlds, was, is, true), ...turned(worlds, was, is, false)];
  if (was.kind === "database" && was.owner !== is.owner) {
    // a member of pg_database_owner, which owns schema public
    const opens = isBound(after, is.owner) && !before.side.hasPrivilegesOf(is.owner, was.owner);
    const why = { kind: "owner", was: was.owner, is: is.owner } as const;
    changes.push(change(is, opens ? "opens" : "changes", [is.owner], why));
  }
  if (changes.length > 0 || sameText(was.grants, is.grants)) return changes;
  return [change(is, "changes", [], { kind: "different" })];
}

function turned({ before, after, roles }: Worlds, was: OtherGrants, is: OtherGrants, gained: boolean): ObjectChange[] {
  const [from, to] = gained ? [before, after] : [after, before];
  const [first, second] = gained ? [was, is] : [is, was];
  const isOwner = (role: string): boolean =>
    from.side.hasPrivilegesOf(role, first.owner) || to.side.hasPrivilegesOf(role, second.owner);
  const by = new Map(
    roles
      .filter((role) => !isOwner(role))
      .flatMap((role): [string, string[]][] => {
        const more = privilegesOf(to, second, role).filter(
          (privilege) => !privilegesOf(from, first, role).includes(privilege),
        );
        return more.length > 0 ? [[role, more]] : [];
      }),
  );
  const named = withoutHeirs(to, [...by.keys()]);
  if (named.length === 0) return [];
  const privileges = [...new Set(named.flatMap((role) => by.get(role) ?? []))];
  const effect = gained ? strongest(privileges.map((privilege) => effectOf(is, privilege))) : "closes";
  return [change(is, effect, named, { kind: "privilege", privileges, gained })];
}

function privilegesOf(world: World, { grants }: OtherGrants, role: string): string[] {
  const privileges = [...new Set(grants.map(({ privilege }: Grant) => privilege))];
  return privileges.filter((privilege) => holds(world, grants, privilege, role));
}

/** What a role gets by a privilege that it did not hold. */
function effectOf({ kind, name, initial }: OtherGrants, privilege: string): Effect {
  if (kind === "parameter") return privilege === "SET" && isHarmlessSetting(name) ? "changes" : "opens";
  // functions and temporary objects, with which it reaches what other objects let it reach
  if (kind === "language" || privilege === "TEMPORARY") return "cannot be told";
  // what PUBLIC began with, and somebody had revoked
  const isUsual = initial.some((grant) => grant.grantee === "public" && grant.privilege === privilege);
  return isUsual && (kind === "function" || kind === "relation") ? "cannot be told" : "opens";
}

const strongest = (effects: readonly Effect[]): Effect =>
  (["opens", "cannot be told"] as const).find((one) => effects.includes(one)) ?? "changes";
