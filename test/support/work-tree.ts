import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A copy of a project in a git work tree, with other targets and groups in its config. */
export function copyOf(project: string, targets?: string, more = ""): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-apply-"));
  cpSync(project, dir, { recursive: true });
  execFileSync("git", ["init", "-q", dir]);
  identify(dir, "Security Lead", "lead@example.com");
  const config = join(dir, "rlsmith.config.ts");
  const text = readFileSync(config, "utf8");
  if (targets !== undefined)
    writeFileSync(
      config,
      text.replace(/^ {2}targets:.*$/m, `  ${targets === "" ? "" : `targets: ${targets},`}${more}`),
    );
  return dir;
}

/** Set the name and mail address in git's configuration of a work tree. */
export function identify(dir: string, name: string, email: string): void {
  execFileSync("git", ["-C", dir, "config", "user.name", name]);
  execFileSync("git", ["-C", dir, "config", "user.email", email]);
}
