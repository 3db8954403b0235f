// Fails a CI job if the second folder allows more than the first: node prove.ts MAIN BRANCH
import { proveFolders, RlsmithError } from "rlsmith";

const [before = "main", after = "branch"] = process.argv.slice(2);
try {
  const { answer, verdicts, objects } = await proveFolders(before, after);
  for (const { relation, component, role, decision } of verdicts)
    if (decision !== "equivalent" && decision !== "no-privilege")
      console.log(`${decision}: ${relation.schema}.${relation.name}, ${component} as ${role}`);
  for (const { effect, name } of objects) console.log(`${effect}: ${name}`);
  console.log(answer);
  // "not settled" is no proof, and fails the job as well
  process.exitCode = answer === "nothing opens" ? 0 : 1;
} catch (error) {
  if (!(error instanceof RlsmithError)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint}`);
  process.exitCode = 2;
}
