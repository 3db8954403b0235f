const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** What has to be put in order on servers before the process ends. */
const cleanups = new Set<() => Promise<void>>();

let ending = false;

/** Whether the process was told to end: connections are cut under statements from then on, and nobody is to be told of it. */
export const isEnding = (): boolean => ending;

/**
 * Have something done when a signal tells the process to end; it then ends as a process does that a signal ends (SIGINT: 130). A second signal
 * ends it at once. Returns what takes the request back.
 */
export function whenEnding(cleanup: () => Promise<void>): () => void {
  if (cleanups.size === 0) for (const signal of Object.keys(SIGNALS)) process.once(signal, end);
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup) && cleanups.size === 0)
      for (const signal of Object.keys(SIGNALS)) process.off(signal, end);
  };
}

function end(signal: keyof typeof SIGNALS): void {
  ending = true;
  void Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(() => process.exit(128 + SIGNALS[signal]));
}
