import type { ProjectShape } from "../shapes/shape.ts";

/** Recorded by the shape of unused declarations, which knows the uses; this is its page. */
export const unusedExports: ProjectShape = {
  id: "unused-export",
  title: "take back an `export` that nobody imports any more",
  why: "An edit took away the last import of the name. It is still used in its own file.",
  examples: [
    {
      before: {
        "lib/tenant.ts": `export const SYSTEM = "system";

export const isSystem = (tenant: string): boolean => tenant === SYSTEM;
`,
        "lib/purge.ts": `import { isSystem, SYSTEM } from "./tenant";

export async function purge(supabase: Client, tenant: string) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: SYSTEM });
  return isSystem(tenant) ? supabase.from("invoice").delete().lt("created_at", "2020-01-01") : null;
}
`,
      },
      after: {
        "lib/tenant.ts": `const SYSTEM = "system";

export const isSystem = (tenant: string): boolean => tenant === SYSTEM;
`,
        "lib/purge.ts": `import { isSystem } from "./tenant";

export async function purge(supabase: Client, tenant: string) {
  return isSystem(tenant) ? supabase.from("invoice").delete().lt("created_at", "2020-01-01") : null;
}
`,
      },
    },
    {
      before: {
        "lib/tenant.mts": `/** Größe. */
export interface Tenant {
  id: string;
}

export const NONE: Tenant = { id: "" };
`,
        "lib/run.mts": `import { NONE, type Tenant } from "./tenant.mjs";

export const run = async (supabase: Client) => {
  const tenant: Tenant = /* nobody */ { id: "ä" };
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenant.id });
  return NONE;
};
`,
      },
      after: {
        "lib/tenant.mts": `/** Größe. */
interface Tenant {
  id: string;
}

export const NONE: Tenant = { id: "" };
`,
        "lib/run.mts": `import { NONE } from "./tenant.mjs";

export const run = async (_supabase: Client) => {
  return NONE;
};
`,
      },
    },
  ],
  find() {},
};
