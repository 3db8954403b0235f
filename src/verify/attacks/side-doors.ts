import type { Catalog } from "../../pg/catalog.ts";
import { identForReading, quoteLiteral, quoteRole } from "../../pg/identifier.ts";
import { nameKey, quoteName } from "../../pg/name.ts";
import { isPlatformRelation } from "../../pg/platform-objects.ts";
import type { Attempt } from "../matrix/index.ts";
import { tupleKey, type SchemaKey, type TupleKey } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import type { DefaultPrivilege, Surface } from "../environment/index.ts";
import { rowCondition, type Target, type TestEnvironment } from "../environment/index.ts";
import { isPlatformGrant, isToOwner } from "./platform-grant.ts";
import { on, ownRow, setColumn } from "./rows.ts";

/**
 * TRUNCATE, which is not subject to row security. If the platform's default privileges grant it on every table, that is
 * a note, not a breach.
 */
export function truncateAttempt(target: Target, byPlatform: boolean): Attempt {
  return on(target, {
    command: "TRUNCATE",
    attack: "truncate",
    // without CASCADE, a table that others reference raises 0A000, after the check of the privilege
    sql: `truncate ${target.sql}`,
    probe: null,
    judge: byPlatform
      ? { kind: "control" }
      : {
          kind: "success",
          door: "truncate",
          object: { kind: "table", name: target.name },
          message: `TRUNCATE is granted, and row security does not hold it back: every tenant's rows of \`${target.name}\` can be removed`,
        },
  });
}

/**
 * True if a role holds TRUNCATE because the platform's default privileges grant it everything on every table, and the
 * grants of this table were not changed afterwards.
 */
export const givenByPlatform = (surface: Surface, catalog: Catalog, target: Target, role: string): boolean =>
  surface.defaultPrivileges.some(
    (one) =>
      isPlatformGrant(catalog, one) &&
      one.schema === target.schema &&
      one.object === "tables" &&
      one.grantee === role &&
      one.privilege === "TRUNCATE",
  ) && holdsUnasked(catalog, target, role);

const holdsUnasked = (catalog: Catalog, target: Target, role: string): boolean => {
  const grants =
    catalog.relations.find(({ schema, name }) => schema === target.schema && name === target.relation)?.grants ?? [];
  const held = new Set(grants.filter(({ grantee }) => grantee === role).map(({ privilege }) => privilege));
  // these three are not granted by hand
  return ["TRUNCATE", "REFERENCES", "TRIGGER"].every((one) => held.has(one));
};

/**
 * The tables and functions that default privileges will open when they are created: one is created, and the persona
 * reads or calls it.
 */
export function defaultPrivilegeAttempts(surface: Surface, actor: Actor, catalog: Catalog): Attempt[] {
  const schemas = new Map<TupleKey, DefaultPrivilege[]>();
  for (const one of surface.defaultPrivileges) {
    if (one.object !== "tables" && one.object !== "functions") continue;
    if (isToOwner(one) || isPlatformGrant(catalog, one)) continue;
    if (one.grantee !== "public" && one.grantee !== actor.role) continue;
    // EXECUTE for PUBLIC is PostgreSQL's own default, stated explicitly
    if (one.object === "functions" && one.grantee === "public") continue;
    const schema = one.schema ?? catalog.relations.find(({ owner }) => owner === one.owner)?.schema ?? "public";
    const key = tupleKey(schema, one.object);
    schemas.set(key, [...(schemas.get(key) ?? []), one]);
  }
  return [...schemas.values()].flatMap(([one]) => {
    if (!one) return [];
    const schema = one.schema ?? "public";
    const made = quoteName({ schema, name: "rlsmith_made_tomorrow" });
    const where = one.schema === null ? "in every schema" : `in schema \`${schema}\``;
    const name = one.schema === null ? "every schema" : identForReading(one.schema);
    return [
      {
        relation: everyRelationOf(schema),
        through: { kind: "default privileges" as const, name },
        command: "SELECT" as const,
        form: { kind: "other" },
        attack: `use what is made tomorrow (${one.object})`,
        setup: [
          `set local role ${quoteRole(one.owner)}`,
          one.object === "tables"
            ? `create table ${made} (secret text)`
            : `create function ${made}() returns int language sql security definer as 'select 1'`,
          "reset role",
        ],
        sql: one.object === "tables" ? tableProbe(schema, one.privilege) : `select 1 from ${made}()`,
        answer: "changes" as const,
        probe: null,
        judge: {
          kind: "success" as const,
          door: "default-privileges" as const,
          object: { kind: "default privileges" as const, name },
          message: `default privileges of \`${one.owner}\` give \`${one.grantee}\` ${one.privilege} on new ${one.object} ${where}, which have no row security yet`,
        },
      },
    ];
  });
}

