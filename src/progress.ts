/** How a long job tells what it does. */
export interface Progress {
  /** a stage has ended: what was done, in a few words */
  done(stage: string, detail: string): void;
  /** somewhere inside a stage */
  tick(stage: string, done: number, total: number): void;
}

/** For those who do not want to know. */
export const silent: Progress = { done: () => {}, tick: () => {} };
