import { dataOf } from "@/lib/server-actions/middleware";
import { withTenantScope } from "@/services/tenant-scope";

export interface PlayerHit {
  id: string;
  fullName: string | null;
}

const escapePattern = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`);

/** Players of this casino by a part of their name. */
export const searchByName = withTenantScope(
  async (supabase, _scope, name: string, limit: number): Promise<PlayerHit[]> => {
    const rows = dataOf(
      await supabase
        .from("player")
        .select("id, full_name")
        .ilike("full_name", `%${escapePattern(name)}%`)
        .order("full_name")
        .limit(limit),
    );
    return rows.map(({ id, full_name }) => ({ id, fullName: full_name }));
  },
);

/** True if a player is enrolled here and not banned. */
export const mayPlay = withTenantScope(async (supabase, scope, playerId: string): Promise<boolean> => {
  const enrolment = dataOf(
    await supabase
      .from("player_casino")
      .select("status")
      .eq("player_id", playerId)
      .eq("casino_id", scope.casinoId)
      .maybeSingle(),
  );
  return enrolment?.status === "active";
});
