import { setTimeout as pause } from "node:timers/promises";
import { figuresOf, newTally, type Figures, type Tally } from "./figures.ts";
import { KNOWN_ROWS, RELATIONS, TENANTS } from "./fixture.ts";
import { transaction, type Visit } from "./load-transaction.ts";
import { openClient } from "./with-client.ts";

export interface LoadOptions {
  /** logins that may become `authenticated`: direct, or through a pooler; the connections are spread over them */
  urls: readonly string[];
  /** default 8 */
  connections?: number;
  /** whether each transaction also sets the session variable `app.tenant_id`, as an application does before the move; default yes */
  variable?: boolean;
  /** of ten transactions, how many write; default 4 */
  writes?: number;
}

export interface Load {
  /** what was counted up to now */
  figures(): Figures;
  /** back when that many more transactions came to their end, or throws after 30 s */
  more(transactions: number): Promise<void>;
  stop(): Promise<Figures>;
}

/**
 * Start a load of mixed reads and writes on the fixture's relations, as several tenants, until it is stopped. Every
 * statement is checked: a foreign row that is seen, changed or made is a leak, and a read that shows fewer of the tenant's
 * own rows than it has from the start is a loss. A connection that breaks is counted by its error, and made again.
 */
export function startLoad(options: LoadOptions): Load {
  const { urls, connections = 8, variable = true, writes = 4 } = options;
  const tally = newTally();
  const over = new AbortController();

  const worker = async (number: number): Promise<void> => {
    const url = urls[number % urls.length] ?? "";
    for (let n = number; !over.signal.aborted;) {
      const client = openClient(url);
      try {
        await client.connect();
        for (; !over.signal.aborted; n += 1)
          await visit(client, tally, number, n, { variable, write: n % 10 < writes });
      } catch (error) {
        tally.error(error);
        n += 1;
        await pause(20);
      } finally {
        await client.end().catch(() => {});
      }
    }
  };
  const workers = Promise.all(Array.from({ length: connections }, async (_, number) => worker(number)));

  return {
    figures: () => figuresOf(tally),
    more: async (transactions) => {
      const patience = AbortSignal.timeout(30_000);
      for (const until = tally.transactions + transactions; tally.transactions < until; await pause(5))
        if (patience.aborted) throw new Error(`the load stands still: ${JSON.stringify(figuresOf(tally))}`);
    },
    stop: async () => {
      over.abort();
      await workers;
      return figuresOf(tally);
    },
  };
}

/** The nth transaction of a connection. An error of the server's is counted; one of the connection is thrown. */
async function visit(
  client: ReturnType<typeof openClient>,
  tally: Tally,
  number: number,
  n: number,
  how: { variable: boolean; write: boolean },
): Promise<void> {
  const one: Visit = {
    // every connection goes through all tenants and relations, each in another order
    tenant: TENANTS[(n + number) % TENANTS.length] ?? "",
    stranger: TENANTS[(n + number + 1) % TENANTS.length] ?? "",
    relation: RELATIONS[Math.floor(n / TENANTS.length) % RELATIONS.length] ?? "note",
    known: KNOWN_ROWS,
    ...how,
  };
  try {
    await transaction(client, tally, one);
    tally.transactions += 1;
  } catch (error) {
    if (!isServerError(error)) throw error;
    tally.error(error);
    await client.query("rollback");
  }
}

/** Whether the connection still stands after it: class 57P and a FATAL end it, and so does what has no SQLSTATE. */
const isServerError = (error: unknown): boolean =>
  error instanceof Error && "severity" in error && error.severity === "ERROR";
