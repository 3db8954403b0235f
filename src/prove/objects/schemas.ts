import type { DefaultPrivileges } from "../../pg/access-facts.ts";
import type { Schema } from "../../pg/catalog.ts";
import { functionKey, nameKey } from "../../pg/name.ts";
import type { ObjectChange } from "./change.ts";
import { holds, isBound, matched, sameText, withoutHeirs, type World, type Worlds } from "./world.ts";

const PRIVILEGES = ["USAGE", "CREATE"] as const;

/** Who may use schemas, and create in them. */
export function compareSchemas({ before, after, roles }: Worlds): ObjectChange[] {
  const { both, gone, added } = matched(before.catalog.schemas ?? [], after.catalog.schemas ?? [], ({ name }) => name);
  const plain = (schema: Schema, how: "new" | "gone" | "different"): ObjectChange => ({
    effect: "changes",
    kind: "schema",
    name: schema.name,
    roles: [],
    why: { kind: how },
  });
  return [
    ...added.map((schema) => plain(schema, "new")),
    ...gone.map((schema) => plain(schema, "gone")),
    ...both.flatMap(({ was, is }) => {
      const changes = PRIVILEGES.flatMap((privilege) => [
        ...privilegeChange([before, was], [after, is], privilege, roles, true),
        ...privilegeChange([after, is], [before, was], privilege, roles, false),
      ]);
      const others = changes.length === 0 && !sameText(was, is);
      return others ? [plain(is, "different")] : changes;
    }),
  ];
}

function privilegeChange(
  [without, less]: [World, Schema],
  [with_, more]: [World, Schema],
  privilege: "USAGE" | "CREATE",
  roles: readonly string[],
  gained: boolean,
): ObjectChange[] {
  const has = (world: World, schema: Schema, role: string): boolean =>
    holds(world, schema.grants, privilege, role) || world.side.hasPrivilegesOf(role, schema.owner);
  const by = roles.filter((role) => !has(without, less, role) && has(with_, more, role));
  if (by.length === 0) return [];
  const named = withoutHeirs(with_, by);
  const base = { kind: "schema", name: more.name, roles: named } as const;
  const turn = gained ? "opens" : "closes";
  if (privilege === "CREATE")
    return [{ ...base, effect: turn, why: { kind: "privilege", privileges: ["CREATE"], gained } }];
  const reaches = [...new Set(by.flatMap((role) => reachedIn(with_, more.name, role)))];
  const effect = reaches.length > 0 ? turn : "changes";
  return [{ ...base, effect, why: { kind: "schema", reaches: reaches.slice(0, 3), gained } }];
}

/** Relations of a schema on which a role holds a privilege, and functions in it that run as their owners. */
const reachedIn = (world: World, schema: string, role: string): string[] => [
  ...world.catalog.relations
    .filter(
      (relation) =>
        relation.schema === schema &&
        ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"].some((one) =>
          world.side.hasPrivilege(relation, one, role),
        ),
    )
    .map(nameKey),
  ...world.catalog.functions
    .filter((fn) => fn.schema === schema && fn.securityDefiner && holds(world, fn.grants, "EXECUTE", role))
    .map(functionKey),
];

/** Privileges on what a role creates from now on. */
export function compareDefaultPrivileges({ before, after }: Worlds): ObjectChange[] {
  const { both, gone, added } = matched(before.facts.defaultPrivileges, after.facts.defaultPrivileges, keyOf);
  return [
    ...added.flatMap((one) => turn(before, after, { ...one, grants: builtIn(one) }, one)),
    ...gone.flatMap((one) => turn(before, after, one, { ...one, grants: builtIn(one) })),
    ...both.flatMap(({ was, is }) => turn(before, after, was, is)),
  ];
}

const keyOf = ({ creator, schema, objects }: DefaultPrivileges): string => JSON.stringify([creator, schema, objects]);

/** An entry for all schemas replaces the built-in privileges; one for a schema adds to them (manual, ALTER DEFAULT PRIVILEGES). */
function builtIn({ schema, objects, creator }: DefaultPrivileges): DefaultPrivileges["grants"] {
  if (schema !== null) return [];
  const own = (privileges: readonly string[]): DefaultPrivileges["grants"] =>
    privileges.map((privilege) => ({ grantee: creator, privilege }));
  if (objects === "functions") return [{ grantee: "public", privilege: "EXECUTE" }, ...own(["EXECUTE"])];
  if (objects === "types") return [{ grantee: "public", privilege: "USAGE" }, ...own(["USAGE"])];
  return [];
}

function turn(before: World, after: World, was: DefaultPrivileges, is: DefaultPrivileges): ObjectChange[] {
  const extra = (one: DefaultPrivileges, other: DefaultPrivileges, world: World): DefaultPrivileges["grants"] =>
    one.grants.filter(
      (grant) =>
        grant.grantee !== one.creator &&
        (grant.grantee === "public" || isBound(world, grant.grantee)) &&
        !other.grants.some(({ grantee, privilege }) => grantee === grant.grantee && privilege === grant.privilege),
    );
  const name = is.schema === null ? is.creator : `${is.creator} in schema ${is.schema}`;
  const told = (grants: DefaultPrivileges["grants"], gained: boolean): ObjectChange[] =>
    grants.length === 0
      ? []
      : [
          {
            effect: gained ? "opens" : "closes",
            kind: "default privileges",
            name,
            roles: [...new Set(grants.map(({ grantee }) => grantee))],
            why: {
              kind: "later objects",
              objects: is.objects,
              privileges: [...new Set(grants.map(({ privilege }) => privilege))],
              gained,
            },
          },
        ];
  const changes = [...told(extra(is, was, after), true), ...told(extra(was, is, before), false)];
  const others = changes.length === 0 && !sameText(was.grants, is.grants);
  return others
    ? [{ effect: "changes", kind: "default privileges", name, roles: [], why: { kind: "different" } }]
    : changes;
}
