import { defineConfig } from "vitest/config";
import { unitFiles } from "./test/support/unit-files.ts";

/** `npm run test:unit`: what needs no database and no process of its own. */
export default defineConfig({
  test: { include: unitFiles(), testTimeout: 600_000, pool: "forks", isolate: false, maxWorkers: 2 },
});
