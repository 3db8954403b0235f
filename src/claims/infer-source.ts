import type { FunctionFacts } from "../classify/functions.ts";
import { functionIndex, reach } from "../classify/reach.ts";
import type { Config } from "../config.ts";
import { PLATFORM_SCHEMAS, type Catalog, type PgFunction, type Relation, type Trigger } from "../pg/catalog.ts";
import { onlyUpdatesClaims, readSyncBody, type SyncBody } from "./read-body.ts";
import { unknown, known, type Answer } from "./answer.ts";
import {
  columnsIn,
  declaredSource,
  guessActive,
  notedSource,
  type Active,
  type SyncedClaim,
  type SyncSource,
} from "./source.ts";

/** A trigger whose function writes claims, itself or through what it calls. */
export interface SyncTriggerOf {
  trigger: Trigger;
  fn: PgFunction;
  /** its function does nothing but update claims */
  onlySyncs: boolean;
  /** claims that its function writes itself */
  writes: string[][];
}

/** Triggers of the catalog that lead to a write of `auth.users.raw_app_meta_data`. `facts` come in the catalog's order. */
export function syncTriggers(catalog: Catalog, facts: readonly FunctionFacts[]): SyncTriggerOf[] {
  const index = functionIndex(facts);
  const bodies = new Map(facts.map((fact, place) => [fact, catalog.functions[place]]));
  return catalog.triggers.flatMap((trigger) => {
    const fact = facts.find((one) => one.schema === trigger.function.schema && one.name === trigger.function.name);
    const fn = fact ? bodies.get(fact) : undefined;
    if (!fact || !fn || PLATFORM_SCHEMAS.includes(trigger.schema)) return [];
    const reached = reach(index, fact).map((one) => one.facts);
    const writes = reached.some(
      (one) => one.writesClaims.length > 0 || /raw_app_meta_data/i.test(bodies.get(one)?.body ?? ""),
    );
    const onlySyncs =
      fact.opaque === null && fact.calls.length === 0 && / AFTER /.test(trigger.definition) && onlyUpdatesClaims(fn);
    return writes ? [{ trigger, fn, onlySyncs, writes: fact.writesClaims.map(({ path }) => path) }] : [];
  });
}

/** Where claims come from: as the config declares, else as the one sync trigger's body says. Throws ToolError (config). */
export function sourceOf(
  catalog: Catalog,
  triggers: readonly SyncTriggerOf[],
  config: Config | null,
): Answer<SyncSource> {
  if (config?.claimsSync) return known(declaredSource(config.claimsSync, catalog));
  const relations = new Map<string, SyncTriggerOf[]>();
  for (const one of triggers) {
    const name = `${one.trigger.schema}.${one.trigger.relation}`;
    relations.set(name, [...(relations.get(name) ?? []), one]);
  }
  if (relations.size === 0) return unknown("no trigger writes `auth.users.raw_app_meta_data`");
  if (relations.size > 1)
    return unknown(
      `triggers on several relations write claims: ${[...relations.keys()].map((name) => `\`${name}\``).join(", ")}`,
    );
  const [only] = relations;
  if (!only) return unknown("no trigger writes claims");
  const [name, found] = only;
  const relation = catalog.relations.find((one) => `${one.schema}.${one.name}` === name);
  if (!relation) return unknown(`\`${name}\` is not in the catalog`);
  for (const { fn } of found) {
    const noted = notedSource(fn.comment, catalog);
    if (noted !== null) return known(noted);
  }
  return joined(
    relation,
    // one function may stand behind several triggers
    [...new Set(found.map(({ fn }) => fn))].map((fn) => readSyncBody(fn)),
    (active) => (active === null ? activeElsewhere(relation, catalog, config) : fromBody(active)),
  );
}

/** What several functions write of the same user's claims, as one source. What cannot be read of one does not count beside another. */
function joined(
  relation: Relation,
  bodies: readonly SyncBody[],
  activeOf: (sql: string | null) => Active | null,
): Answer<SyncSource> {
  const read = bodies.filter((body) => body.kind === "read");
  const [first] = read;
  if (!first) return unknown(bodies.flatMap((body) => (body.kind === "unread" ? [body.why] : [])).join("; "));
  const name = `\`${relation.schema}.${relation.name}\``;
  if (read.some(({ user }) => user !== first.user))
    return unknown(`the functions on ${name} find the user in different columns`);
  const claims = new Map<string, SyncedClaim>();
  for (const { path, sql } of read.flatMap((body) => body.claims)) {
    const key = path.join("\0");
    const there = claims.get(key);
    if (there && there.sql !== sql) return unknown(`the functions on ${name} write \`${path.join(".")}\` in two ways`);
    claims.set(key, { path, sql, columns: columnsIn(sql) });
  }
  const actives = new Set(read.map(({ active }) => active));
  const active = activeOf(actives.size === 1 ? first.active : null);
  const own = new Set(relation.columns.map((column) => column.name));
  const strange = [
    first.user,
    ...[...claims.values()].flatMap(({ columns }) => columns),
    ...(active?.columns ?? []),
  ].filter((column) => !own.has(column));
  if (strange.length > 0)
    return unknown(`the sync reads ${strange.map((column) => `\`${column}\``).join(", ")}, no column of ${name}`);
  return known({ relation, user: first.user, claims: [...claims.values()], active, from: "trigger" });
}

const fromBody = (sql: string): Active => ({ sql, columns: columnsIn(sql), from: "function body" });

function activeElsewhere(relation: Relation, catalog: Catalog, config: Config | null): Active | null {
  const live = config?.rules.liveRole;
  return live?.active !== undefined && live.relation === `${relation.schema}.${relation.name}`
    ? { sql: live.active, columns: columnsIn(live.active), from: "live role" }
    : guessActive(relation, catalog);
}
