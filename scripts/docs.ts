/** `npm run docs`: docs/rules/ from the rules' own data. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { rulePages } from "./rule-pages.ts";

rmSync("docs/rules", { recursive: true, force: true });
mkdirSync("docs/rules", { recursive: true });
for (const [file, text] of rulePages()) writeFileSync(`docs/rules/${file}`, text);
console.log("wrote docs/rules");
