import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { sliced, sliceFrom } from "./test/support/slice.ts";
import { SlowestFirst } from "./test/support/slowest-first.ts";

/** The long tests of a slice: files that cut their own cases or majors into slices, and a slice of the rest. */
function filesOf(text: string | undefined): string[] {
  const slice = sliceFrom(text);
  const files = readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".long.test.ts"))
    .map((file) => join("test", file))
    .toSorted();
  const cutsItself = (file: string): boolean =>
    /sliced\(|describe\.each\(findMajors\(/.test(readFileSync(file, "utf8"));
  const whole = files.filter((file) => !cutsItself(file));
  return [...files.filter(cutsItself), ...sliced(whole, slice)];
}

export default defineConfig({
  test: {
    include: filesOf(process.env["RLSMITH_SLICE"]),
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks",
    isolate: false,
    maxWorkers: 2,
    sequence: { sequencer: SlowestFirst },
  },
});
