import { byFunction } from "../../pg/by-function.ts";
import type { FunctionFacts } from "../../classify/index.ts";
import type { Db } from "../../db/port.ts";
import { pgErrorOf } from "../../db/port.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import { quoteName } from "../../pg/name.ts";
import { attempt, comparable, partsOf, pathArray, query } from "../source/index.ts";
import type { Cause } from "../cause.ts";
import type { Counted } from "./members.ts";
import { whyNotCalled } from "./reaches-out.ts";
import type { SyncSource } from "../source/index.ts";

/**
 * A function that Supabase Auth may call to compute the claims of a token. No database records whether it is enabled.
 */
export interface TokenHook {
  fn: PgFunction;
  /** the paths that its body adds to the claims, as far as it can be read */
  sets: string[][];
  /** the reason why it must not be called; null if it may be called */
  blocked: Cause | null;
}

/** The result of calling a hook. */
export type HookTrial =
  | {
      kind: "called";
      members: number;
      /** the number of users for whom it was not called, because the time had run out */
      left: number;
      differ: Counted;
      /** `refused`: the answer of the hook itself is an error */
      raised: Counted & { sqlstates: string[]; refused: boolean };
    }
  | { kind: "not-called"; because: Cause };

/** Hooks of the catalog: `jsonb` to `jsonb`, for `supabase_auth_admin` to call, with a word of claims. */
export function tokenHooks(catalog: Catalog, facts: readonly FunctionFacts[]): TokenHook[] {
  const factsOf = byFunction(facts);
  return catalog.functions.flatMap((fn) => {
    const granted = fn.grants.some(
      ({ grantee, privilege }) => grantee === "supabase_auth_admin" && privilege === "EXECUTE",
    );
    const shape = fn.argumentTypes.length === 1 && fn.argumentTypes[0] === "jsonb" && fn.result === "jsonb";
    if (!granted || !shape || isPlatformFunction(catalog, fn) || !speaksOfClaims(fn)) return [];
    const own = factsOf(fn);
    return own
      ? [{ fn, sets: own.writesClaims.map(({ path }) => path), blocked: whyNotCalled({ catalog, facts }, own) }]
      : [];
  });
}

// Hooks that send mail or check passwords have the same signature.
const speaksOfClaims = (fn: PgFunction): boolean => /claim|token/i.test(fn.name) || /claim/i.test(fn.body);

/** The time limits for calls, in milliseconds: for each call, and for all calls of all hooks together. */
export const LIMITS = { each: 5000, all: 20_000 };

/**
 * Call a hook for up to twenty active members, as Supabase Auth would, and compare the claims. Requires a read-only
 * transaction; every call is in a savepoint. `until` is the end of the time for all calls, by performance.now().
 */
export async function tryHook(
  db: Db,
  hook: TokenHook,
  source: SyncSource | null,
  limits: Pick<typeof LIMITS, "each">,
  until: number,
): Promise<HookTrial> {
  const notCalled = (because: Cause): HookTrial => ({ kind: "not-called", because });
  if (source === null) return notCalled({ kind: "no source" });
  if (hook.blocked !== null) return notCalled(hook.blocked);
  const name = quoteName(hook.fn);
  const may = await attempt(db, async () => db.query<{ may: boolean }>(query("hook-privilege"), [`${name}(jsonb)`]));
  if (may.kind === "unknown") return notCalled(may.because);
  if (may.value[0]?.may !== true) return notCalled({ kind: "no privilege" });
  const members = await attempt(db, async () =>
    db.query<{ id: string; expected: (string | null)[]; appMetadata: string }>(query("hook-members", partsOf(source))),
  );
  if (members.kind === "unknown") return notCalled({ kind: "members unread", because: members.because });
  const returned = `array[${source.claims.map((claim) => comparable(source, claim, `answer -> 'claims' #>> ${pathArray(claim.path)}`)).join(", ")}]::text[]`;
  const sql = query("hook-call", { hook: name, returned });
  const differ: string[] = [];
  const raised: string[] = [];
  const sqlstates = new Set<string>();
  let refused = false;
  let called = 0;
  for (const { id, expected, appMetadata } of members.value) {
    const rest = Math.floor(Math.min(limits.each, until - performance.now()));
    if (rest <= 0) break;
    called += 1;
    await db.exec(`savepoint rlsmith_hook; set local statement_timeout = ${rest}`);
    try {
      const [answer] = await db.query<{ refused: boolean; claims: (string | null)[] }>(sql, [id, appMetadata]);
      if (answer?.refused) {
        raised.push(id);
        refused = true;
      } else if (JSON.stringify(answer?.claims) !== JSON.stringify(expected)) differ.push(id);
    } catch (error) {
      const pgError = pgErrorOf(error);
      if (pgError === null) throw error;
      raised.push(id);
      // The message is left out, since it may contain personal data.
      sqlstates.add(pgError.sqlstate);
    }
    await db.exec("rollback to savepoint rlsmith_hook; release savepoint rlsmith_hook");
  }
  return {
    kind: "called",
    members: called,
    left: members.value.length - called,
    differ: { total: differ.length, ids: differ },
    raised: { total: raised.length, ids: raised, sqlstates: [...sqlstates], refused },
  };
}
