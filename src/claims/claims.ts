import type { ClassifiedPolicy } from "../classify/classify.ts";
import type { FunctionFacts } from "../classify/functions.ts";
import type { Config } from "../config.ts";
import type { Db } from "../db/port.ts";
import { PLATFORM_SCHEMAS, type Catalog } from "../pg/catalog.ts";
import { attempt, unknown, type Answer } from "./answer.ts";
import { LIMITS, tokenHooks, tryHook } from "./hook.ts";
import { sourceOf, syncTriggers } from "./infer-source.ts";
import { readMembers, type Counted } from "./members.ts";
import { probeSync, type Behaviour } from "./probe.ts";
import { triggerReachesOut, whyNotEvaluated } from "./reaches-out.ts";
import type { ClaimsFacts } from "./report.ts";
import type { SyncSource } from "./source.ts";
import { columnOf, partsOf, pathArray, query } from "./sql.ts";
import { readTriggers, type SyncTrigger } from "./sync-trigger.ts";
import { readStaleTokens, readTokens, type TokenOptions } from "./tokens.ts";

/** What is known of a database before its rows are looked at. `facts` come in the catalog's order. */
export interface ClaimsInput {
  catalog: Catalog;
  facts: readonly FunctionFacts[];
  classified: readonly ClassifiedPolicy[];
  config: Config | null;
}

/** Runs the probe on a scratch database that has the same schema. */
export type OnScratch = (
  probe: (db: Db, catalog: Catalog) => Promise<Answer<Behaviour[]>>,
) => Promise<Answer<Behaviour[]>>;

const TIMEOUT = "30s";

/**
 * Ask a database all about its claims, in one read-only transaction with an empty search_path and a time limit; row security that would
 * hide rows makes an answer unknown. Only `onScratch` writes, to its own database. Throws ToolError (config) for a claimsSync that does not fit.
 */
export async function readClaims(
  db: Db,
  input: ClaimsInput,
  options: TokenOptions,
  onScratch: OnScratch,
): Promise<ClaimsFacts> {
  const { catalog, facts, config } = input;
  const found = syncTriggers(catalog, facts);
  const source = sourceOf(catalog, found, config);
  const settled = source.kind === "known" ? source.value : null;
  const answers = await inReadOnly(db, async () => {
    const triggers = settled === null ? [] : await readTriggers(db, settled, found);
    const unsafe = settled === null ? null : whyNotEvaluated(input, settled);
    const until = performance.now() + LIMITS.all;
    const hooks: ClaimsFacts["hooks"] = [];
    for (const found of tokenHooks(catalog, facts)) {
      const hook = { ...found, blocked: found.blocked ?? unsafe };
      hooks.push({ hook, trial: await tryHook(db, hook, settled, LIMITS, until) });
    }
    return {
      triggers,
      members: settled === null ? null : unsafe !== null ? unknown(unsafe) : await readMembers(db, settled),
      ownMetadata: settled === null ? null : await readOwnMetadata(db, settled),
      tokens: await readTokens(db, options),
      staleTokens: await readStaleTokens(db, settled, options),
      hooks,
    };
  });
  const reaching = answers.triggers.find(({ made }) => triggerReachesOut(input, made));
  const behaviour = reaching
    ? unknown(`\`${reaching.function}\` may reach out of the transaction, where no rollback follows`)
    : settled !== null && answers.triggers.some(({ enabled }) => enabled)
      ? await onScratch(async (scratch, copied) => tryOn(scratch, copied, settled, answers.triggers))
      : null;
  return { source, ...answers, behaviour, ...readsOf(input) };
}

/** Row security off means an error where rows would be hidden, never fewer rows. */
async function inReadOnly<T>(db: Db, work: () => Promise<T>): Promise<T> {
  await db.exec("begin transaction isolation level repeatable read read only");
  try {
    await db.exec(
      `set local search_path = ''; set local statement_timeout = '${TIMEOUT}'; set local row_security = off`,
    );
    return await work();
  } finally {
    // The connection may be gone; the first error is the one worth telling.
    await db.exec("rollback").catch(() => {});
  }
}

/** The relation as the scratch database has it: a copy may lack what could not be made there. */
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
    return { kind: "unknown", why: `\`${schema}.${name}\` and its triggers could not be copied to a scratch database` };
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

// what Supabase Auth writes there itself
const OWN_KEYS = new Set(["provider", "providers"]);

/** Which claims the database reads, and who reads what a user writes himself. */
function readsOf({ catalog, facts, classified }: ClaimsInput): Pick<ClaimsFacts, "readClaims" | "readsUserMetadata"> {
  const readers = [
    ...classified.map((one) => ({
      what: "the policy",
      at: {
        kind: "policy" as const,
        schema: one.policy.schema,
        relation: one.policy.relation,
        policy: one.policy.name,
      },
      paths: one.claims,
    })),
    ...facts.flatMap((fact, place) =>
      PLATFORM_SCHEMAS.includes(fact.schema) || catalog.functions[place] === undefined
        ? []
        : [
            {
              what: "the function",
              at: {
                kind: "function" as const,
                schema: fact.schema,
                name: fact.name,
                identityArguments: fact.identityArguments,
              },
              paths: fact.claims,
            },
          ],
    ),
  ];
  const app = readers
    .flatMap(({ paths }) => paths)
    .filter(([root, key]) => root === "app_metadata" && key !== undefined && !OWN_KEYS.has(key));
  const readClaims = [...new Map(app.map((path) => [path.join("\0"), path])).values()].toSorted((a, b) =>
    a.join(".") < b.join(".") ? -1 : 1,
  );
  const readsUserMetadata = readers.flatMap(({ what, at, paths }) => {
    const claims = paths.filter(([root]) => root === "user_metadata").map((path) => path.join("."));
    return claims.length === 0 ? [] : [{ what, at, claims }];
  });
  return { readClaims, readsUserMetadata };
}
