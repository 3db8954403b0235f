import { messageOf } from "../errors.ts";
import { isPassing } from "../pipeline/passing-error.ts";
import { takeSample, type Taken, type WatchTarget } from "../pipeline/watch.ts";
import {
  figuresWith,
  renderLive,
  renderNotified,
  renderTransitions,
  renderWatch,
  watchJson,
  type Figures,
} from "../report/watch.ts";
import { oneLine } from "../report/visible.ts";
import { printResult } from "./json-output.ts";
import { liveView, type Format, type LiveView } from "./terminal.ts";
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
  let figures: Figures = figuresWith(new Map(), last.gate);
  for (const line of renderNotified(last.notified)) view.say(line);
  for (;;) {
    const next = untilNext(performance.now() - begun, flags);
    printResult(flags.format, watchJson(last), (colours) => (next === null ? renderWatch(last, colours) : ""));
    if (next === null) return last;
    await view.show(textOf(view, last, begun, figures), next);
    const taken = await sampleOrNot(watch, view);
    if (taken === null) continue;
    for (const line of [...renderTransitions(last.gate, taken.gate), ...renderNotified(taken.notified)]) view.say(line);
    figures = figuresWith(figures, taken.gate);
    last = taken;
  }
}

const textOf =
  ({ colours, isDrawn }: LiveView, taken: Taken, begun: number, figures: Figures) =>
  (left: number): string =>
    isDrawn
      ? renderLive(taken, { elapsed: performance.now() - begun, left, figures }, colours)
      : renderWatch(taken, colours);

/** Null: the server was away, which is said. */
async function sampleOrNot(watch: WatchTarget, view: LiveView): Promise<Taken | null> {
  try {
    return await takeSample(watch);
  } catch (error) {
    if (!isPassing(error)) throw error;
    view.say(`no sample: ${oneLine(messageOf(error))}; the next one is tried in time`);
    return null;
  }
}
