// Runs the cases with faults planted in the prover, and shows that they notice each: `npm run mutants [-- --only ID…]
// [--cases KIND] [--files NAME…]`; RLSMITH_SLICE=2/4 takes a part
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { CaseKind, CaseLine } from "../test/prove/mutant-run.ts";
import { MUTANTS, type Mutant } from "../test/prove/mutants.ts";
import { readConstructs, readDepends, readObjects, withReader } from "../test/prove/read-catalogs.ts";
import { sliced, sliceTitle } from "../test/support/slice.ts";

const ROOT = resolve(import.meta.dirname, "..");
const CASES = "test/cases/prove";
const RUNNER = "test/prove/mutant-run.ts";
const ITS_HELPERS = ["test/prove/tiny.ts", "test/prove/trial-changes.ts"];
const AT_ONCE = 2;
/** The time limit: a prover with a fault may never end; without one it needs a tenth of this for all cases. */
const PATIENCE = 60_000;

interface Run {
  lines: CaseLine[];
  /** why the run ended before the last case */
  broken: string | null;
}

/** Files of the cases of each kind that some mutant meets. */
type Cases = ReadonlyMap<CaseKind, readonly string[]>;

/** Catalogs of cases that are SQL are read from a PostgreSQL once, for all provers. */
async function prepareCases(kinds: ReadonlySet<CaseKind>, base: string, policies: readonly string[]): Promise<Cases> {
  const cases = new Map<CaseKind, readonly string[]>();
  if (kinds.has("policies")) cases.set("policies", policies);
  const keep = (kind: CaseKind, read: unknown): void => {
    const file = join(base, `${kind}.json`);
    writeFileSync(file, JSON.stringify(read));
    cases.set(kind, [file]);
  };
  if (kinds.has("depends") || kinds.has("objects") || kinds.has("constructs"))
    await withReader(async (reader) => {
      if (kinds.has("depends")) keep("depends", await readDepends(reader));
      if (kinds.has("objects")) keep("objects", await readObjects(reader));
      if (kinds.has("constructs")) keep("constructs", await readConstructs(reader));
    });
  return cases;
}

