import { join } from "node:path";
import { outputFiles } from "./migration-tools/index.ts";
import { inspectCatalog } from "./pipeline/inspection.ts";
import { openSource } from "./pipeline/source.ts";
import { planSource } from "./pipeline/plan.ts";
import { rehearseSource } from "./pipeline/rehearse.ts";
import type { Inspection } from "./pipeline/inspection.ts";
import type { Planned } from "./pipeline/plan.ts";
import type { Progress } from "./progress.ts";
import { renderConfig } from "./classify/index.ts";
import { ToolError } from "./errors.ts";
import { differencesTable } from "./report/differences.ts";
import { writeAll } from "./write-files.ts";
import type { Rehearsal } from "./rehearse/index.ts";

export interface Demo {
  projectDir: string;
  inspection: Inspection;
  planned: Planned;
  rehearsal: Rehearsal;
  seconds: number;
}

/** Run init → inspect → plan → rehearse on a copy of the casino project, whose config already has its decisions. */
export async function runDemo(projectDir: string, progress: Progress): Promise<Demo> {
  const start = performance.now();
  const now = new Date();
  const source = await openSource({ projectDir, scratch: { kind: "embedded" }, strict: true, progress });
  try {
    if (!source.config)
      throw new ToolError("config", "NO_CONFIG", "the casino project has no config", "install rlsmith again");
    const fresh = inspectCatalog(source.catalog, null);
    const draft = renderConfig(fresh.inferred, fresh.classified, {
      migrationsFolder: "supabase/migrations",
      layout: "supabase",
    });
    writeAll([{ path: join(projectDir, "rlsmith.config.inferred.ts"), content: draft }], projectDir);
    const certain = fresh.inferred.variables.filter((variable) => variable.certain).length;
    progress.done(
      "init",
      `${certain} of ${fresh.inferred.variables.length} variables mapped to claims from the evidence in the database`,
    );
    const inspection = inspectCatalog(source.catalog, source.config.config);
    progress.done("inspect", `${inspection.classified.length} policies, ${inspection.findings.length} findings`);
    const planned = planSource(source, source.config.config, projectDir, null, now);
    progress.done("plan", `${planned.plan.steps.length} steps, ${planned.plan.open.length} open decisions`);
    const rehearsal = await rehearseSource(source, planned, source.config.config, progress);
    const differences = rehearsal.access ? differencesTable(rehearsal.access) : "";
    writeAll(
      [
        ...outputFiles(planned.place, planned.names, planned.migration, now, planned.subject),
        { path: join(projectDir, ".rlsmith", "differences.md"), content: differences },
      ],
      projectDir,
    );
    return { projectDir, inspection, planned, rehearsal, seconds: (performance.now() - start) / 1000 };
  } finally {
    await source.close();
  }
}
