import { type Command } from "commander";
import { watchTarget } from "../../pipeline/watch.ts";
import { readPlan } from "../../plan/index.ts";
import { EXIT } from "../exit.ts";
import { onTarget, withTarget, type TargetFlags } from "../target-options.ts";
import { writeRecorder } from "../watch-recorder.ts";
import { logOf, rollbackCriteria, withWatch, type WatchFlags } from "../watch-options.ts";
import { runWatch } from "../watch-run.ts";

export function watchCommand(command: Command, done: (exit: number) => void): void {
  withWatch(withTarget(command)).action(async (project: string, flags: WatchFlags & TargetFlags) => {
    const criteria = rollbackCriteria(flags);
    const on = await onTarget(project, flags);
    const { plan } = readPlan(on.projectDir, flags.plan);
    if (flags.recorder === true) return done(await writeRecorder(on, plan.context, flags));
    const log = logOf(flags);
    try {
      const { gate } = await runWatch(watchTarget(on, plan, log), flags, criteria);
      done(gate.outcome === "failed" ? EXIT.findings : EXIT.fine);
    } finally {
      // a program that writes on keeps this one running
      if (log !== null && "live" in log) log.live.close();
    }
  });
}
