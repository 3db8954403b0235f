import type { EventTrigger, ForeignServer, Publication } from "../../pg/access-facts.ts";
import { nameKey } from "../../pg/name.ts";
import { isOnPlatform } from "../../pg/platform-schemas.ts";
import type { ObjectChange } from "./change.ts";
import { walk } from "./paths.ts";
import { holds, matched, sameText, type World, type Worlds } from "./world.ts";

/** Supabase's Realtime reads this one, and asks the policies for each row that it sends (its documentation, Postgres Changes). */
const REALTIME = "supabase_realtime";

/** Rows that leave the database without row security: publications, and what brings rows in: servers and mappings. */
export function comparePublications({ before, after }: Worlds): ObjectChange[] {
  const { both, gone, added } = matched(before.facts.publications, after.facts.publications, ({ name }) => name);
  const empty = (name: string): Publication => ({ name, allTables: false, schemas: [], tables: [], options: "" });
  return [
    ...added.map((one) => publicationChange(after, empty(one.name), one)),
    ...gone.map((one) => publicationChange(after, one, empty(one.name))),
    ...both.flatMap(({ was, is }) => (sameText(was, is) ? [] : [publicationChange(after, was, is)])),
  ];
}

const tablesOf = ({ allTables, schemas, tables }: Publication): string[] => [
  ...(allTables ? ["all tables"] : []),
  ...schemas.map((schema) => `all tables of schema ${schema}`),
  ...tables.map(nameKey),
];

function publicationChange(world: World, was: Publication, is: Publication): ObjectChange {
  const [first, second] = [tablesOf(was), tablesOf(is)];
  const more = second.filter((table) => !first.includes(table));
  const fewer = first.filter((table) => !second.includes(table));
  const base = { kind: "publication" as const, name: is.name, roles: [] };
  const asksPolicies = is.name === REALTIME && isOnPlatform(world.catalog);
  if (more.length > 0)
    return {
      ...base,
      effect: asksPolicies ? "changes" : "opens",
      why: { kind: "publishes", tables: more, gained: true },
    };
  const otherwise = matched(was.tables, is.tables, nameKey).both.filter((pair) => !sameText(pair.was, pair.is));
  if (otherwise.length > 0 && !asksPolicies)
    return {
      ...base,
      effect: "cannot be told",
      why: { kind: "publishes otherwise", tables: otherwise.map((pair) => nameKey(pair.is)) },
    };
  // which commands are sent, for which table, and with generated columns or not
  if (was.options !== is.options && was.options !== "" && is.options !== "" && !asksPolicies)
    return { ...base, effect: "cannot be told", why: { kind: "publishes otherwise", tables: second } };
  if (fewer.length > 0) return { ...base, effect: "closes", why: { kind: "publishes", tables: fewer, gained: false } };
  return { ...base, effect: "changes", why: { kind: "different" } };
}

/** Foreign servers whose options are others, and the roles for which a server has credentials. */
export function compareServers({ before, after, roles }: Worlds): ObjectChange[] {
  const servers = matched(before.facts.servers, after.facts.servers, ({ name }) => name);
  const mappings = matched(before.facts.userMappings, after.facts.userMappings, ({ server, role }) =>
    JSON.stringify([server, role]),
  );
  const server = (name: string, effect: ObjectChange["effect"], how: "new" | "gone" | "different"): ObjectChange => ({
    effect,
    kind: "foreign server",
    name,
    roles: [],
    why: { kind: how },
  });
  return [
    ...servers.added.map((one) => server(one.name, isUsable(after, one, roles) ? "opens" : "changes", "new")),
    ...servers.gone.map(({ name }) => server(name, "closes", "gone")),
    ...servers.both.flatMap(({ was, is }) =>
      was.digest === is.digest ? [] : [server(is.name, "cannot be told", "different")],
    ),
    ...[
      ...mappings.added.map((one) => ({ ...one, effect: "cannot be told" as const, how: "new" as const })),
      ...mappings.gone.map((one) => ({ ...one, effect: "closes" as const, how: "gone" as const })),
      ...mappings.both.flatMap(({ was, is }) =>
        (was.digest ?? null) === (is.digest ?? null)
          ? []
          : [{ ...is, effect: "cannot be told" as const, how: "different" as const }],
      ),
    ].map(({ server: name, role, effect, how }): ObjectChange => ({
      effect,
      kind: "user mapping",
      name,
      roles: [role],
      why: { kind: how },
    })),
  ];
}

/** A role may make foreign tables of the server's, and a mapping of its own. */
const isUsable = (world: World, { owner, grants }: ForeignServer, roles: readonly string[]): boolean =>
  roles.some((role) => world.side.hasPrivilegesOf(role, owner) || holds(world, grants, "USAGE", role));

/** Event triggers run in whatever DDL comes later. */
export function compareEventTriggers({ before, after }: Worlds): ObjectChange[] {
  // the definition names the function, without its body
  const textsOf = (world: World, { function: fn }: EventTrigger): unknown =>
    (fn ? world.side.functions(fn) : []).map((one) => [
      one.owner,
      one.securityDefiner,
      walk(world, { kind: "function", fn: one }).reached.texts,
    ]);
  const { both, gone, added } = matched(before.facts.eventTriggers, after.facts.eventTriggers, ({ name }) => name);
  return [
    ...added,
    ...gone,
    ...both.flatMap(({ was, is }) =>
      sameText([was.definition, textsOf(before, was)], [is.definition, textsOf(after, is)]) ? [] : [is],
    ),
  ].map(({ name }): ObjectChange => ({
    effect: "cannot be told",
    kind: "event trigger",
    name,
    roles: [],
    why: { kind: "runs at DDL" },
  }));
}

/**
 * Extensions that bring types, operators, index methods and functions of their arguments, none of which reads a table
 * (contrib of PostgreSQL 18, and the documentation of the others).
 */
const HARMLESS: ReadonlySet<string> = new Set(
  (
    "bloom btree_gin btree_gist citext cube dict_int dict_xsyn earthdistance fuzzystrmatch hstore intarray isn ltree " +
    "moddatetime pg_trgm pgcrypto plpgsql postgis seg tablefunc tsm_system_rows tsm_system_time unaccent uuid-ossp vector"
  ).split(" "),
);

export function compareExtensions({ before, after }: Worlds): ObjectChange[] {
  const { both, gone, added } = matched(before.facts.extensions, after.facts.extensions, ({ name }) => name);
  const one = (name: string, how: "new" | "gone" | "different"): ObjectChange => {
    const told = how === "gone" || HARMLESS.has(name);
    return {
      effect: told ? "changes" : "cannot be told",
      kind: "extension",
      name,
      roles: [],
      why: told ? { kind: how } : { kind: "outside rlsmith's knowledge", what: "the functions of an extension" },
    };
  };
  return [
    ...added.map(({ name }) => one(name, "new")),
    ...gone.map(({ name }) => one(name, "gone")),
    ...both.flatMap(({ was, is }) => (sameText(was, is) ? [] : [one(is.name, "different")])),
  ];
}
