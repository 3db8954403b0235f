import type { FunctionFacts } from "../classify/functions.ts";
import type { Db } from "../db/port.ts";
import { pgErrorOf } from "../db/port.ts";
import { PLATFORM_SCHEMAS, type Catalog, type PgFunction } from "../pg/catalog.ts";
import { quoteQualified } from "../pg/identifier.ts";
import { attempt } from "./answer.ts";
import type { Counted } from "./members.ts";
import type { SyncSource } from "./source.ts";
import { comparable, partsOf, pathArray, query } from "./sql.ts";

/** A function that Supabase Auth may call to make the claims of a token. Whether it is switched on, no database says. */
export interface TokenHook {
  fn: PgFunction;
  /** paths that its body puts into the claims, as far as it can be read */
  sets: string[][];
}

/** What calling it showed. */
export type HookTrial =
  | { kind: "called"; members: number; differ: Counted; raised: Counted & { sqlstates: string[] } }
  | { kind: "not-called"; why: string };

/** Hooks of the catalog: `jsonb` to `jsonb`, for `supabase_auth_admin` to call, with a word of claims. `facts` in the catalog's order. */
export function tokenHooks(catalog: Catalog, facts: readonly FunctionFacts[]): TokenHook[] {
  return catalog.functions.flatMap((fn, place) => {
    const granted = fn.grants.some(
      ({ grantee, privilege }) => grantee === "supabase_auth_admin" && privilege === "EXECUTE",
    );
    const shape = fn.argumentTypes.length === 1 && fn.argumentTypes[0] === "jsonb" && fn.result === "jsonb";
    if (!granted || !shape || PLATFORM_SCHEMAS.includes(fn.schema) || !speaksOfClaims(fn)) return [];
    return [{ fn, sets: (facts[place]?.writesClaims ?? []).map(({ path }) => path) }];
  });
}

// Hooks that send mails or check passwords look the same from outside.
const speaksOfClaims = (fn: PgFunction): boolean => /claim|token/i.test(fn.name) || /claim/i.test(fn.body);

// extensions that talk to other machines at once; pg_net's `net.http_…` only queues, which a read-only transaction refuses
const REACHES_OUT = /\bdblink|(?<!\bnet\.)\bhttp(_\w+)?\s*\(/i;

/** Call a hook for up to twenty active members, as Supabase Auth would, and compare. Inside a read-only transaction; every call in a savepoint. */
export async function tryHook(db: Db, hook: TokenHook, source: SyncSource | null): Promise<HookTrial> {
  const notCalled = (why: string): HookTrial => ({ kind: "not-called", why });
  if (source === null) return notCalled("it is not known which relation feeds the claims");
  if (REACHES_OUT.test(hook.fn.body))
    return notCalled("it may reach out of the transaction, where no rollback follows");
  const name = quoteQualified(hook.fn.schema, hook.fn.name);
  const may = await attempt(db, async () => db.query<{ may: boolean }>(query("hook-privilege"), [`${name}(jsonb)`]));
  if (may.kind === "unknown") return notCalled(may.why);
  if (may.value[0]?.may !== true) return notCalled("this login may not execute it");
  const members = await attempt(db, async () =>
    db.query<{ id: string; expected: (string | null)[]; appMetadata: string }>(query("hook-members", partsOf(source))),
  );
  if (members.kind === "unknown") return notCalled(`its members cannot be read: ${members.why}`);
  const returned = `array[${source.claims.map((claim) => comparable(source, claim, `answer -> 'claims' #>> ${pathArray(claim.path)}`)).join(", ")}]::text[]`;
  const sql = query("hook-call", { hook: name, returned });
  const differ: string[] = [];
  const raised: string[] = [];
  const sqlstates = new Set<string>();
  for (const { id, expected, appMetadata } of members.value) {
    await db.exec("savepoint rlsmith_hook");
    try {
      const [answer] = await db.query<{ refused: boolean; claims: (string | null)[] }>(sql, [id, appMetadata]);
      if (answer?.refused) {
        raised.push(id);
        sqlstates.add("an error in its answer");
      } else if (JSON.stringify(answer?.claims) !== JSON.stringify(expected)) differ.push(id);
    } catch (error) {
      const pgError = pgErrorOf(error);
      if (pgError === null) throw error;
      raised.push(id);
      // its message may hold what a person typed
      sqlstates.add(pgError.sqlstate);
    }
    await db.exec("rollback to savepoint rlsmith_hook; release savepoint rlsmith_hook");
  }
  return {
    kind: "called",
    members: members.value.length,
    differ: { total: differ.length, ids: differ },
    raised: { total: raised.length, ids: raised, sqlstates: [...sqlstates] },
  };
}
