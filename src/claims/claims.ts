import type { Db } from "../db/port.ts";
import type { Catalog } from "../pg/catalog.ts";
import { nameKey } from "../pg/name.ts";
import {
  attempt,
  unknown,
  type Answer,
  readStatusChecks,
  readStoredStatus,
  columnOf,
  partsOf,
  pathArray,
  query,
} from "./source/index.ts";
import {
  overwriters,
  syncTriggers,
  triggersOnUsers,
  type SyncTriggerOf,
  sourceOf,
  readTriggers,
  type SyncTrigger,
} from "./trigger/index.ts";
import {
  LIMITS,
  tokenHooks,
  tryHook,
  readMembers,
  type Counted,
  type MemberState,
  triggerReachesOut,
  whyNotEvaluated,
  claimSetters,
  readOpenSchemas,
  readStaleTokens,
  readTokens,
  type TokenOptions,
} from "./members/index.ts";
import { probeSync, type Behaviour } from "./probe/index.ts";
import { samePath } from "../pg/context.ts";
import type { Cause } from "./cause.ts";
import { inReadOnly } from "./read-only.ts";
import { readsOf } from "./readers.ts";
import type { ClaimsFacts } from "./report.ts";
import type { SyncSource } from "./source/index.ts";
import type { ClaimsInput } from "./input.ts";

/** Runs the probe on a scratch database that has the same schema. */
export type OnScratch = (
  probe: (db: Db, catalog: Catalog) => Promise<Answer<Behaviour[]>>,
) => Promise<Answer<Behaviour[]>>;

/**
 * Read all facts about the claims of a database, in one read-only transaction with an empty search_path and a time
 * limit. Where row security would hide rows, the answer is unknown. Only `onScratch` writes, and only to its own
 * database. Throws ToolError (config) for a claimsSync that does not fit the catalog.
 */
export async function readClaims(
  db: Db,
  input: ClaimsInput,
  options: TokenOptions,
  onScratch: OnScratch,
): Promise<ClaimsFacts> {
  const { catalog, facts } = input;
  const found = syncTriggers(catalog, facts);
  const onUsers = triggersOnUsers(catalog, facts);
  const answers = await inReadOnly(db, async () => {
    const source = await readSource(db, input, found, onUsers);
    const settled = source.kind === "known" ? source.value : null;
    const triggers = settled === null ? [] : await readTriggers(db, settled, found);
    const unsafe = settled === null ? null : whyNotEvaluated(input, settled);
    const until = performance.now() + LIMITS.all;
    const hooks: ClaimsFacts["hooks"] = [];
    for (const found of tokenHooks(catalog, facts)) {
      const hook = { ...found, blocked: found.blocked ?? unsafe };
      hooks.push({ hook, trial: await tryHook(db, hook, settled, LIMITS, until) });
    }
    return {
      source,
      triggers,
      members: settled === null ? null : unsafe !== null ? unknown(unsafe) : await readMembers(db, settled),
      ownMetadata: settled === null ? null : await readOwnMetadata(db, settled),
      tokens: await readTokens(db, options),
      staleTokens: await readStaleTokens(db, settled, options),
      hooks,
      setters: claimSetters(catalog, facts, await readOpenSchemas(db)),
    };
  });
  const { source, triggers } = answers;
  const reaching = triggers.find(({ made }) => triggerReachesOut(input, made));
  const behaviour = reaching
    ? unknown({ kind: "side effects", by: reaching.function })
    : source.kind === "known" && triggers.some(({ enabled }) => enabled)
      ? source.value.unsure === null
        ? await onScratch(async (scratch, copied) => tryOn(scratch, copied, source.value, triggers))
        : unknown({ kind: "active unknown" })
      : null;
  const writers = [...new Set([...found.map(({ trigger }) => trigger.name), ...onUsers])];
  return { ...answers, behaviour, writers, overwriters: overwriters(catalog), ...readsOf(input) };
}

/**
 * The source of the claims, and the triggers that copy it, in a transaction of the same kind. Throws ToolError (config)
 * for a claimsSync that does not fit the catalog.
 */
