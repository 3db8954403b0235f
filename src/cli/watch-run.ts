import { messageOf, ToolError } from "../errors.ts";
import type { CriterionName } from "../gate-criteria.ts";
import { isPassing } from "../pipeline/passing-error.ts";
import { failedOf, requireInForce, takeBack } from "../pipeline/take-back.ts";
import type { TakenBack } from "../pipeline/taken-back.ts";
import { takeSample, type Taken, type WatchTarget } from "../pipeline/watch.ts";
import {
  figuresWith,
  renderLive,
  renderNotified,
  renderTakenBack,
  renderTransitions,
  renderWatch,
  watchJson,
  type Figures,
} from "../report/watch.ts";
import { watchMetrics, type WatchMetrics } from "../report/watch-metrics.ts";
import { oneLine } from "../report/visible.ts";
import { printResult } from "./json-output.ts";
import { serveMetrics } from "./metrics-server.ts";
import { liveView, type Format, type LiveView } from "./terminal.ts";
import { untilNext, type WatchFlags } from "./watch-options.ts";

/**
 * Take samples until the flags say that it is enough, or the plan was taken back, and return the last. A server that is
 * away for a while is said, and tried again at the next sample: the time in between is a gap, and not the end of the
 * watch. Throws what the first sample throws, and of the later ones what waiting does not help.
 * `criteria`: those at whose failure the plan is taken back.
 */
export async function runWatch(
  watch: WatchTarget,
  flags: RunFlags,
  criteria: readonly CriterionName[],
): Promise<Taken> {
  if (criteria.length > 0) await requireInForce(watch);
  const state: { metrics: WatchMetrics | null } = { metrics: null };
  const server =
    flags.metrics === undefined
      ? null
      : await serveMetrics(flags.metrics, () => (state.metrics === null ? null : watchMetrics(state.metrics)));
  try {
    return await samples(watch, flags, criteria, (metrics) => {
      state.metrics = metrics;
    });
  } finally {
    server?.close();
  }
}

type RunFlags = WatchFlags & { format: Format };

async function samples(
  watch: WatchTarget,
  flags: RunFlags,
  criteria: readonly CriterionName[],
  measured: (metrics: WatchMetrics) => void,
): Promise<Taken> {
  const view = liveView();
  const begun = performance.now();
  let last = await takeSample(watch);
  for (const line of renderNotified(last.notified)) view.say(line);
  let figures: Figures = figuresWith(new Map(), last.gate);
  // of the last sample at which none of the criteria had failed
  let clean: string | null = null;
  let missed = 0;
  for (let fresh: Taken | null = last; ;) {
    measured({ taken: last, missed });
    const next = untilNext(performance.now() - begun, flags);
    // in case the rollback fails
    printResult(flags.format, watchJson(last, null), () => "");
    const failed = fresh === null ? [] : failedOf(fresh, criteria);
    const back = failed.length === 0 ? null : await backOrNot(watch, last, { failed, clean, view, next });
    if (back !== null || next === null) {
      printEnd(flags.format, last, back);
      return last;
    }
    if (fresh !== null && failed.length === 0) clean = last.sample.at;
    await view.show(textOf(view, last, begun, figures), next);
    fresh = await sampleOrNot(watch, view);
    if (fresh === null) {
      missed += 1;
      continue;
    }
    for (const line of [...renderTransitions(last.gate, fresh.gate), ...renderNotified(fresh.notified)]) view.say(line);
    figures = figuresWith(figures, fresh.gate);
    last = fresh;
  }
}

const printEnd = (format: Format, last: Taken, back: TakenBack | null): void =>
  printResult(format, watchJson(last, back), (colours) =>
    [renderWatch(last, colours), ...(back === null ? [] : [renderTakenBack(back, colours)])].join(""),
  );

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

/** Null: the locks could not be acquired, or the server was away, which is said: it is tried again at the next sample. */
async function backOrNot(
  watch: WatchTarget,
  taken: Taken,
  {
    failed,
    clean,
    view,
    next,
  }: { failed: readonly CriterionName[]; clean: string | null; view: LiveView; next: number | null },
): Promise<TakenBack | null> {
  view.say(`taking the plan back: ${failed.join(", ")} failed`);
  try {
    return await takeBack(watch, taken, failed, clean);
  } catch (error) {
    const isBusy = error instanceof ToolError && (error.code === "LOCK_NOT_HAD" || error.code === "ANOTHER_RUN");
    if (next === null || !(isBusy || isPassing(error))) throw error;
    view.say(`not taken back: ${oneLine(messageOf(error))}; tried again at the next sample`);
    return null;
  }
}
