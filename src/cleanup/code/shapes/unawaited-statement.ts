import { removable } from "../find/removable.ts";
import type { CallShape } from "./shape.ts";
import { take } from "./take.ts";

export const unawaitedStatement: CallShape = {
  id: "unawaited-statement",
  title: "delete a call that nobody waits for",
  why: "supabase-js sends a request when it is awaited. A builder that nobody awaits is never sent; a promise that nobody awaits sets its variables in a transaction that no other request sees.",
  examples: [
    {
      before: `export function search(supabase: Client, tenantId: string, text: string) {
  void supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });

  return supabase.from("invoice").select("id").eq("tenant_id", tenantId).ilike("text", text);
}
`,
      after: `export function search(supabase: Client, tenantId: string, text: string) {
  return supabase.from("invoice").select("id").eq("tenant_id", tenantId).ilike("text", text);
}
`,
    },
    {
      before: `export function open(supabase: Client, tenantId: string, show: (rows: string[]) => void) {
  supabase.rpc("set_tenant_context", { p_tenant_id: tenantId }).then(({ error }) => {
    if (error) console.error(error);
  });
  show([tenantId]);
}
`,
      after: `export function open(_supabase: Client, tenantId: string, show: (rows: string[]) => void) {
  show([tenantId]);
}
`,
      note: "with a callback that looks at the error alone",
    },
  ],
  take(call, scene) {
    const found = removable(call, scene);
    return found !== null && !found.awaited && take(this.id, call, scene, [found.edit]);
  },
};
