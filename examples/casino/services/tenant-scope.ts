import { injectRLSContext, type RLSContext } from "@/lib/supabase/rls-context";
import type { CasinoClient } from "@/lib/supabase/types";

/**
 * Wrap a function of a service so that it runs with the context of its caller. A service is called from actions, from
 * jobs and from other services, and cannot know whether somebody set the context before.
 */
export function withTenantScope<Arguments extends unknown[], Result>(
  work: (supabase: CasinoClient, scope: RLSContext, ...rest: Arguments) => Promise<Result>,
): (supabase: CasinoClient, scope: RLSContext, ...rest: Arguments) => Promise<Result> {
  return async (supabase, scope, ...rest) => {
    await injectRLSContext(supabase, scope);
    return work(supabase, scope, ...rest);
  };
}
