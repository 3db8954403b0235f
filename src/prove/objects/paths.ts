import type { PgFunction, Relation } from "../../pg/catalog.ts";
import { functionKey, nameKey, type NameKey } from "../../pg/name.ts";
import type { ChangeReason, ObjectChange, PathCause } from "./change.ts";
import { reachedBy, type Path, type Reached } from "./reached.ts";
import { holds, isBound, matched, reachesAll, withoutHeirs, type World, type Worlds } from "./world.ts";

/** A path on one side, with all that it comes to. */
export interface Walked {
  path: Path;
  world: World;
  reached: Reached;
}

export const walk = (world: World, path: Path): Walked => ({ path, world, reached: reachedBy(world, path) });

/** Views and functions that are new, gone or different, and those that let roles reach more or less than before. */
export function comparePaths({ before, after, roles }: Worlds): ObjectChange[] {
  const pathsOf = (world: World): Path[] => [
    ...world.catalog.relations
      .filter(({ kind }) => kind === "view")
      .map((relation) => ({ kind: "view" as const, relation })),
    ...world.catalog.functions.map((fn) => ({ kind: "function" as const, fn })),
  ];
  const { both, gone, added } = matched(pathsOf(before), pathsOf(after), pathKey);
  return [
    ...added.flatMap((path) => addedPath(walk(after, path), roles)),
    ...gone.map((path) => gonePath(walk(before, path), roles)),
    ...both.flatMap(({ was, is }) => changedPath(walk(before, was), walk(after, is), roles)),
  ];
}

export const pathKey = (path: Path): string =>
  path.kind === "view" ? `view ${nameKey(path.relation)}` : `function ${functionKey(path.fn)}`;

const named = (path: Path): Pick<ObjectChange, "kind" | "name"> =>
  path.kind === "view"
    ? { kind: "view", name: nameKey(path.relation) }
    : { kind: "function", name: functionKey(path.fn) };

const made = (
  path: Path,
  effect: ObjectChange["effect"],
  roles: readonly string[],
  why: ChangeReason,
): ObjectChange => ({ ...named(path), effect, roles: [...roles], why });

/** Only triggers and event triggers call it. */
const isOfTriggers = (path: Path): boolean =>
  path.kind === "function" && ["trigger", "event_trigger"].includes(path.fn.result);

/** Privileges with which a path is entered. */
export function entries({ path, world }: Walked): readonly string[] {
  if (path.kind === "function") return isOfTriggers(path) ? [] : ["EXECUTE"];
  return world.viewFacts.get(nameKey(path.relation))?.updatable === true
    ? ["SELECT", "INSERT", "UPDATE", "DELETE"]
    : ["SELECT"];
}

/** The role may enter the path. */
export function mayEnter({ path, world }: Walked, privilege: string, role: string): boolean {
  const { side } = world;
  if (path.kind === "function")
    return (
      side.mayUse(path.fn.schema, role) &&
      (holds(world, path.fn.grants, privilege, role) || side.hasPrivilegesOf(role, path.fn.owner))
    );
  const { relation } = path;
  return (
    side.mayUse(relation.schema, role) &&
    (side.hasPrivilege(relation, privilege, role) || side.hasPrivilegesOf(role, relation.owner))
  );
}

const entersAtAll = (walked: Walked, role: string): boolean =>
  entries(walked).some((privilege) => mayEnter(walked, privilege, role));

/** What a path adds to that which a role reaches by itself. */
interface Extra {
  /** relations of which every row is reached as the owner */
  certain: NameKey[];
  /** relations that are read under the policies of another role */
  byPolicies: { relation: NameKey; owner: string }[];
}

/** What the rows of the path's relations are to the role: `privilege` is that with which it enters. */
export function extraOf({ path, world, reached }: Walked, privilege: string, role: string): Extra {
  const needed = path.kind === "function" ? "SELECT" : privilege;
  const extra: Extra = { certain: [], byPolicies: [] };
  for (const [key, readers] of reached.leaves) {
    const relation = world.side.relationByKey(key);
    if (!relation || reachesAll(world, relation, needed, role)) continue;
    const owners = [...readers].filter((reader) => reader !== null && reader !== role);
    if (owners.some((owner) => owner !== null && isOpenTo(world, relation, owner))) extra.certain.push(key);
    else
      for (const owner of owners)
        if (owner !== null && world.side.hasPrivilege(relation, needed, owner))
          extra.byPolicies.push({ relation: key, owner });
  }
  return extra;
}

const isOpenTo = ({ side }: World, relation: Relation, owner: string): boolean => {
  const isOwner = side.hasPrivilegesOf(owner, relation.owner);
  const mayRead = ["SELECT", "INSERT", "UPDATE", "DELETE"].some((one) => side.hasPrivilege(relation, one, owner));
  return side.bypasses(relation, owner) && (isOwner || mayRead);
};

