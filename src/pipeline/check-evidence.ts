import { existsSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import {
  checkLines,
  evidencePath,
  linesOf,
  mergeLines,
  readEvidence,
  writeEvidence,
  type Fault,
  type Line,
} from "../evidence/index.ts";
import { ToolError } from "../errors.ts";
import { cleanupPath, planPath, readStoredPlan } from "../plan/index.ts";
import { VERSION } from "../version.ts";
import { approvalsOf } from "../apply/index.ts";
import { nameOf } from "./evidence.ts";
import { outcomesOf } from "./facts.ts";

/** A figure of a line that is another when it is counted again from the files of the project. */
export interface FigureDifference {
  hash: string;
  figure: string;
  said: number;
  counted: number;
}

/**
 * Check the evidence of a project without a database: its chain, and what can be counted again from the stored plans and
 * approvals. Only reads. Throws ToolError (usage) if there is no file, (environment) if a stored plan was edited.
 */
export function verifyEvidence(projectDir: string): {
  lines: Line[];
  faults: Fault[];
  differences: FigureDifference[];
} {
  evidenceFile(projectDir);
  const { read, conflicts } = readEvidence(projectDir);
  const lines = linesOf(read);
  return { lines, faults: checkLines(read, conflicts), differences: differencesOf(lines, projectDir) };
}

/** The path of a project's evidence. Without a file nothing would be checked, and nothing would be wrong. */
function evidenceFile(projectDir: string): string {
  const path = evidencePath(projectDir);
  if (existsSync(path)) return path;
  throw new ToolError(
    "usage",
    "NO_EVIDENCE",
    "there is no `.rlsmith/evidence.jsonl` in this folder",
    "run the command in the project's folder",
  );
}

function differencesOf(lines: readonly Line[], projectDir: string): FigureDifference[] {
  const plans = new Map(
    [planPath(projectDir), cleanupPath(projectDir)].flatMap((path) => {
      const stored = readStoredPlan(path);
      return stored ? [[stored.hash, stored.plan] as const] : [];
    }),
  );
  const approvals = approvalsOf(projectDir);
  return lines.flatMap(({ hash, subject, fact }): FigureDifference[] => {
    const differ = (figure: string, said: number, counted: number): FigureDifference[] =>
      said === counted ? [] : [{ hash, figure, said, counted }];
    const plan = plans.get(subject.plan ?? "");
    if (fact.kind === "plan" && plan) {
      const counted = outcomesOf(plan);
      return [
        ...[...new Set([...Object.keys(counted), ...Object.keys(fact.policies)])].flatMap((one) =>
          differ(`policies ${one}`, fact.policies[one] ?? 0, counted[one] ?? 0),
        ),
        ...differ("accepted", fact.accepted, plan.accepted.length),
      ];
    }
    if (fact.kind === "approval") {
      const given = approvals.filter(({ planHash, as }) => planHash === subject.plan && as === fact.as).length;
      return differ("approvals", 1, Math.min(given, 1));
    }
    return [];
  });
}

/**
 * Resolve a conflict of git in a project's evidence. Throws ToolError (usage) if there is no file, (environment) if a
 * line was edited or cannot be read, or the file cannot be written.
 */
export async function mergeEvidence(
  projectDir: string,
  now = new Date(),
): Promise<{ path: string; joined: boolean; lines: number }> {
  const path = evidenceFile(projectDir);
  const { read, conflicts } = readEvidence(projectDir);
  const broken = checkLines(read, conflicts).filter(({ kind }) => kind === "edited" || kind === "unreadable");
  if (broken.length > 0)
    throw new ToolError(
      "environment",
      "EVIDENCE_EDITED",
      `line ${broken[0]?.line} of \`.rlsmith/evidence.jsonl\` is not as it was written`,
      "restore it from git, then merge again",
    );
  const lines = linesOf(read);
  const merged = mergeLines(lines, { at: now.toISOString(), by: await nameOf(projectDir), rlsmith: VERSION });
  const before = readFileSync(path, "utf8");
  const joined = conflicts.length > 0 || merged.length !== lines.length;
  if (joined) await writeEvidence(projectDir, merged);
  return { path: relative(projectDir, path), joined: joined && before !== "", lines: merged.length };
}
