import { Gauge, Registry, type OpenMetricsContentType } from "prom-client";
import type { Taken } from "../pipeline/watch.ts";
import type { CriterionState } from "../watch/index.ts";

/** The media type of OpenMetrics. */
export const METRICS_TYPE = Registry.OPENMETRICS_CONTENT_TYPE;

const STATES: readonly CriterionState[] = ["passed", "failed", "not enough yet", "cannot be told"];
const OUTCOMES = ["passed", "failed", "inconclusive"] as const;

/** What a run of watch has come to: its newest sample, and how many samples could not be taken since it began. */
export interface WatchMetrics {
  taken: Taken;
  missed: number;
}

/** The newest sample as OpenMetrics. A figure that is not known has no line. */
export async function watchMetrics({ taken: { sample, gate }, missed }: WatchMetrics): Promise<string> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(METRICS_TYPE);
  const target = gate.target;
  const gauge = <Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[] = [],
  ): Gauge<Label | "target"> =>
    new Gauge({ name: `rlsmith_${name}`, help, labelNames: ["target", ...labelNames], registers: [registry] });
  gauge("sample_number", "Number of the newest sample.").set({ target }, sample.number);
  gauge("sample_timestamp_seconds", "Time of the newest sample, by the server's clock.").set(
    { target },
    Date.parse(sample.at) / 1000,
  );
  gauge("samples_missed", "Samples that could not be taken in this run.").set({ target }, missed);
  gauge("plan_in_force", "1 if the plan is in force.").set({ target }, sample.kind === "after" ? 1 : 0);
  const outcomes = gauge("gate", "1 for the outcome of the gate.", ["outcome"]);
  for (const outcome of OUTCOMES) outcomes.set({ target, outcome }, gate.outcome === outcome ? 1 : 0);
  const states = gauge("criterion_state", "1 for the state of the criterion.", ["criterion", "state"]);
  const figures = {
    n: gauge("criterion_seen", "Requests, calls, statements or hours that could have shown it.", ["criterion"]),
    k: gauge("criterion_found", "How many did.", ["criterion"]),
    wanted: gauge("criterion_wanted", "How many are wanted.", ["criterion"]),
  };
  const waived = gauge("criterion_waived", "1 if the criterion does not count.", ["criterion"]);
  for (const one of gate.judgements) {
    const { criterion } = one;
    for (const state of STATES) states.set({ target, criterion, state }, one.state === state ? 1 : 0);
    for (const key of ["n", "k", "wanted"] as const) {
      const figure = one[key];
      if (figure !== null) figures[key].set({ target, criterion }, figure);
    }
    waived.set({ target, criterion }, one.waived === null ? 0 : 1);
  }
  return registry.metrics();
}
