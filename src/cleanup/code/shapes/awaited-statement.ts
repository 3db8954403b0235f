import { removable } from "../find/removable.ts";
import type { CallShape } from "./shape.ts";
import { take } from "./take.ts";

export const awaitedStatement: CallShape = {
  id: "awaited-statement",
  title: "delete an awaited call whose result is not used",
  why: "PostgREST runs each request in a transaction of its own. A variable that a request sets ends with it, so no later request saw it.",
  examples: [
    {
      before: `export async function list(supabase: Client, tenantId: string) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  return supabase.from("invoice").select("id").eq("tenant_id", tenantId);
}
`,
      after: `export async function list(supabase: Client, tenantId: string) {
  return supabase.from("invoice").select("id").eq("tenant_id", tenantId);
}
`,
    },
    {
      before: `export async function load(supabase: Client, user: User | null) {
  const started = Date.now();

  // the policies need to know the tenant
  if (user) {
    await supabase.rpc("set_tenant_context", { p_tenant_id: user.tenantId }).throwOnError();
  }

  const { data } = await supabase.from("invoice").select("id"); // of ours
  return { data, milliseconds: Date.now() - started, for: user?.id };
}
`,
      after: `export async function load(supabase: Client, user: User | null) {
  const started = Date.now();

  const { data } = await supabase.from("invoice").select("id"); // of ours
  return { data, milliseconds: Date.now() - started, for: user?.id };
}
`,
      note: "an `if` around it goes where its condition has no effect",
    },
    {
      before: {
        "lib/context.ts": `import type { Client } from "./client";

/** Set app.tenant_id. */
export async function setContext(supabase: Client, tenantId: string): Promise<void> {
  const { error } = await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  if (error) throw error;
}
`,
        "lib/invoices.ts": `import type { Client } from "./client";
import { setContext } from "./context";

export async function invoices(supabase: Client, tenantId: string) {
  await setContext(supabase, tenantId);
  return supabase.from("invoice").select("id").eq("tenant_id", tenantId);
}
`,
      },
      after: {
        "lib/context.ts": null,
        "lib/invoices.ts": `import type { Client } from "./client";

export async function invoices(supabase: Client, tenantId: string) {
  return supabase.from("invoice").select("id").eq("tenant_id", tenantId);
}
`,
      },
      note: "a function that only makes the call is one itself, and goes when nobody calls it",
    },
  ],
  take(call, scene) {
    const found = removable(call, scene);
    return found !== null && found.awaited && take(this.id, call, scene, [found.edit]);
  },
};
