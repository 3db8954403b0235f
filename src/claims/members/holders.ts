import { parseJson } from "../../db/json.ts";
import type { Db } from "../../db/port.ts";
import { quoteName } from "../../pg/name.ts";
import { jsonbOf, partsOf, query, type SyncSource } from "../source/index.ts";
import type { TokenHook } from "./hook.ts";

/** A user of `auth.users`, with the payload of the token that Supabase Auth would issue now. */
export interface Holder {
  id: string;
  role: string;
  /** JSON */
  claims: string;
}

/** The values that one active row of the source gives to a user, by the paths of claims joined with dots. */
export interface MemberValues {
  user: string;
  values: Readonly<Record<string, unknown>>;
}

/** The users who can sign in. Inside a transaction. */
export const readHolders = async (db: Db): Promise<Holder[]> => db.query<Holder>(query("holders"));

/** The values of the active rows of a source. Inside a transaction. */
export async function readMemberValues(db: Db, source: SyncSource): Promise<MemberValues[]> {
  const parts = { ...partsOf(source), values: source.claims.map(jsonbOf).join(", ") };
  const rows = await db.query<{ user: string; values: string }>(query("member-values", parts));
  return rows.map(({ user, values }) => {
    const all = parseJson(values) as unknown[];
    return { user, values: Object.fromEntries(source.claims.map(({ path }, n) => [path.join("."), all[n]])) };
  });
}

/** The token of a holder as a hook leaves it; null: the hook refuses it. Inside a transaction; errors are PostgreSQL's. */
export async function callHook(db: Db, { fn }: TokenHook, holder: Holder): Promise<Holder | null> {
  const sql = query("hook-answer", { hook: quoteName(fn) });
  const [row] = await db.query<{ refused: boolean; claims: string | null }>(sql, [holder.id, holder.claims]);
  if (!row || row.refused || row.claims === null) return null;
  const { role } = parseJson(row.claims) as { role?: unknown };
  return { ...holder, claims: row.claims, role: typeof role === "string" && role !== "" ? role : holder.role };
}
