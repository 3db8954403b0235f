/** `npm run bench:docs`: the time that the parts of documents take on a large catalog. Prints a table. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../src/config.ts";
import { DOCUMENT_PARTS } from "../src/document-parts.ts";
import { makeDocuments } from "../src/pipeline/documents.ts";
import { generatedCatalog } from "./generated.ts";

const config = parseConfig(
  { context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } } },
  "bench",
);
const tree = { root: "", project: "", hasGit: false, dirty: [], files: ["page.md"] };

for (const relations of [200, 400]) {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-bench-docs-"));
  writeFileSync(
    join(dir, "page.md"),
    DOCUMENT_PARTS.map((part) => `<!-- rlsmith:begin ${part} -->\n<!-- rlsmith:end ${part} -->\n`).join("\n"),
  );
  const catalog = generatedCatalog(relations);
  const start = performance.now();
  const { files } = await makeDocuments({ catalog }, config, { projectDir: dir, write: true, tree });
  const seconds = (performance.now() - start) / 1000;
  const size = files.reduce((sum, { after }) => sum + (after?.length ?? 0), 0);
  console.log(`${catalog.policies.length} policies: ${seconds.toFixed(2)} s, ${Math.round(size / 1000)} kB`);
  rmSync(dir, { recursive: true });
}
