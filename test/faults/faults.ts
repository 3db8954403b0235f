import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import type { Cluster } from "./cluster.ts";
import type { Moment, Proxy, Step, Then } from "./proxy.ts";
import { withClient } from "./with-client.ts";

/** What an action may touch. */
export interface Scene {
  child: ChildProcess;
  proxy: Proxy;
  cluster: Cluster;
  database: string;
  step: Step;
  moment: Moment;
}

/** Something bad that happens at a step. */
export interface Action {
  /** as it reads after `before step 7`: `child killed` */
  name: string;
  run(scene: Scene): Promise<Then>;
  /** the server's side outlives the command: the repeated run meets its locks */
  holds?: boolean;
}

/** The process dies at once. What it was about to send is not sent. */
export const kill: Action = {
  name: "child killed",
  run: async ({ child }) => {
    const gone = exit(child);
    child.kill("SIGKILL");
    await gone;
    return "drop";
  },
};

/** Ctrl-C, or a CI job that is cancelled: the process may tidy up, and has some time for it before things go on. */
export const interrupt = (signal: "SIGINT" | "SIGTERM"): Action => ({
  name: `child got ${signal}`,
  run: async ({ child }) => {
    const gone = exit(child);
    child.kill(signal);
    await Promise.race([gone, pause(100)]);
    return "pass";
  },
});

/** An operator, or a failover, ends the server's processes of the command. */
export const terminate: Action = {
  name: "backends terminated",
  run: async ({ proxy, cluster }) => {
    await withClient(cluster.url("postgres"), async (client) => {
      await client.query("select pg_terminate_backend(pid, 5000) from unnest($1::int[]) pid", [proxy.backends()]);
    });
    return "drop";
  },
};

/** The server stops as in a crash, and is back before anything else happens. */
export const crash: Action = {
  name: "server crashed and restarted",
  run: async ({ cluster }) => {
    await cluster.crash();
    return "drop";
  },
};

/** Both sides lose the connection. */
export const cut: Action = {
  name: "network cut",
  run: async ({ proxy }) => {
    proxy.cut();
    return "drop";
  },
};

/** The command loses the connection, the server does not hear of it for a while: a half-open TCP connection with its transaction and locks. */
export const halfCut = (holdMs: number): Action => ({
  name: `network cut, the server's side open for ${holdMs} ms`,
  holds: true,
  run: async ({ proxy }) => {
    proxy.cutClientSide(holdMs);
    return "drop";
  },
});

/** Somebody else works on the database while the command stands still; waits for a lock of the command's for a second, no longer. */
export const meanwhile = (name: string, sql: string): Action => ({
  name,
  run: async ({ cluster, database }) => {
    await withClient(cluster.url(database), async (client) => {
      await client.query("set lock_timeout = '1s'");
      await client.query(sql);
    });
    return "pass";
  },
});

const exit = async (child: ChildProcess): Promise<unknown> =>
  child.exitCode !== null || child.signalCode !== null ? null : new Promise((done) => child.once("exit", done));
