import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { ToolError, messageOf } from "./errors.ts";

const run = promisify(execFile);

/** A folder with the state of a project in a git revision. */
export interface Checkout {
  /** the folder of the project in it */
  projectDir: string;
  close(): void;
}

/**
 * Extract a revision of the project's repository into a temporary folder; the working tree and the index are not
 * changed. Throws ToolError (usage) if there is no repository or no such revision, or if the revision does not contain
 * the project.
 */
export async function checkOut(projectDir: string, revision: string): Promise<Checkout> {
  const git = async (...args: string[]): Promise<string> =>
    (await run("git", ["-C", projectDir, ...args])).stdout.trim();
  let root: string;
  try {
    root = await git("rev-parse", "--show-toplevel");
  } catch (error) {
    throw new ToolError(
      "usage",
      "NO_REPOSITORY",
      `git:${revision}: \`${projectDir}\` is not in a git repository`,
      "run it inside the repository, or name a folder instead",
      { cause: error },
    );
  }
  let commit: string;
  try {
    commit = await git("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
  } catch (error) {
    throw new ToolError(
      "usage",
      "NO_SUCH_REVISION",
      `git:${revision}: there is no such revision`,
      "name a branch, tag or commit; a shallow clone may not have it (git fetch --unshallow)",
      { cause: error },
    );
  }
  const folder = mkdtempSync(join(tmpdir(), "rlsmith-revision-"));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const archive = join(folder, "archive.tar");
    await git("-C", root, "archive", "--format=tar", `--output=${archive}`, commit);
    await run("tar", ["-xf", archive, "-C", folder]);
    rmSync(archive);
  } catch (error) {
    close();
    throw new ToolError(
      "environment",
      "CHECKOUT_FAILED",
      `git:${revision}: the revision cannot be unpacked: ${messageOf(error)}`,
      "install git and tar, or check the revision out yourself and name its folder",
      { cause: error },
    );
  }
  return { projectDir: join(folder, relative(realpathSync(root), realpathSync(projectDir))), close };
}
