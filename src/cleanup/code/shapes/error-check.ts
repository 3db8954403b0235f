import { removable } from "../find/removable.ts";
import type { CallShape } from "./shape.ts";
import { take } from "./take.ts";

export const errorCheck: CallShape = {
  id: "error-check",
  title: "delete a call together with the check of its error",
  why: "The error can only come from the call. Without the call the condition is never true.",
  examples: [
    {
      before: `export async function load(supabase: Client, tenantId: string, show: (count: number) => void) {
  const { error } = await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  if (error) return;
  const { data } = await supabase.from("invoice").select("id").eq("tenant_id", tenantId);
  show(data?.length ?? 0);
}
`,
      after: `export async function load(supabase: Client, tenantId: string, show: (count: number) => void) {
  const { data } = await supabase.from("invoice").select("id").eq("tenant_id", tenantId);
  show(data?.length ?? 0);
}
`,
    },
    {
      before: `export async function handler(supabase: Client, tenantId: string) {
  const answer = await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
  if (answer.error !== null) {
    throw new Error("context", { cause: answer.error });
  }

  return supabase.from("invoice").select("id").eq("tenant_id", tenantId);
}
`,
      after: `export async function handler(supabase: Client, tenantId: string) {
  return supabase.from("invoice").select("id").eq("tenant_id", tenantId);
}
`,
    },
  ],
  take(call, scene) {
    const found = removable(call, scene);
    return found !== null && found.checked && take(this.id, call, scene, [found.edit]);
  },
};
