import { addSample, nothingSeen, type Seen } from "./criteria/index.ts";
import type { Sample } from "./sample.ts";
import { BEGIN, type Position, type SampleStore } from "./store/store.ts";

/** What a run has read of the samples of a target and plan, so that it asks for the newer ones alone. */
export interface History {
  seen: Seen;
  position: Position;
}

/** Nothing was read yet. */
export const newHistory = (): History => ({ seen: nothingSeen(), position: BEGIN });

/**
 * Read the samples that are newer than what was read. Throws ToolError (environment) if one was changed or is missing,
 * also one that was read before; what was read stays. `each` is called with every sample that is read.
 */
export async function readOn(
  history: History,
  store: SampleStore,
  each: (sample: Sample) => void = () => {},
): Promise<void> {
  for (;;) {
    const { samples, position } = await store.read(history.position);
    if (samples.length === 0) return;
    for (const one of samples) {
      addSample(history.seen, one);
      each(one);
    }
    history.position = position;
  }
}
