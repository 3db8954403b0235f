/** The sync trigger, tried on rows of a scratch copy. */
export { probeSync } from "./probe.ts";
export type { Behaviour } from "./behaviour.ts";
