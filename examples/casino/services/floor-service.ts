import { dataOf } from "@/lib/server-actions/middleware";
import { injectRLSContext, type RLSContext } from "@/lib/supabase/rls-context";
import type { CasinoClient } from "@/lib/supabase/types";
import type { Tables } from "@/types/database.types";

type Scoped<Arguments extends unknown[], Result> = (
  supabase: CasinoClient,
  scope: RLSContext,
  ...rest: Arguments
) => Promise<Result>;

/** The same as withTenantScope, from when the floor was a package of its own. */
function withFloorScope<Arguments extends unknown[], Result>(
  work: Scoped<Arguments, Result>,
): Scoped<Arguments, Result> {
  return (supabase, scope, ...rest) => injectRLSContext(supabase, scope).then(() => work(supabase, scope, ...rest));
}

export interface LayoutView {
  layoutId: string;
  name: string;
  versions: { id: string; versionNo: number; status: Tables<"floor_layout_version">["status"] }[];
}

/** The layouts of a casino with their versions. */
export const layoutsOf = withFloorScope(async (supabase, scope): Promise<LayoutView[]> => {
  const layouts = dataOf(
    await supabase.from("floor_layout").select("id, name").eq("casino_id", scope.casinoId).order("name"),
  );
  const versions = dataOf(
    await supabase
      .from("floor_layout_version")
      .select("id, layout_id, version_no, status")
      .in(
        "layout_id",
        layouts.map(({ id }) => id),
      )
      .order("version_no"),
  );
  return layouts.map(({ id, name }) => ({
    layoutId: id,
    name,
    versions: versions
      .filter(({ layout_id }) => layout_id === id)
      .map((version) => ({ id: version.id, versionNo: version.version_no, status: version.status })),
  }));
});

/** Add a pit at the end of a version that is a draft. */
export const appendPit = withFloorScope(async (supabase, _scope, layoutVersionId: string, label: string) => {
  const pits = dataOf(
    await supabase
      .from("floor_pit")
      .select("sequence")
      .eq("layout_version_id", layoutVersionId)
      .order("sequence", { ascending: false })
      .limit(1),
  );
  return dataOf(
    await supabase
      .from("floor_pit")
      .insert({ layout_version_id: layoutVersionId, label, sequence: (pits[0]?.sequence ?? 0) + 1 })
      .select("id, label, sequence")
      .single(),
  );
});
