import { describe, expect, test } from "vitest";
import { kindOf, type UnreadFile } from "../../../src/cleanup/code/index.ts";
import { applied, clean, type Files } from "./support.ts";

// What is listed with file and line, and not edited.

const STORE = `import { AsyncLocalStorage } from "node:async_hooks";

export const tenants = new AsyncLocalStorage<{ tenantId: string }>();
`;
const MIDDLEWARE = `import { tenants } from "./store";

export const middleware = (tenantId: string, next: () => Promise<void>) => {
  // für alles, was folgt
  return tenants.run({ tenantId }, next);
};
`;

describe("a store of AsyncLocalStorage", () => {
  test.each([
    [
      "behind PostgREST",
      `import { tenants } from "./store";

export async function list(supabase: Client) {
  const store = tenants.getStore();
  if (store) await supabase.rpc("set_tenant_context", { p_tenant_id: store.tenantId });
  return supabase.from("invoice").select("id");
}
`,
    ],
    [
      "on a direct connection",
      `import { tenants } from "./store";

export async function list(client: Client) {
  const { tenantId } = tenants.getStore() ?? { tenantId: "" };
  await client.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
  return client.query("select id from invoice");
}
`,
    ],
    [
      "read at once",
      `import { tenants } from "./store";

export async function list(supabase: Client) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenants.getStore()?.tenantId });
  return supabase.from("invoice").select("id");
}
`,
    ],
  ])("that only feeds the context is listed: %s", (_name, list) => {
    const files: Files = { "store.ts": STORE, "middleware.ts": MIDDLEWARE, "list.ts": list };
    const cleaned = clean(files);
    expect(cleaned.decisions.filter(({ reason }) => reason === "async-store")).toEqual([
      { path: "middleware.ts", line: 5, reason: "async-store", what: "tenants.run" },
    ]);
    expect(applied(files, cleaned)["middleware.ts"]).toBe(MIDDLEWARE);
  });

  test.each([
    ["something else reads it", `export const tenant = () => tenants.getStore()?.tenantId;\n`],
    [
      "it is passed on",
      `export async function log(write: (text: string) => void) {\n  const { tenantId } = tenants.getStore() ?? { tenantId: "" };\n  write(tenantId);\n}\n`,
    ],
  ])("is not listed where %s", (_name, other) => {
    const list = `import { tenants } from "./store";

export async function list(supabase: Client) {
  await supabase.rpc("set_tenant_context", { p_tenant_id: tenants.getStore()?.tenantId });
  return supabase.from("invoice").select("id");
}
`;
    const files: Files = {
      "store.ts": STORE,
      "middleware.ts": MIDDLEWARE,
      "list.ts": list,
      "other.ts": `import { tenants } from "./store";\n\n${other}`,
    };
    expect(clean(files).decisions.filter(({ reason }) => reason === "async-store")).toEqual([]);
  });
});

describe("a file that is not read", () => {
  const text = `<script setup lang="ts">
// größer
await supabase.rpc("set_tenant_context", {});
</script>

<template><p>app.tenant_id</p></template>
`;
  const linesOf = (file: UnreadFile): [string, number][] =>
    clean({ "a.ts": "export const a = 1;\n" }, { unread: [file] }).decisions.map(({ reason, line }) => [reason, line]);

  test.each(["page.vue", "page.svelte"])("%s: each line is named", (path) => {
    expect(linesOf({ path, text, why: "script-block" })).toEqual([
      ["script-block", 3],
      ["script-block", 6],
    ]);
    expect(linesOf({ path, text: text.replaceAll("\n", "\r\n"), why: "script-block" })).toHaveLength(2);
  });

  test("with a first line that names it", () => {
    expect(linesOf({ path: "a.ts", text: "set_tenant_context(;\nset_tenant_context(;", why: "not-parsed" })).toEqual([
      ["not-parsed", 1],
    ]);
  });
});

test("lines are counted by what a file is for", () => {
  expect(
    ["lib/a.ts", "app/a.test.tsx", "e2e/a.ts", "scripts/a.ts", "scripts/__tests__/a.ts", "tools/scan.sh"].map(kindOf),
  ).toEqual(["service", "test", "test", "script", "test", "script"]);
});
