import type { Db } from "./port.ts";
import { openServer } from "./server.ts";

/**
 * On Ctrl-C or SIGTERM end the connection's backend at once, so that its transaction is rolled back now and not when the running statement is
 * through; then end the process with 130. A server that does not answer within two seconds is left to notice by itself. Returns what undoes it.
 */
export async function endOnSignal(url: string, db: Db): Promise<() => void> {
  const [row] = await db.query<{ pid: number }>("select pg_backend_pid() as pid");
  const pid = row?.pid ?? 0;
  const end = (): void => {
    setTimeout(() => process.exit(130), 2000).unref();
    void terminate(url, pid).finally(() => process.exit(130));
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  return () => {
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  };
}

async function terminate(url: string, pid: number): Promise<void> {
  try {
    const other = await openServer(url, { connectTimeoutMs: 1500 });
    await other.query("select pg_terminate_backend($1)", [pid]);
    await other.close();
  } catch {
    // the server notices by itself when the running statement is through
  }
}
