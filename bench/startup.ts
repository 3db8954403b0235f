/**
 * `npm run bench:startup`: the time that `rlsmith --version` and `--help` take, compared with an empty `node -e 0` in
 * the same run. Prints a table, writes bench/results/startup.json.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const MAIN = resolve(import.meta.dirname, "../dist/cli/main.js");
const ROUNDS = 21;
/** Times of an empty node, at most. */
const LIMIT = 4;

const COMMANDS: readonly (readonly [string, readonly string[]])[] = [
  ["node -e 0", ["-e", "0"]],
  ["rlsmith --version", [MAIN, "--version"]],
  ["rlsmith --help", [MAIN, "--help"]],
];

function milliseconds(args: readonly string[]): number {
  const from = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: "ignore" });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: is it built (npm run build)?`);
  return performance.now() - from;
}

// in turns, so that what else the machine does falls on all of them
const times = COMMANDS.map((): number[] => []);
for (let round = 0; round < ROUNDS; round += 1)
  for (const [n, [, args]] of COMMANDS.entries()) times[n]?.push(milliseconds(args));

const medians = times.map((all) => all.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0);
const rows = COMMANDS.map(([name], n) => ({
  name,
  medianMs: medians[n] ?? 0,
  ratio: (medians[n] ?? 0) / (medians[0] ?? 1),
}));
console.log("command            median ms  of node -e 0");
for (const { name, medianMs, ratio } of rows)
  console.log(`${name.padEnd(17)}  ${medianMs.toFixed(0).padStart(9)}  ${ratio.toFixed(2).padStart(12)}`);
console.log(`limit: ${LIMIT}`);
mkdirSync("bench/results", { recursive: true });
writeFileSync("bench/results/startup.json", `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
