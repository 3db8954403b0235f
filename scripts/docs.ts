/** `npm run docs`: docs/rules/, docs/findings/, docs/errors/ and docs/schemas/ from the data that the code itself uses. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { verificationSchema } from "../src/report/verify-schema.ts";
import { errorPages, findingPages } from "./code-pages.ts";
import { rulePages } from "./rule-pages.ts";

const schemas: [string, string][] = [
  ["verification.schema.json", `${JSON.stringify(z.toJSONSchema(verificationSchema()), null, 2)}\n`],
];
const folders = { rules: rulePages(), findings: findingPages(), errors: errorPages(), schemas };
for (const [folder, pages] of Object.entries(folders)) {
  rmSync(`docs/${folder}`, { recursive: true, force: true });
  mkdirSync(`docs/${folder}`, { recursive: true });
  for (const [file, text] of pages) writeFileSync(`docs/${folder}/${file}`, text);
  console.log(`wrote docs/${folder}`);
}
