import { type Command } from "commander";
import { watchTarget } from "../../pipeline/watch.ts";
import { readPlan } from "../../plan/index.ts";
import { EXIT } from "../exit.ts";
import { onTarget, withTarget, type TargetFlags } from "../target-options.ts";
import { rollbackCriteria, withWatch, type WatchFlags } from "../watch-options.ts";
import { runWatch } from "../watch-run.ts";

export function watchCommand(command: Command, done: (exit: number) => void): void {
  withWatch(withTarget(command)).action(async (project: string, flags: WatchFlags & TargetFlags) => {
    const criteria = rollbackCriteria(flags);
    const on = await onTarget(project, flags);
    const watch = watchTarget(on, readPlan(on.projectDir, flags.plan).plan);
    const { gate } = await runWatch(watch, flags, criteria);
    done(gate.outcome === "failed" ? EXIT.findings : EXIT.fine);
  });
}
