// Lists the policies that read a session variable, themselves or through a function: node variables.ts PROJECT
import { classify, openProject, RlsmithError } from "rlsmith";

try {
  const project = await openProject(process.argv[2] ?? ".");
  try {
    for (const { id, reads } of classify(project.catalog).classified)
      for (const { setting, hasClaimFallback } of reads)
        console.log(`${id} reads ${setting}${hasClaimFallback ? ", or a claim" : ""}`);
  } finally {
    await project.close();
  }
} catch (error) {
  if (!(error instanceof RlsmithError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint}`);
  process.exitCode = 2;
}
