const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** The clean-up work to do on servers before the process ends. */
const cleanups = new Set<() => Promise<void>>();

let ending = false;

/**
 * True once a signal has told the process to end. From then on connections are closed while statements run, and the
 * errors that this causes are not reported.
 */
export const isEnding = (): boolean => ending;

/**
 * Register clean-up work to be done when a signal tells the process to end; the process then exits as if that signal
 * had terminated it (SIGINT: 130). A second signal terminates it at once. Returns a function that cancels the
 * registration.
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
  endProcess(128 + SIGNALS[signal]);
}

/** Do the registered clean-up work, as for a signal, and exit with this code. A second call changes nothing. */
export function endProcess(code: number): void {
  if (ending) return;
  ending = true;
  void Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(() => process.exit(code));
}
