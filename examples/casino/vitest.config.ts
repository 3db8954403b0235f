import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The tests run against a real database: an embedded one that is made from supabase/migrations and supabase/seed.sql,
 * or a server if CASINO_DATABASE_URL names one. Only the HTTP hop is left out: test/support/supabase-js.ts runs the
 * requests of the client as PostgREST does.
 */
export default defineConfig({
  root: here("."),
  resolve: {
    alias: [
      { find: "@supabase/supabase-js", replacement: here("./test/support/supabase-js.ts") },
      { find: /^@\//, replacement: here("./") },
    ],
  },
  test: {
    include: ["**/*.test.ts"],
    globalSetup: ["test/support/template.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
    cache: false,
    env: {
      SUPABASE_URL: "http://127.0.0.1:54321",
      SUPABASE_ANON_KEY: "anon-key",
      SUPABASE_SERVICE_ROLE_KEY: "service-role-key",
      SUPABASE_JWT_SECRET: "a-secret-for-tests-with-at-least-32-characters",
    },
  },
});
