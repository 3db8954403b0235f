import { defineConfig } from "vitest/config";

/** `npm run test:faults`: kills, crashes and cuts at every step, and load. One file at a time, for each has servers of its own; in killed.test.ts two majors at once. */
export default defineConfig({
  test: {
    include: ["test/faults/**/*.test.ts"],
    globalSetup: ["test/faults/build.ts"],
    testTimeout: 900_000,
    hookTimeout: 600_000,
    pool: "forks",
    maxWorkers: 1,
    maxConcurrency: 2,
  },
});
