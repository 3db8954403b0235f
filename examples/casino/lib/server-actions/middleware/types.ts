import type { AuthContext } from "@/lib/supabase/rls-context";
import type { CasinoClient } from "@/lib/supabase/types";

export type Domain =
  | "visit"
  | "player"
  | "rating-slip"
  | "loyalty"
  | "finance"
  | "mtl"
  | "table-context"
  | "floor-layout"
  | "operations";

export type ErrorCode =
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "CONFLICT"
  | "INVALID_INPUT"
  | "CONTEXT_INJECTION_FAILED"
  | "INTERNAL";

export type ActionResult<Data> =
  | { ok: true; data: Data; requestId: string }
  | { ok: false; code: ErrorCode; error: string; requestId: string };

/** What the chain knows before somebody is signed in. */
export interface ChainContext {
  supabase: CasinoClient;
  correlationId: string;
  action: string;
  domain: Domain;
  auth?: AuthContext;
}

/** What a handler gets. */
export interface ActionContext extends ChainContext {
  auth: AuthContext;
}

export type Next = () => Promise<unknown>;
export type Middleware = (context: ChainContext, next: Next) => Promise<unknown>;
