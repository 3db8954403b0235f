/** `npm run docs`: docs/rules/, docs/cleanup-shapes/, docs/findings/, docs/errors/ and docs/schemas/ from the data that the code itself uses. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { cleanupPages } from "./cleanup-pages.ts";
import { codemodPages } from "./codemod-pages.ts";
import { errorPages, findingPages } from "./code-pages.ts";
import { jsonSchemas } from "./json-schemas.ts";
import { rulePages } from "./rule-pages.ts";

const folders = {
  rules: rulePages(),
  "cleanup-shapes": cleanupPages(),
  codemods: codemodPages(),
  findings: findingPages(),
  errors: errorPages(),
  schemas: jsonSchemas(),
};
for (const [folder, pages] of Object.entries(folders)) {
  rmSync(`docs/${folder}`, { recursive: true, force: true });
  mkdirSync(`docs/${folder}`, { recursive: true });
  for (const [file, text] of pages) writeFileSync(`docs/${folder}/${file}`, text);
  console.log(`wrote docs/${folder}`);
}