const everyRelationOf = (schema: string): SchemaKey => `${identForReading(schema)}.*` as SchemaKey;

function tableProbe(schema: string, privilege: string): string {
  const made = quoteName({ schema, name: "rlsmith_made_tomorrow" });
  switch (privilege) {
    case "INSERT":
      return `insert into ${made} values ('x')`;
    case "UPDATE":
      return `update ${made} set secret = 'x'`;
    case "DELETE":
      return `delete from ${made}`;
    case "TRUNCATE":
      return `truncate ${made}`;
    default:
      return `select 1 from ${made}`;
  }
}

/**
 * A sequence that several tenants draw from shows how many rows all of them insert. `drawn`: nextval may be tried,
 * which no rollback undoes.
 */
export function sequenceAttempts(
  { surface, targets, catalog }: Pick<TestEnvironment, "surface" | "targets" | "catalog">,
  actor: Actor,
  drawn: boolean,
): Attempt[] {
  return surface.sequences.flatMap((sequence): Attempt[] => {
    const fed = sequence.feeds ? targets.get(nameKey(sequence.feeds)) : undefined;
    if (!fed?.foreign) return [];
    const platform = surface.defaultPrivileges.some(
      (one) =>
        isPlatformGrant(catalog, one) &&
        one.object === "sequences" &&
        one.schema === sequence.schema &&
        one.grantee === actor.role,
    );
    const name = nameKey(sequence);
    const quoted = quoteName(sequence);
    const ways = [
      { attack: "read a sequence", sql: `select last_value from ${quoted}` },
      ...(drawn ? [{ attack: "draw from a sequence", sql: `select nextval(${quoteLiteral(quoted)})` }] : []),
    ];
    return ways.map(({ attack, sql }): Attempt => ({
      relation: fed.name,
      through: { kind: "sequence", name },
      command: "SELECT",
      form: { kind: "other" },
      attack,
      sql,
      answer: "changes",
      probe: null,
      judge: platform
        ? { kind: "control" }
        : {
            kind: "success",
            door: "sequence-oracle",
            object: { kind: "sequence", name },
            message: `\`${name}\` counts the rows of all tenants, and whoever may use it sees how much the others write`,
          },
    }));
  });
}

/**
 * Members change the role in their own membership row. A persona that may change every member's row is an
 * administrator, and may change its own.
 */
export function ownRoleAttempts(target: Target, actor: Actor, roles: readonly string[], catalog: Catalog): Attempt[] {
  if (actor.class !== "member" || !actor.member || target.filled.users.length === 0) return [];
  if (isPlatformRelation(catalog, target)) return [];
  const row = ownRow(target, actor);
  if (!row || !target.filled.users.some((name) => row[name] === actor.member?.user)) return [];
  const column = roleColumn(target, row, roles);
  if (column === null) return [];
  const is = String(row[column]);
  const flag = typeof row[column] === "boolean";
  const known = target.filled.words[column] ?? [];
  const others = flag
    ? [String(row[column] !== true)]
    : [...(known.length > 0 ? known : roles)].filter((role) => role !== is).slice(0, 4);
  const object = { kind: "table" as const, name: target.name };
  const colleague = target.ownRows.find(
    (one) => one !== row && target.filled.users.every((name) => one[name] !== actor.member?.user),
  );
  return others.flatMap((other) => {
    const set = setColumn(target, column, other);
    const update = (who: Record<string, unknown>): string =>
      `update ${target.sql} t set ${set} where ${rowCondition(target, who)}`;
    const own = on(target, {
      command: "UPDATE",
      attack: `change own role to ${other}`,
      sql: update(row),
      judge: {
        kind: "own change",
        door: "own-role",
        object,
        message: `a member can change \`${column}\` of the own row in \`${target.name}\``,
      },
    });
    if (!colleague) return [own];
    const theirs = on(target, {
      command: "UPDATE",
      attack: `change a colleague's role to ${other}`,
      sql: update(colleague),
      judge: { kind: "control" },
    });
    return [theirs, own];
  });
}

function roleColumn(target: Target, row: Record<string, unknown>, roles: readonly string[]): string | null {
  const named = target.columns.find(
    ({ name }) =>
      typeof row[name] === "string" &&
      /role|rank|level|position|permission/.test(name) &&
      (roles.includes(String(row[name])) || (target.filled.words[name] ?? []).length > 1),
  );
  return (
    named?.name ??
    target.columns.find(
      ({ name, type }) => type === "boolean" && /^(is_)?(admin|owner|manager|superuser|staff)$/.test(name),
    )?.name ??
    null
  );
}
