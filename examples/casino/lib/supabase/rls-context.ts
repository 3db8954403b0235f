import type { CasinoClient, StaffRole, StaffStatus } from "@/lib/supabase/types";

/**
 * Who acts, and for which casino. See docs/adr/ADR-015-rls-connection-pooling.md, pattern C (hybrid): policies take the
 * session variables that `set_rls_context` sets, and fall back to the claims in the token.
 */
export interface RLSContext {
  actorId: string;
  casinoId: string;
  staffRole: StaffRole;
}

/** The context, and what the staff row says besides. */
export interface AuthContext extends RLSContext {
  userId: string;
  status: StaffStatus;
}

export class RLSContextError extends Error {
  readonly code: "UNAUTHENTICATED" | "NO_STAFF_ROW" | "INJECTION_FAILED" | "FORBIDDEN";

  constructor(code: RLSContextError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RLSContextError";
    this.code = code;
  }
}

/** Read the staff row of the user who is signed in. */
export async function getAuthContext(supabase: CasinoClient): Promise<AuthContext> {
  const { data: session, error: authError } = await supabase.auth.getUser();
  if (authError) throw new RLSContextError("UNAUTHENTICATED", "nobody is signed in", { cause: authError });

  const { data: staff, error } = await supabase
    .from("staff")
    .select("id, casino_id, role, status")
    .eq("user_id", session.user.id)
    .maybeSingle();
  if (error) throw new RLSContextError("NO_STAFF_ROW", error.message, { cause: error });
  if (staff === null) throw new RLSContextError("NO_STAFF_ROW", "the user has no staff row at this casino");

  return {
    userId: session.user.id,
    actorId: staff.id,
    casinoId: staff.casino_id,
    staffRole: staff.role,
    status: staff.status,
  };
}

/**
 * Set app.actor_id, app.casino_id and app.staff_role for the policies. Must be called before the first query of a
 * request, eslint-rules/require-rls-context.js checks that.
 */
export async function injectRLSContext(
  supabase: CasinoClient,
  context: RLSContext,
  correlationId?: string,
): Promise<RLSContext> {
  const { error } = await supabase.rpc("set_rls_context", {
    p_actor_id: context.actorId,
    p_casino_id: context.casinoId,
    p_staff_role: context.staffRole,
    ...(correlationId === undefined ? {} : { p_correlation_id: correlationId }),
  });
  if (error) throw new RLSContextError("INJECTION_FAILED", `set_rls_context: ${error.message}`, { cause: error });
  return { actorId: context.actorId, casinoId: context.casinoId, staffRole: context.staffRole };
}

/** Narrow an optional context; a missing one is an error of the programmer, not of the user. */
export function assertRLSContext(context: RLSContext | null | undefined): asserts context is RLSContext {
  if (context === null || context === undefined || context.casinoId === "") {
    throw new RLSContextError("UNAUTHENTICATED", "no RLS context: is the action wrapped?");
  }
}

/** Refuse a role that may not do this. The database checks again, this is for the message. */
export function assertRole(context: RLSContext, ...allowed: StaffRole[]): void {
  if (!allowed.includes(context.staffRole)) {
    throw new RLSContextError("FORBIDDEN", `${context.staffRole} may not do this`);
  }
}

/** The three arguments that most RPCs begin with. */
export function actorArguments(context: RLSContext): { p_actor_id: string; p_casino_id: string; p_staff_role: string } {
  return { p_actor_id: context.actorId, p_casino_id: context.casinoId, p_staff_role: context.staffRole };
}
