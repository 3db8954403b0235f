import { type Command } from "commander";
import { takeSample, watchTarget, type Taken } from "../../pipeline/watch.ts";
import { readPlan } from "../../plan/index.ts";
import { renderTransitions, renderWatch, watchJson } from "../../report/watch.ts";
import { EXIT } from "../exit.ts";
import { printResult } from "../json-output.ts";
import { onTarget, withTarget, type TargetFlags } from "../target-options.ts";
import { liveView, say } from "../terminal.ts";
import { writeRecorder } from "../watch-recorder.ts";
import { untilNext, withWatch, type WatchFlags } from "../watch-options.ts";

export function watchCommand(command: Command, done: (exit: number) => void): void {
  withWatch(withTarget(command)).action(async (project: string, flags: WatchFlags & TargetFlags) => {
    const on = await onTarget(project, flags);
    const { plan } = readPlan(on.projectDir, flags.plan);
    if (flags.recorder === true) return done(await writeRecorder(on, plan.context, flags));
    const watch = watchTarget(on, plan);
    const view = liveView();
    const begun = Date.now();
    let last: Taken | null = null;
    for (;;) {
      const taken = await takeSample(watch);
      for (const line of renderTransitions(last?.gate ?? null, taken.gate)) say(line);
      last = taken;
      const next = untilNext(begun, flags);
      printResult(flags.format, watchJson(taken), (colours) => (next === null ? renderWatch(taken, colours) : ""));
      if (next === null) break;
      await view(renderWatch(taken, view.colours), next);
    }
    done(last.gate.outcome === "failed" ? EXIT.findings : EXIT.fine);
  });
}
