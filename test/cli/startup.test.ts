import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, test } from "vitest";
import { run } from "../../src/cli/run.ts";

/** The packages and files that a file loads before anything runs: static imports of values, transitively. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  if (!file.startsWith("/")) return seen;
  const text = readFileSync(file, "utf8");
  for (const [, names = "", from = ""] of text.matchAll(/^(?:import|export)\s+(?:([^";]*?)\s+from\s+)?"([^"]+)";/gm)) {
    if (/^type\b/.test(names)) continue;
    loaded(from.startsWith(".") ? resolve(dirname(file), from) : from, seen);
  }
  return seen;
}

test("--help loads no parser, no database and no command", () => {
  const all = [...loaded(resolve(import.meta.dirname, "../../src/cli/main.ts"))];
  const packages = all.filter((name) => !name.startsWith("/") && !name.startsWith("node:"));
  expect(packages.toSorted()).toEqual(["commander", "fast-wrap-ansi", "picocolors"]);
  expect(all.filter((name) => /\/(prove|verify|scratch|pipeline|inspect)\//.test(name))).toEqual([]);
});

test("every command that --help lists is there with its flags", async () => {
  const names = [
    "init",
    "inspect",
    "plan",
    "prove",
    "rehearse",
    "verify",
    "claims",
    "impact",
    "approve",
    "apply",
    "rollback",
  ];
  for (const name of [...names, "history", "demo"])
    expect({ name, exit: await run([name, "--help"]) }).toEqual({ name, exit: 0 });
  expect(await run(["plan", "--no-such-flag"])).toBe(2);
  expect(await run(["plam"])).toBe(2);
});
