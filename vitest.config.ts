import { configDefaults, defineConfig } from "vitest/config";
import { SlowestFirst } from "./test/support/slowest-first.ts";

/** `npm test`: what has to be quick. `npm run test:long` runs the files named `*.long.test.ts`, `test:faults` all in test/faults/. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "test/**/*.long.test.ts", "test/faults/**"],
    // no measure of speed: a busy machine may take ten times as long as a quiet one
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    // files of one worker share what they import: the booted engines, the native server of test/support/fork.ts, the WASM parser
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
  },
});
