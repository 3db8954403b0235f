// Prints what `rlsmith plan` would change, and writes nothing: node plan.ts PROJECT
import { configOf, openProject, plan, RlsmithError } from "rlsmith";

try {
  const project = await openProject(process.argv[2] ?? ".");
  try {
    const planned = plan(project.catalog, configOf(project)).plan;
    for (const { question } of planned.open) console.log(`to decide: ${question}`);
    for (const { title, lock } of planned.steps) console.log(lock === "none" ? title : `${title} (lock: ${lock})`);
    for (const { policy, outcome, reason } of planned.policies) console.log(policy, outcome, reason ?? "");
    // a plan with an open decision must not be run
    process.exitCode = planned.open.length === 0 ? 0 : 1;
  } finally {
    await project.close();
  }
} catch (error) {
  if (!(error instanceof RlsmithError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint}`);
  process.exitCode = 2;
}
