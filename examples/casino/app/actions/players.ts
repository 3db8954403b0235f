"use server";

import { actorArguments, assertRole } from "@/lib/supabase/rls-context";
import { ActionError, dataOf, defineAction, withServerAction } from "@/lib/server-actions/middleware";
import { searchByName } from "@/services/player-service";

export interface CreatePlayerInput {
  firstName: string;
  lastName: string;
  birthDate?: string;
}

const LEGAL_AGE = 21;

const ageAt = (birthDate: string, now: Date): number => {
  const birth = new Date(birthDate);
  const before = new Date(now.getFullYear(), birth.getMonth(), birth.getDate()) > now;
  return now.getFullYear() - birth.getFullYear() - (before ? 1 : 0);
};

/** Make a player and enrol the player at this casino. */
export const createPlayer = withServerAction(async ({ supabase, auth }, input: CreatePlayerInput) => {
  assertRole(auth, "pit_boss", "cashier", "admin");
  if (input.birthDate !== undefined && ageAt(input.birthDate, new Date()) < LEGAL_AGE) {
    throw new ActionError("INVALID_INPUT", `players are at least ${LEGAL_AGE}`);
  }
  const playerId = dataOf(
    await supabase.rpc("rpc_create_player", {
      ...actorArguments(auth),
      p_first_name: input.firstName.trim(),
      p_last_name: input.lastName.trim(),
      ...(input.birthDate === undefined ? {} : { p_birth_date: input.birthDate }),
    }),
  );
  return { playerId };
});

export const searchPlayers = defineAction(
  { action: "search_players", domain: "player", audit: false },
  async ({ supabase, auth }, input: { name: string; limit?: number }) => {
    if (input.name.trim().length < 2) throw new ActionError("INVALID_INPUT", "type at least two letters");
    return searchByName(supabase, auth, input.name.trim(), Math.min(input.limit ?? 20, 50));
  },
);
