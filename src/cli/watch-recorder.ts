import type { ContextMap } from "../pg/context.ts";
import { planRecorder } from "../pipeline/recorder.ts";
import type { OnTarget } from "../pipeline/target.ts";
import { recorderJson, renderRecorder } from "../report/recorder.ts";
import { writeAll } from "../write-files.ts";
import { EXIT } from "./exit.ts";
import { printResult } from "./json-output.ts";
import { sayWritten } from "./options.ts";
import type { Format } from "./terminal.ts";
import type { WatchFlags } from "./watch-options.ts";

/** Write the migration of the recorder, and apply nothing. Returns the exit code. */
export async function writeRecorder(
  on: OnTarget,
  context: ContextMap,
  flags: WatchFlags & { format: Format },
): Promise<number> {
  const wishes = { outDir: flags.out ?? null, preRequest: flags.preRequest ?? null };
  const plan = await planRecorder(on, context, wishes, new Date());
  writeAll(plan.files, on.projectDir);
  sayWritten(plan.files.map(({ path }) => path));
  printResult(flags.format, recorderJson(plan), (colours) => renderRecorder(plan, on.projectDir, colours));
  return EXIT.fine;
}
