import { messageOf } from "../errors.ts";
import { isPassing } from "../pipeline/passing-error.ts";
import { takeSample, type Taken, type WatchTarget } from "../pipeline/watch.ts";
import { renderTransitions, renderWatch, watchJson } from "../report/watch.ts";
import { oneLine } from "../report/visible.ts";
import { printResult } from "./json-output.ts";
import { liveView, say, type Format } from "./terminal.ts";
import { untilNext, type WatchFlags } from "./watch-options.ts";

/**
 * Take samples until the flags say that it is enough, and return the last. A server that is away for a while is said,
 * and tried again at the next sample: the time in between is a gap, and not the end of the watch. Throws what the first
 * sample throws, and of the later ones what waiting does not help.
 */
export async function runWatch(watch: WatchTarget, flags: WatchFlags & { format: Format }): Promise<Taken> {
  const view = liveView();
  const begun = performance.now();
  let last = await takeSample(watch);
  for (;;) {
    const next = untilNext(performance.now() - begun, flags);
    printResult(flags.format, watchJson(last), (colours) => (next === null ? renderWatch(last, colours) : ""));
    if (next === null) return last;
    await view(renderWatch(last, view.colours), next);
    const taken = await sampleOrNot(watch);
    if (taken === null) continue;
    for (const line of renderTransitions(last.gate, taken.gate)) say(line);
    last = taken;
  }
}

/** Null: the server was away, which is said. */
async function sampleOrNot(watch: WatchTarget): Promise<Taken | null> {
  try {
    return await takeSample(watch);
  } catch (error) {
    if (!isPassing(error)) throw error;
    say(`no sample: ${oneLine(messageOf(error))}; the next one is tried in time`);
    return null;
  }
}
