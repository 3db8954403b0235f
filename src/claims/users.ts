import { pgErrorOf, type Db } from "../db/port.ts";
import { nameKey } from "../pg/name.ts";
import { readClaimSource } from "./claims.ts";
import type { Cause } from "./cause.ts";
import type { ClaimsInput } from "./input.ts";
import {
  callHook,
  LIMITS,
  readHolders,
  readMemberValues,
  tokenHooks,
  whyNotEvaluated,
  type Holder,
  type MemberValues,
  type TokenHook,
} from "./members/index.ts";
import { inReadOnly } from "./read-only.ts";
import { attempt, unknown, type Answer, type SyncSource } from "./source/index.ts";

/** The users of a database with the claims of their tokens, and what the source of the claims says of them. */
export interface UsersOfDatabase {
  /** null: they were not asked for */
  holders: Answer<Holder[]> | null;
  /** the function that computes the claims; `raised`: the SQLSTATE for the first user for whom it failed, or null */
  hook: { name: string; called: true } | { name: string; called: false; sqlstate: string | null } | null;
  source: Answer<SyncSource>;
  /** of every active member */
  members: Answer<MemberValues[]>;
}

/**
 * Read users and members, in read-only transactions. Where a function has the form of a custom access token hook, the
 * claims are those that it returns, for nothing in a database says if it is enabled. `withHolders`: false where the
 * tokens are known already. Throws ToolError (config) for a claimsSync that does not fit the catalog.
 */
export async function readUsers(db: Db, input: ClaimsInput, withHolders: boolean): Promise<UsersOfDatabase> {
  const { source } = await readClaimSource(db, input);
  return inReadOnly(db, async () => {
    const members = await readMembersOf(db, input, source);
    if (!withHolders) return { holders: null, hook: null, source, members };
    const holders = await attempt(db, async () => readHolders(db));
    const hooks = tokenHooks(input.catalog, input.facts);
    const [hook] = hooks;
    if (!hook || holders.kind === "unknown") return { holders, hook: null, source, members };
    const name = nameKey(hook.fn);
    if (hooks.length > 1 || hook.blocked !== null)
      return { holders, hook: { name, called: false, sqlstate: null }, source, members };
    return { ...(await byHook(db, hook, name, holders.value)), source, members };
  });
}

async function readMembersOf(db: Db, input: ClaimsInput, source: Answer<SyncSource>): Promise<Answer<MemberValues[]>> {
  if (source.kind === "unknown") return source;
  const { unsure } = source.value;
  const unsafe: Cause | null = unsure !== null ? { kind: "active unknown" } : whyNotEvaluated(input, source.value);
  return unsafe !== null ? unknown(unsafe) : attempt(db, async () => readMemberValues(db, source.value));
}

async function byHook(
  db: Db,
  hook: TokenHook,
  name: string,
  holders: readonly Holder[],
): Promise<Pick<UsersOfDatabase, "holders" | "hook">> {
  const until = performance.now() + LIMITS.all;
  const made: Holder[] = [];
  try {
    for (const holder of holders) {
      if (performance.now() > until)
        return { holders: { kind: "known", value: [...holders] }, hook: { name, called: false, sqlstate: "57014" } };
      const answer = await callHook(db, hook, holder);
      if (answer !== null) made.push(answer);
    }
    return { holders: { kind: "known", value: made }, hook: { name, called: true } };
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    return {
      holders: { kind: "known", value: [...holders] },
      hook: { name, called: false, sqlstate: raised.sqlstate },
    };
  }
}