/** By `privilege relation`: what a role gets by entering a path. */
function extras(walked: Walked, role: string): { certain: Set<string>; all: Map<string, string | null> } {
  const certain = new Set<string>();
  const all = new Map<string, string | null>();
  for (const privilege of entries(walked)) {
    if (!mayEnter(walked, privilege, role)) continue;
    const extra = extraOf(walked, privilege, role);
    for (const relation of extra.certain) {
      certain.add(JSON.stringify([privilege, relation]));
      all.set(JSON.stringify([privilege, relation]), null);
    }
    for (const { relation, owner } of extra.byPolicies) all.set(JSON.stringify([privilege, relation]), owner);
  }
  return { certain, all };
}

/** The role reaches every row of the relation on a side without the path. */
function reachesItself(world: World, key: string, path: Path, role: string): boolean {
  const [privilege = "", name = ""] = JSON.parse(key) as string[];
  const relation = world.side.relationByKey(name as NameKey);
  return relation !== undefined && reachesAll(world, relation, path.kind === "function" ? "SELECT" : privilege, role);
}

const relationsIn = (keys: Iterable<string>): string[] => [
  ...new Set([...keys].map((key) => (JSON.parse(key) as string[])[1] ?? "")),
];

const writesIn = (walked: Walked, keys: Iterable<string>): string[] =>
  walked.path.kind === "function"
    ? walked.reached.writes
      ? ["UPDATE or DELETE"]
      : []
    : [...new Set([...keys].map((key) => (JSON.parse(key) as string[])[0] ?? ""))].filter((one) => one !== "SELECT");

/** What roles gain by a path, as one change; null: nothing. */
export function openedBy(
  walked: Walked,
  gained: ReadonlyMap<string, ReadonlyMap<string, string | null>>,
  by: PathCause,
): ObjectChange | null {
  const { path, reached, world } = walked;
  const certain = [...gained].filter(([, keys]) => [...keys.values()].includes(null));
  const roles = withoutHeirs(
    world,
    (certain.length > 0 ? certain : [...gained]).map(([role]) => role),
  );
  const keys = roles.flatMap((role) => [...(gained.get(role) ?? [])]);
  if (roles.length === 0) return null;
  if (certain.length === 0) {
    const owner = keys.find(([, one]) => one !== null)?.[1] ?? "";
    return made(path, "cannot be told", roles, {
      kind: "policies of the owner",
      owner,
      relations: relationsIn(keys.map(([key]) => key)),
    });
  }
  const open = keys.flatMap(([key, owner]) => (owner === null ? [key] : []));
  const relations = relationsIn(open);
  // an old path that a role may enter now opens, whatever it asks
  if (reached.asksRequest && by !== "privilege")
    return made(path, "cannot be told", roles, { kind: "past row security, by request", by, relations });
  return made(path, "opens", roles, { kind: "past row security", by, relations, writes: writesIn(walked, open) });
}

function addedPath(walked: Walked, roles: readonly string[]): ObjectChange[] {
  const { path, reached, world } = walked;
  const gained = new Map(
    roles.map((role) => [role, extras(walked, role).all] as const).filter(([, all]) => all.size > 0),
  );
  const opened = openedBy(walked, gained, "new");
  if (opened) return [opened];
  const entering = withoutHeirs(
    world,
    roles.filter((role) => entersAtAll(walked, role)),
  );
  const doubt = entering.length > 0 ? doubtOf(reached, path) : null;
  return [doubt ? made(path, "cannot be told", entering, doubt) : made(path, "changes", entering, { kind: "new" })];
}

/** Why the effect of a path that may be entered is not told by the relations that it names. */
function doubtOf(reached: Reached, path: Path): ChangeReason | null {
  const isDefiner = path.kind === "function" && path.fn.securityDefiner;
  if (isDefiner && reached.unfollowed) return { kind: "dynamic SQL" };
  if (isDefiner && namesWithoutSchema(path.fn)) return { kind: "names without a schema" };
  const isOwners = isDefiner || (path.kind === "view" && path.relation.securityInvoker !== true);
  if (isOwners && reached.asksSystem)
    return { kind: "outside rlsmith's knowledge", what: "catalogs or functions of the system that its owner may use" };
  return reached.setsVariables ? { kind: "sets variables" } : null;
}

/** Without a search_path of its own, it takes a temporary relation of the caller for one of that name. */
function namesWithoutSchema({ settings, sqlStandardBody, body }: PgFunction): boolean {
  if (sqlStandardBody || settings.some((setting) => setting.startsWith("search_path="))) return false;
  return /\b(?:from|join|into|update|using|table|truncate)\s+(?:only\s+)?(?!\s*\()("[^"]+"|[\p{L}_][\p{L}\p{N}_$]*)(?!\s*[.(\p{L}\p{N}_$])/iu.test(
    body,
  );
}

function gonePath(walked: Walked, roles: readonly string[]): ObjectChange {
  const losing = roles.filter((role) => extras(walked, role).all.size > 0);
  return made(walked.path, losing.length > 0 ? "closes" : "changes", withoutHeirs(walked.world, losing), {
    kind: "gone",
  });
}

