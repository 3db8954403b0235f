import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { printApprovals, readApprovals, type Approval } from "./approvals.ts";
import { writeAll } from "../write-files.ts";

const pathIn = (projectDir: string): string => join(projectDir, ".rlsmith", "approvals.json");

/** The approvals in `.rlsmith/approvals.json` of a project. */
export function approvalsOf(projectDir: string): Approval[] {
  const path = pathIn(projectDir);
  return readApprovals(existsSync(path) ? readFileSync(path, "utf8") : null);
}

/** Write `.rlsmith/approvals.json`. Returns its path. */
export function writeApprovals(projectDir: string, approvals: readonly Approval[]): string {
  const path = pathIn(projectDir);
  writeAll([{ path, content: printApprovals(approvals), replace: existsSync(path) }], projectDir);
  return path;
}
