import { runWithRequest } from "@/lib/http/request-context";
import { signAccessToken, type AccessClaims } from "@/lib/auth/access-token";
import { requiredEnv } from "@/lib/env";
import type { SqlClient } from "@/lib/db/sql";
import { owner } from "./database";

/** Rows of supabase/seed.sql. The first digit of the number is the casino, the second the person. */
export const casinoId = (casino: 1 | 2 | 3): string => `c0000000-0000-4000-8000-00000000000${casino}`;
export const playerId = (player: 1 | 2 | 3 | 4): string => `d0000000-0000-4000-8000-00000000000${player}`;
export const openTableId = (casino: 1 | 2 | 3): string => `e0000000-0000-4000-8000-0000000000${casino}1`;
export const visitId = (visit: "11" | "22" | "33" | "14" | "24"): string =>
  `f0000000-0000-4000-8000-0000000000${visit}`;

export interface Person {
  userId: string;
  staffId: string;
  casinoId: string;
  role: "pit_boss" | "cashier" | "admin";
}

const person = (number: string, casino: 1 | 2 | 3, role: Person["role"]): Person => ({
  userId: `a0000000-0000-4000-8000-0000000000${number}`,
  staffId: `b0000000-0000-4000-8000-0000000000${number}`,
  casinoId: casinoId(casino),
  role,
});

export const PIT_BOSS_1 = person("11", 1, "pit_boss");
export const CASHIER_1 = person("12", 1, "cashier");
export const ADMIN_1 = person("13", 1, "admin");
export const SUSPENDED_1 = person("19", 1, "pit_boss");
export const PIT_BOSS_2 = person("21", 2, "pit_boss");
export const CASHIER_2 = person("22", 2, "cashier");
export const ADMIN_2 = person("23", 2, "admin");

const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600;

/** The claims that the authentication server would put into a token now: app_metadata comes from the user's row. */
export async function claimsOf(who: Person, sql: Pick<SqlClient, "query"> = owner()): Promise<AccessClaims> {
  const { rows } = await sql.query<{ email: string; raw_app_meta_data: Record<string, unknown> }>(
    "select email, raw_app_meta_data from auth.users where id = $1",
    [who.userId],
  );
  const user = rows[0];
  if (user === undefined) throw new Error(`no user ${who.userId}`);
  return {
    sub: who.userId,
    role: "authenticated",
    exp: inAnHour(),
    email: user.email,
    app_metadata: user.raw_app_meta_data,
  };
}

/** The claims of a token that was made while the person was active, whatever the row says now. */
export const staleClaimsOf = (who: Person): AccessClaims => ({
  sub: who.userId,
  role: "authenticated",
  exp: inAnHour(),
  app_metadata: { casino_id: who.casinoId, staff_id: who.staffId, staff_role: who.role },
});

export const tokenWith = (claims: AccessClaims): string => signAccessToken(claims, requiredEnv("SUPABASE_JWT_SECRET"));

/** Run something as a request of this person. */
export async function as<Result>(who: Person, run: () => Promise<Result>): Promise<Result> {
  return runWithRequest({ accessToken: tokenWith(await claimsOf(who)) }, run);
}
