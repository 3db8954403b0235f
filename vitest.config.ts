import { configDefaults, defineConfig } from "vitest/config";

/** `npm test`: what has to be quick. `npm run test:long` runs the files named `*.long.test.ts`, `test:faults` all in test/faults/. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "test/**/*.long.test.ts", "test/faults/**"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
