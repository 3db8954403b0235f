import { readFileSync } from "node:fs";

/** rlsmith's own version, from package.json (beside src/ and dist/ alike). */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;