/** A copy of the files that the cases need, in which the prover is changed and restored. */
function newCopy(base: string, name: string): string {
  const copy = join(base, name);
  for (const part of ["src", CASES, RUNNER, ...ITS_HELPERS, "package.json", "tsconfig.json"])
    cpSync(join(ROOT, part), join(copy, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"), "junction");
  return copy;
}

/** Run the cases of one kind with the prover of a copy, in a process of its own. */
async function runCases(copy: string, cache: string, kind: CaseKind, cases: Cases): Promise<Run> {
  const child = spawn(
    process.execPath,
    [join(ROOT, "node_modules/jiti/lib/jiti-cli.mjs"), RUNNER, kind, ...(cases.get(kind) ?? [])],
    // transpiled once for each copy, then only what a mutant changes
    { cwd: copy, env: { ...process.env, JITI_FS_CACHE: cache }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let out = "";
  let errors = "";
  let late = false;
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, PATIENCE);
  const code = await new Promise<number | null>((done, fail) => {
    child.on("error", fail);
    child.on("close", done);
  });
  clearTimeout(timer);
  const lines = out
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as CaseLine);
  const why = errors.split("\n").find((line) => line.includes("Error")) ?? `exit code ${code}`;
  return { lines, broken: late ? `no end after ${PATIENCE / 1000} s` : code === 0 ? null : why.trim() };
}

/**
 * The file with the mutant in it. Throws if the text does not occur exactly once: the source has changed, and the
 * mutant must follow.
 */
function mutated(mutant: Mutant, text: string): string {
  const parts = text.split(mutant.find);
  if (parts.length !== 2)
    throw new Error(
      `mutant ${mutant.id}: its text occurs ${parts.length - 1} times in src/prove/${mutant.file}, not once. The source has moved: bring test/prove/mutants.ts after it`,
    );
  return parts.join(mutant.replace);
}

interface Result {
  mutant: Mutant;
  failed: CaseLine[];
  broken: string | null;
  /** cases that should have noticed it and did not */
  missed: string[];
}

async function tryMutant(mutant: Mutant, copy: string, cache: string, cases: Cases): Promise<Result> {
  const path = join(copy, "src/prove", mutant.file);
  const text = readFileSync(path, "utf8");
  writeFileSync(path, mutated(mutant, text));
  try {
    const { lines, broken } = await runCases(copy, cache, mutant.cases ?? "policies", cases);
    const failed = lines.filter(({ right }) => !right);
    // a run that ended early is no result for the cases that it did not reach
    const missed = mutant.noticedBy.filter((id) => lines.some((line) => line.id === id && line.right));
    return { mutant, failed, broken, missed };
  } finally {
    writeFileSync(path, text);
  }
}

function printTable(results: readonly Result[]): void {
  const rows = results.map(({ mutant, failed, broken }) => {
    const [first] = failed;
    const by = first ? `${first.id}${first.file ? ` (${basename(first.file, ".json")})` : ""}` : (broken ?? "SURVIVED");
    return [mutant.id, by, `${failed.length}${broken ? "+" : ""}`, mutant.title];
  });
  const all = [["mutant", "killed by", "cases", "what it believes"], ...rows];
  const widths = [0, 1, 2].map((at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  for (const row of all)
    process.stdout.write(
      `${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd()}\n`,
    );
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      cases: { type: "string" },
      files: { type: "string", multiple: true },
    },
  });
  const { only } = values;
  const chosen = (only === undefined ? sliced(MUTANTS) : MUTANTS.filter(({ id }) => only.includes(id))).filter(
    ({ cases = "policies" }) => values.cases === undefined || values.cases === cases,
  );
  if (chosen.length === 0) {
    process.stderr.write(`no mutant is called ${only?.join(" or ")}: ${MUTANTS.map(({ id }) => id).join(", ")}\n`);
    return 2;
  }
  const files = readdirSync(join(ROOT, CASES))
    .filter((name) => name.endsWith(".json") && (values.files?.includes(basename(name, ".json")) ?? true))
    // the oldest cases first: they are the ones that a reader knows
    .toSorted((a, b) => Number(b === "equivalence.json") - Number(a === "equivalence.json") || a.localeCompare(b))
    .map((name) => join(CASES, name));
  for (const mutant of chosen) {
    const path = join(ROOT, "src/prove", mutant.file);
    mutated(mutant, existsSync(path) ? readFileSync(path, "utf8") : "");
  }

  const base = mkdtempSync(join(tmpdir(), "rlsmith-mutants-"));
  const cache = join(base, "cache");
  mkdirSync(cache);
  try {
    const copies = Array.from({ length: Math.min(AT_ONCE, chosen.length) }, (_, at) => newCopy(base, `copy${at + 1}`));
    const kinds = new Set(chosen.map(({ cases = "policies" }) => cases));
    const cases = await prepareCases(kinds, base, files);
    const sound = (
      await Promise.all(
        copies.map(async (copy) => {
          const runs: Run[] = [];
          for (const kind of kinds) runs.push(await runCases(copy, cache, kind, cases));
          return runs;
        }),
      )
    ).flat();
    const wrong = sound.flatMap(({ lines }) => lines.filter(({ right }) => !right));
    const broken = sound.find((run) => run.broken !== null)?.broken;
    if (wrong.length > 0 || broken) {
      for (const line of wrong) process.stderr.write(`FAIL  ${line.id} (${line.file}): ${line.got}\n`);
      process.stderr.write(`the prover itself does not pass its cases${broken ? `: ${broken}` : ""}\n`);
      return 1;
    }

    const waiting = [...chosen];
    const results = new Map<Mutant, Result>();
    await Promise.all(
      copies.map(async (copy) => {
        for (let mutant = waiting.shift(); mutant; mutant = waiting.shift())
          results.set(mutant, await tryMutant(mutant, copy, cache, cases));
      }),
    );
    const ordered = chosen.flatMap((mutant) => results.get(mutant) ?? []);
    printTable(ordered);
    const survived = ordered.filter(({ failed, broken }) => failed.length === 0 && broken === null);
    const missed = ordered.filter((result) => result.missed.length > 0);
    for (const result of missed)
      process.stdout.write(`${result.mutant.id} was not noticed by ${result.missed.join(", ")}, as it should be\n`);
    process.stdout.write(
      `wrong provers, ${sliceTitle()}: ${ordered.length - survived.length} killed, ${survived.length} survived\n`,
    );
    return survived.length > 0 || missed.length > 0 ? 1 : 0;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}

process.exit(await main());
