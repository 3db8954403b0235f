import { defineConfig } from "rlsmith";

export default defineConfig({
  migrations: { folder: "supabase/migrations", layout: "supabase" },
  claims: "auth.jwt()",

  // Inferred by `rlsmith init`: hybrid policies pair each variable with its claim, and sync_staff_jwt_claims() writes the claims.
  context: {
    "app.casino_id": { claim: "app_metadata.casino_id", type: "uuid" },
    "app.actor_id": { claim: "app_metadata.staff_id", type: "uuid" },
    "app.staff_role": { claim: "app_metadata.staff_role", type: "text" },
  },

  // Policies that read a variable and no claim: without the variable they deny today, with the claim they would allow.
  sessionOnly: [
    {
      policy: "public.mtl_entry.mtl_entry_insert",
      decision: "rpc-only",
      reason: "an MTL entry is written by rpc_create_mtl_entry, which checks the cage role against the staff row",
    },
    {
      policy: "public.player_financial_transaction.player_financial_transaction_insert",
      decision: "rpc-only",
      reason: "money moves through rpc_record_financial_transaction, which checks the cage role against the staff row",
    },
    {
      policy: "public.*",
      decision: "claim",
      reason: "the fallback to the claim was forgotten: staff_role is synced to app_metadata like casino_id",
    },
  ],

  // Supabase's advisors report several permissive policies of one command and role, and claims that are read for each
  // row, also in policies that read no variable. Of the rules that are off by default, these are the ones that change
  // something here and change no access.
  rules: { splitForAll: true, denyPolicy: "drop", mergePermissive: true, initplan: "all" },

  // What `rlsmith cleanup` asks: set_rls_context also names the session and keeps the correlation id.
  cleanup: {
    calls: {
      "public.set_rls_context": {
        decision: "delete",
        reason: "the workers set the correlation id themselves, and requests have it in the log of the gateway",
      },
    },
    // The tests make their database from supabase/migrations.
    tests: { command: "npx vitest run --reporter=json --outputFile={report}" },
  },

  // Where `rlsmith apply` may go: staging first, and production when that has stayed as it was for a day, the gate of staging
  // has passed on the samples of `rlsmith watch`, and two people have approved the plan.
  targets: {
    // `watch` reads its log for refused requests: `log: { supabase: { project: "<reference>" } }`, once there is a project
    staging: { url: { env: "STAGING_URL" }, gate: { hours: 24 } },
    production: { url: { env: "PRODUCTION_URL" }, after: { target: "staging", hours: 24 }, requireApprovals: 2 },
  },
});
