import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

/** Before the first test: the command line as it is shipped, in dist/. */
export default function build(): void {
  execFileSync("npm", ["run", "--silent", "build"], { cwd: resolve(import.meta.dirname, "../.."), stdio: "inherit" });
}