function changedPath(was: Walked, is: Walked, roles: readonly string[]): ObjectChange[] {
  const byEntry = new Map<string, Map<string, string | null>>();
  const byRights = new Map<string, Map<string, string | null>>();
  const lost = new Map<string, string[]>();
  const exposed: string[] = [];
  const before = new Map(roles.map((role) => [role, extras(was, role)]));
  const after = new Map(roles.map((role) => [role, extras(is, role)]));
  for (const role of roles) {
    const [first, second] = [before.get(role), after.get(role)];
    if (!first || !second) continue;
    if (second.all.size > 0) exposed.push(role);
    for (const [key, owner] of second.all) {
      if (first.certain.has(key) || reachesItself(was.world, key, was.path, role)) continue;
      if (first.all.has(key) && owner !== null && first.all.get(key) === owner) continue;
      const [privilege = ""] = JSON.parse(key) as string[];
      const target = mayEnter(was, privilege, role) ? byRights : byEntry;
      target.set(role, (target.get(role) ?? new Map<string, string | null>()).set(key, owner));
    }
    const gone = [...first.all.keys()].filter(
      (key) => !second.all.has(key) && !reachesItself(is.world, key, is.path, role),
    );
    if (gone.length > 0) lost.set(role, gone);
  }
  const changes: ObjectChange[] = [];
  for (const [gained, by] of [
    [byEntry, "privilege"],
    [byRights, "rights"],
  ] as const) {
    const opened = openedBy(is, gained, by);
    if (opened) changes.push(opened);
  }
  const sameTexts = JSON.stringify(was.reached.texts) === JSON.stringify(is.reached.texts);
  if (changes.length === 0 && !sameTexts) changes.push(textChange(is, exposed, roles));
  const entering = roles.filter((role) => entersAtAll(is, role) && !entersAtAll(was, role));
  if (changes.length === 0 && entering.length > 0) {
    const doubt = doubtOf(is.reached, is.path);
    changes.push(
      made(
        is.path,
        doubt ? "cannot be told" : "changes",
        withoutHeirs(is.world, entering),
        doubt ?? {
          kind: "privilege",
          privileges: [...entries(is)],
          gained: true,
        },
      ),
    );
  }
  const doubt = rightsDoubt(was, is, roles);
  if (changes.length === 0 && doubt) changes.push(doubt);
  if (changes.length === 0 && lost.size > 0)
    changes.push(
      made(is.path, "closes", withoutHeirs(is.world, [...lost.keys()]), {
        kind: "path closed",
        relations: relationsIn([...lost.values()].flat()),
      }),
    );
  if (changes.length === 0 && !sameRights(was.path, is.path))
    changes.push(made(is.path, "changes", [], { kind: "different" }));
  return changes;
}

/** What cannot be followed runs with other rights, or a role of requests owns what others use. */
function rightsDoubt(was: Walked, is: Walked, roles: readonly string[]): ObjectChange | null {
  const entering = withoutHeirs(
    is.world,
    roles.filter((role) => entersAtAll(is, role)),
  );
  const [first, second] = [rightsOf(was.path), rightsOf(is.path)];
  if (JSON.stringify(first) === JSON.stringify(second)) return null;
  const doubt = second.isOwners ? doubtOf(is.reached, is.path) : null;
  if (doubt && entering.length > 0) return made(is.path, "cannot be told", entering, doubt);
  const isGiven =
    first.owner !== second.owner &&
    isBound(is.world, second.owner) &&
    !was.world.side.hasPrivilegesOf(second.owner, first.owner);
  return isGiven
    ? made(is.path, "cannot be told", [second.owner], {
        kind: "owner of a meaning",
        was: first.owner,
        is: second.owner,
      })
    : null;
}

const rightsOf = (path: Path): { owner: string; isOwners: boolean } =>
  path.kind === "view"
    ? { owner: path.relation.owner, isOwners: path.relation.securityInvoker !== true }
    : { owner: path.fn.owner, isOwners: path.fn.securityDefiner };

function textChange(is: Walked, exposed: readonly string[], roles: readonly string[]): ObjectChange {
  const { path, reached, world } = is;
  if (exposed.length > 0) {
    const relations = relationsIn(exposed.flatMap((role) => [...extras(is, role).all.keys()]));
    return made(path, "cannot be told", withoutHeirs(world, exposed), { kind: "text", relations });
  }
  const entering = withoutHeirs(
    world,
    roles.filter((role) => entersAtAll(is, role)),
  );
  const doubt = entering.length > 0 ? doubtOf(reached, path) : null;
  return doubt ? made(path, "cannot be told", entering, doubt) : made(path, "changes", [], { kind: "different" });
}

/** Nothing differs of what the path is by itself; what it names was compared. */
function sameRights(was: Path, is: Path): boolean {
  const own = (path: Path): unknown => {
    if (path.kind === "view") return [path.relation.owner, path.relation.securityInvoker, grantsOf(path.relation)];
    const { body: _, comment: __, definition: ___, grants, ...rest }: PgFunction = path.fn;
    return [rest, grantsOf({ grants })];
  };
  return JSON.stringify(own(was)) === JSON.stringify(own(is));
}

const grantsOf = (of: { grants: readonly unknown[]; columnGrants?: readonly unknown[] }): unknown => [
  of.grants,
  of.columnGrants,
];
