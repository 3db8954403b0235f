import { connect, createServer, type Socket } from "node:net";
import { openLink, type Link } from "./link.ts";

/** One piece of work that the child asked of the server: a Query, or everything of the extended protocol up to its Sync. */
export interface Step {
  /** from 1, over all connections, in the order in which the messages came */
  number: number;
  /** the number of the connection, from 1 */
  connection: number;
  /** the first 80 characters, blanks folded */
  sql: string;
}

/** `before`: the server has not seen the step. `after`: the server is done with it (ReadyForQuery), the child has not heard so. */
export type Moment = "before" | "after";

/** What becomes of the message that was held (before: the step; after: its answer): whether it goes on its way. */
export type Then = "pass" | "drop";

export interface Trap {
  /** its number, or what tells it */
  step: number | ((step: Step) => boolean);
  moment: Moment;
  /** Everything of every connection stands still while it runs. */
  act: (proxy: Proxy, step: Step) => Promise<Then>;
}

export interface Proxy {
  /** a URL of the server, led through the proxy */
  through(url: string): string;
  /** Forget the steps and processes so far, and set a trap, or none. */
  arm(trap: Trap | null): void;
  /** since the last `arm` */
  steps: readonly Step[];
  /** the step at which the trap fired */
  sprung: Step | null;
  /** what went wrong in the trap's action */
  failure: unknown;
  /** the server's process of each connection whose server side is open (BackendKeyData) */
  backends(): number[];
  /** Destroy both sockets of every connection. */
  cut(): void;
  /** Destroy the sockets to the child; the server's side stays open, silent, until that much time has gone by. */
  cutClientSide(holdMs: number): void;
  /** the server's process of every connection that there was */
  seen(): number[];
  /** back when the trap's action is over */
  acted(): Promise<void>;
  /** back when no connection has an open side any more */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Start a TCP proxy on the loopback in front of a PostgreSQL server, which numbers the steps of the one child that
 * connects through it and springs a trap at one of them. Requests for TLS or GSS encryption are answered with `N`.
 *
 * A dropped answer never reaches the child; what the server says next does, such as the FATAL of a terminated backend.
 * At the answer to a COMMIT that is the case of doubt: it is committed, and the client has to find out by itself.
 */
export async function startProxy(server: { host: string; port: number }): Promise<Proxy> {
  const links = new Set<Link>();
  let trap: Trap | null = null;
  const pids = new Set<number>();
  let gate: Promise<unknown> = Promise.resolve();
  let count = 0;

  const proxy: Proxy = {
    through: (url) => {
      const led = new URL(url);
      led.host = `127.0.0.1:${port}`;
      return led.toString();
    },
    arm: (next) => {
      trap = next;
      [proxy.steps, proxy.sprung, proxy.failure] = [[], null, null];
      const open = proxy.backends();
      for (const pid of pids) if (!open.includes(pid)) pids.delete(pid);
    },
    steps: [],
    sprung: null,
    failure: null,
    backends: () => [...links].flatMap((link) => (link.backend === null ? [] : [link.backend])),
    seen: () => [...pids],
    cut: () => {
      for (const link of links) link.destroy();
    },
    cutClientSide: (holdMs) => {
      for (const link of links) link.destroyClientSide(holdMs);
    },
    acted: async () => void (await gate),
    quiet: async () => {
      while (links.size > 0) await Promise.race([...links].map((link) => link.closed));
    },
    stop: async () => {
      proxy.cut();
      await new Promise<void>((done) => listener.close(() => done()));
    },
  };

  const reach = async (step: Step, moment: Moment): Promise<Then> => {
    if (!trap || trap.moment !== moment || proxy.sprung) return "pass";
    if (typeof trap.step === "number" ? trap.step !== step.number : !trap.step(step)) return "pass";
    proxy.sprung = step;
    const acted = trap.act(proxy, step).catch((error: unknown): Then => {
      proxy.failure = error;
      return "pass";
    });
    gate = acted;
    return acted;
  };

  const accept = (client: Socket): void => {
    count += 1;
    const connection = count;
    const link = openLink({
      client,
      server: connect(server),
      gate: async () => gate,
      begin: (sql) => {
        const step = { number: proxy.steps.length + 1, connection, sql };
        proxy.steps = [...proxy.steps, step];
        return step;
      },
      reach,
      known: (pid) => void pids.add(pid),
    });
    links.add(link);
    void link.closed.then(() => links.delete(link));
  };

  const listener = createServer({ noDelay: true }, accept);
  const port = await new Promise<number>((done, fail) => {
    listener.once("error", fail);
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      done(typeof address === "object" && address ? address.port : 0);
    });
  });
  return proxy;
}