export async function readClaimSource(
  db: Db,
  input: ClaimsInput,
): Promise<{ source: Answer<SyncSource>; triggers: SyncTrigger[] }> {
  const found = syncTriggers(input.catalog, input.facts);
  return inReadOnly(db, async () => {
    const source = await readSource(db, input, found, triggersOnUsers(input.catalog, input.facts));
    return { source, triggers: source.kind === "known" ? await readTriggers(db, source.value, found) : [] };
  });
}

/** What the claims in auth.users say of the members of the source, without an id. */
export type MemberAudit =
  /** `unsure`: which rows are active is not known, so that a state may be right */
  | { kind: "counted"; states: Record<MemberState, number>; unsure: boolean }
  /** a custom access token hook makes the claims: those of the user's row prove nothing */
  | { kind: "hook" }
  | { kind: "unknown"; because: Cause };

/**
 * Count the members by the state of their claims, in a read-only transaction with a time limit; nothing is tried, and no
 * hook is called. Throws ToolError (config) for a claimsSync that does not fit the catalog.
 */
export async function auditMembers(db: Db, input: ClaimsInput): Promise<MemberAudit> {
  const { catalog, facts } = input;
  return inReadOnly(db, async () => {
    const source = await readSource(db, input, syncTriggers(catalog, facts), triggersOnUsers(catalog, facts));
    if (source.kind === "unknown") return source;
    const hooks = tokenHooks(catalog, facts);
    // of a hook that cannot be read nothing is known
    const isHooked = hooks.some(
      ({ sets }) =>
        sets.length === 0 || sets.some((set) => source.value.claims.some(({ path }) => samePath(path, set))),
    );
    if (isHooked) return { kind: "hook" };
    const unsafe = whyNotEvaluated(input, source.value);
    const members = unsafe === null ? await readMembers(db, source.value) : unknown(unsafe);
    if (members.kind === "unknown") return members;
    const states = Object.fromEntries(
      Object.entries(members.value).map(([state, { total }]) => [state, total]),
    ) as Record<MemberState, number>;
    return { kind: "counted", states, unsure: source.value.unsure !== null };
  });
}

/** The source; stored values are read where a status column has no CHECK. */
async function readSource(
  db: Db,
  { catalog, config }: ClaimsInput,
  triggers: readonly SyncTriggerOf[],
  onUsers: readonly string[],
): Promise<Answer<SyncSource>> {
  const words = await readStatusChecks(db);
  const evidence = { catalog, config, triggers, onUsers, words };
  const source = sourceOf(evidence);
  const stored = source.kind === "known" ? await readStoredStatus(db, source.value) : [];
  return stored.length === 0 ? source : sourceOf({ ...evidence, words: [...words, ...stored] });
}

/** The relation in the scratch database: a copy may lack objects that could not be created there. */
async function tryOn(
  scratch: Db,
  copied: Catalog,
  source: SyncSource,
  triggers: readonly SyncTrigger[],
): Promise<Answer<Behaviour[]>> {
  const { schema, name } = source.relation;
  const relation = copied.relations.find((one) => one.schema === schema && one.name === name);
  const there = new Set(
    copied.triggers.filter((one) => one.schema === schema && one.relation === name).map((one) => one.name),
  );
  if (!relation || triggers.some((one) => !there.has(one.name)))
    return unknown({ kind: "not copied", relation: nameKey(source.relation) });
  return probeSync(scratch, copied, { ...source, relation }, triggers);
}

async function readOwnMetadata(db: Db, source: SyncSource): Promise<Answer<Counted>> {
  const holds = source.claims
    .filter((claim) => columnOf(claim) === "raw_app_meta_data")
    .map(({ path }) => `u.raw_user_meta_data #> ${pathArray(path.slice(1))} is not null`);
  if (holds.length === 0) return { kind: "known", value: { total: 0, ids: [] } };
  return attempt(db, async () => {
    const [row] = await db.query<Counted>(query("user-metadata", { ...partsOf(source), holds: holds.join(" or ") }));
    return row ?? { total: 0, ids: [] };
  });
}
