import { removable } from "../find/removable.ts";
import type { CallShape } from "./shape.ts";
import { take } from "./take.ts";

export const tryAroundCall: CallShape = {
  id: "try-around-call",
  title: "delete a `try` that holds the call alone",
  why: "Nothing is left in the block that could throw, so the `catch` never runs. An error code that only the `catch` used is never returned again.",
  examples: [
    {
      before: `export async function run(supabase: Client, tenantId: string, work: () => Promise<string>) {
  try {
    await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId }).throwOnError();
  } catch (error) {
    throw new Error("context injection failed", { cause: error });
  }

  const result = await work();
  return { result, tenantId };
}
`,
      after: `export async function run(_supabase: Client, tenantId: string, work: () => Promise<string>) {
  const result = await work();
  return { result, tenantId };
}
`,
    },
    {
      before: `export async function run(supabase: Client, tenantId: string, work: (tenantId: string) => Promise<string>) {
  try {
    await supabase.rpc("set_tenant_context", { p_tenant_id: tenantId });
    return await work(tenantId);
  } catch {
    return null;
  }
}
`,
      after: `export async function run(_supabase: Client, tenantId: string, work: (tenantId: string) => Promise<string>) {
  try {
    return await work(tenantId);
  } catch {
    return null;
  }
}
`,
      note: "where the block holds more, the call alone goes (that is awaited-statement)",
    },
  ],
  take(call, scene) {
    const found = removable(call, scene);
    return found !== null && found.collapsed === "try" && take(this.id, call, scene, [found.edit]);
  },
};
