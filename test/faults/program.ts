import { resolve } from "node:path";
import type { Program } from "./child.ts";

/** As it is shipped: it starts in half the time. `build.ts` makes it. */
const MAIN = resolve(import.meta.dirname, "../../dist/cli/main.js");

/** rlsmith's command line in a project folder, for the harness: the target's URL is in STAGING_URL. One process, so that a kill hits it. */
export const rlsmithProgram =
  (dir: string, args: readonly string[]) =>
  (url: string): Program => ({
    file: process.execPath,
    args: [MAIN, ...args],
    cwd: dir,
    env: { STAGING_URL: url },
  });
