import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CONFIG_FILE } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { Rehearsal } from "../rehearse/index.ts";
import type { Verification } from "../verify/index.ts";
import { writeAll } from "../write-files.ts";
import type { PlanProof } from "./prove-plan.ts";

/** What commands have found out in full, beside the counts that are their evidence. */
export interface Results {
  /** of `plan`: the catalog from which the plan was made, and its verdicts */
  proof: { catalog: Catalog; proved: PlanProof; rehearsal: Rehearsal | null };
  /** of `rehearse` */
  rehearsal: Rehearsal;
  /** of `verify` on the migrations */
  verification: Verification;
}

/** A result as it is kept, with what it is about. */
export interface Result<Name extends keyof Results> {
  format: "rlsmith-result";
  formatVersion: 1;
  name: Name;
  /** ISO 8601, by the clock of the machine that ran the command */
  at: string;
  /** the hash of the plan */
  plan: string | null;
  value: Results[Name];
}

const pathOf = (projectDir: string, name: keyof Results): string =>
  join(projectDir, ".rlsmith", "results", `${name}.json`);

/**
 * Keep what a command has found out, for `report`, in `.rlsmith/results/`, which is not meant to be committed. Nothing is
 * kept for a folder without a config, as there is no evidence of it either. Throws ToolError (environment): the file
 * cannot be written.
 */
export function keepResult<Name extends keyof Results>(
  projectDir: string,
  name: Name,
  value: Results[Name],
  plan: string | null,
  now = new Date(),
): void {
  if (!existsSync(join(projectDir, CONFIG_FILE))) return;
  const result: Result<Name> = {
    format: "rlsmith-result",
    formatVersion: 1,
    name,
    at: now.toISOString(),
    plan,
    value,
  };
  const ignore = join(projectDir, ".rlsmith", "results", ".gitignore");
  writeAll(
    [
      { path: pathOf(projectDir, name), content: `${JSON.stringify(result)}\n`, replace: true },
      { path: ignore, content: "*\n", replace: true },
    ],
    projectDir,
  );
}

/** A result that was kept; null: there is none, or none that this version can read. */
export function readResult<Name extends keyof Results>(projectDir: string, name: Name): Result<Name> | null {
  const path = pathOf(projectDir, name);
  if (!existsSync(path)) return null;
  try {
    const result = JSON.parse(readFileSync(path, "utf8")) as Result<Name> | null;
    return result?.format === "rlsmith-result" && result.formatVersion === 1 && result.name === name ? result : null;
  } catch {
    return null;
  }
}
