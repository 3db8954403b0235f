import type { Config } from "../../config.ts";
import type { Catalog, Relation } from "../../pg/catalog.ts";
import { nameKey, parseName, relationKey, sameName } from "../../pg/name.ts";
import type { UnreadBody, Unsure } from "../cause.ts";
import { activeOf, type Said, readSyncBody, type SyncBody } from "../body/index.ts";
import {
  unknown,
  known,
  type Answer,
  guessActive,
  type StatusWord,
  columnsIn,
  declaredSource,
  describedBy,
  notedSource,
  type SyncedClaim,
  type SyncSource,
} from "../source/index.ts";
import type { SyncTriggerOf } from "./find-triggers.ts";

/** The facts from which a source is inferred. */
export interface Evidence {
  catalog: Catalog;
  config: Config | null;
  triggers: readonly SyncTriggerOf[];
  /** the triggers on auth.users itself that write claims */
  onUsers: readonly string[];
  words: readonly StatusWord[];
}

/**
 * The source of claims: as the config declares it, otherwise as the body of the one sync trigger shows it. Throws
 * ToolError (config).
 */
export function sourceOf(evidence: Evidence): Answer<SyncSource> {
  const { catalog, config, triggers, onUsers } = evidence;
  if (config?.claimsSync) {
    const source = declaredSource(describedBy(config.claimsSync), catalog);
    return known(config.claimsSync.active === undefined ? { ...source, ...activeBeside(source, evidence) } : source);
  }
  const names = [...new Set(triggers.map(({ trigger }) => relationKey(trigger)))];
  const [name] = names;
  if (name === undefined)
    return onUsers.length === 0
      ? unknown({ kind: "no trigger" })
      : unknown({ kind: "triggers on users", triggers: [...onUsers] });
  if (names.length > 1) return unknown({ kind: "several relations", relations: names });
  const relation = catalog.relations.find((one) => nameKey(one) === name);
  if (!relation) return unknown({ kind: "no relation", relation: name });
  for (const { fn } of triggers) {
    const noted = notedSource(fn.comment, catalog);
    if (noted !== null) return known(noted);
  }
  return joined(relation, triggers.map(bodyOf), evidence);
}

type Body = Extract<SyncBody, { kind: "read" }> | ({ kind: "unread" } & UnreadBody);

function bodyOf({ fn, around, through }: SyncTriggerOf): Body {
  const body = readSyncBody(fn, around);
  return body.kind === "unread" ? { ...body, through: [...through] } : body;
}

/**
 * The claims that several functions write for the same user, as one source. A body that cannot be read is ignored
 * beside one that can.
 */
function joined(relation: Relation, bodies: readonly Body[], evidence: Evidence): Answer<SyncSource> {
  const read = bodies.filter((body) => body.kind === "read");
  const [first] = read;
  if (!first)
    return unknown({
      kind: "unread",
      bodies: bodies.flatMap((body) =>
        body.kind === "unread" ? [{ function: body.function, because: body.because, through: body.through }] : [],
      ),
    });
  const name = nameKey(relation);
  if (read.some(({ user }) => user !== first.user)) return unknown({ kind: "several users", relation: name });
  const claims = new Map<string, SyncedClaim>();
  for (const { path, sql } of read.flatMap((body) => body.claims)) {
    const key = JSON.stringify(path);
    const there = claims.get(key);
    if (there && there.sql !== sql) return unknown({ kind: "several values", relation: name, claim: path });
    claims.set(key, { path, sql, columns: columnsIn(sql) });
  }
  const { active, unsure } = settled(relation, read, evidence);
  const own = new Set(relation.columns.map((column) => column.name));
  const strange = [
    first.user,
    ...[...claims.values()].flatMap(({ columns }) => columns),
    ...(active?.columns ?? []),
  ].filter((column) => !own.has(column));
  if (strange.length > 0) return unknown({ kind: "no column", relation: name, columns: strange });
  return known({ relation, user: first.user, claims: [...claims.values()], active, unsure, from: "trigger" });
}

type Settled = Pick<SyncSource, "active" | "unsure">;

/**
 * The active rows where the config declares claims but not the active rows: as the bodies of the triggers show them, or
 * their WHEN conditions if the bodies cannot be read.
 */
function activeBeside({ relation, user }: SyncSource, evidence: Evidence): Settled {
  const here = evidence.triggers.filter(
    ({ trigger }) => trigger.schema === relation.schema && trigger.relation === relation.name,
  );
  for (const { fn } of here) {
    // The condition that --fix read from the body that it replaced.
    const noted = notedSource(fn.comment, evidence.catalog);
    if (noted !== null) return settled(relation, [{ active: noted.active?.sql ?? null, unsure: null }], evidence);
  }
  const read = here.map(bodyOf).filter((body) => body.kind === "read");
  const whens = here.flatMap(
    ({ around: { when, operations } }) => activeOf([{ conditions: when, user }], operations, NO_BODY, null) ?? [],
  );
  return settled(relation, read.length > 0 ? read : whens, evidence);
}

const NO_BODY = { trees: [], locals: new Map(), executes: [], opaque: null, typeSchemas: new Map() };

/**
 * Join the conditions of several bodies. If there are none, `rules.liveRole` applies, and then the names of columns.
 */
function settled(relation: Relation, said: readonly Said[], { catalog, config, words }: Evidence): Settled {
  const actives = new Set(said.map(({ active }) => active));
  const sql = actives.size === 1 ? (said[0]?.active ?? null) : null;
  const unsure: Unsure | null =
    said.find((one) => one.unsure !== null)?.unsure ??
    (actives.size > 1 ? { kind: "different triggers", relation: nameKey(relation) } : null);
  if (sql !== null) return { active: { sql, columns: columnsIn(sql), from: "function body" }, unsure };
  // A condition inferred from names would leave out rows about which nothing is known.
  if (unsure !== null) return { active: null, unsure };
  const live = config?.rules.liveRole;
  const lookedUp = live === undefined ? null : parseName(live.relation);
  return {
    active:
      live?.active !== undefined && lookedUp !== null && sameName(lookedUp, relation)
        ? { sql: live.active, columns: columnsIn(live.active), from: "live role" }
        : guessActive(relation, catalog, words),
    unsure: null,
  };
}
