// tsc copies no files but TypeScript: the .sql and .md files that src/ reads at run time go to dist/ here.
import { cpSync, chmodSync } from "node:fs";

cpSync("src", "dist", { recursive: true, filter: (path) => !/\.[a-z]+$/.test(path) || /\.(?:sql|md)$/.test(path) });
chmodSync("dist/cli/main.js", 0o755);
