/** The progress reports of a long job. */
export interface Progress {
  /** a stage has ended: its result in a few words */
  done(stage: string, detail: string): void;
  /** progress inside a stage */
  tick(stage: string, done: number, total: number): void;
}

/** Reports nothing. */
export const silent: Progress = { done: () => {}, tick: () => {} };
