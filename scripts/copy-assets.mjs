// tsc copies no files but TypeScript: the .sql files that src/ reads at run time go to dist/ here.
import { cpSync, chmodSync } from "node:fs";

cpSync("src", "dist", { recursive: true, filter: (path) => !/\.[a-z]+$/.test(path) || path.endsWith(".sql") });
chmodSync("dist/cli/main.js", 0o755);
