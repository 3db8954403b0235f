import { Worker } from "node:worker_threads";
import { pgErrorOf, type Db } from "../db/port.ts";

/** A limit to the time of a statement of the migrations. */
export interface StatementLimit {
  seconds: number;
  /** the last words of a process whose embedded database does not return, for stderr */
  lastWords: (statement: string) => string;
}

/**
 * The same database, in which no call runs longer than the limit. On a server the statement is cancelled, whatever
 * `statement_timeout` the migrations set, and raises 57014. PGlite runs in the thread of its caller and cannot be
 * interrupted (measured on 0.5.16: statement_timeout has no effect), so another thread ends the process.
 */
export function limited(db: Db, cancel: (() => Promise<void>) | null, limit: StatementLimit): Limited {
  const watch = cancel === null ? watchdog(limit) : canceller(cancel, limit.seconds);
  const run = async <Result>(sql: string, work: () => Promise<Result>): Promise<Result> => {
    const done = watch.begin(sql);
    try {
      return await work();
    } catch (error) {
      if (done() && error instanceof Error && pgErrorOf(error)?.sqlstate === "57014")
        error.message = `the statement did not end in ${limit.seconds} s, the limit of --statement-timeout`;
      throw error;
    } finally {
      done();
    }
  };
  const { copyOut } = db;
  return {
    db: {
      engine: db.engine,
      version: db.version,
      query: async (sql, params) => run(sql, async () => db.query(sql, params)),
      exec: async (sql) => run(sql, async () => db.exec(sql)),
      copyOut: copyOut === null ? null : async (sql) => run(sql, async () => copyOut(sql)),
      close: async () => db.close(),
    },
    end: watch.end,
  };
}

export interface Limited {
  db: Db;
  /** stop watching */
  end(): void;
}

interface Watch {
  /** returns a function that ends the watch over this call, and tells if it was late */
  begin(sql: string): () => boolean;
  end(): void;
}

function canceller(cancel: () => Promise<void>, seconds: number): Watch {
  return {
    begin: () => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        void cancel();
      }, seconds * 1000);
      return () => {
        clearTimeout(timer);
        return late;
      };
    },
    end: () => {},
  };
}

/** Runs in a thread of its own: without a next message in time, it writes the last words and kills the process. */
const CODE = `const { parentPort } = require("node:worker_threads");
let timer;
parentPort.on("message", (message) => {
  clearTimeout(timer);
  if (message === null) return;
  timer = setTimeout(() => {
    require("node:fs").writeSync(2, message.words);
    process.kill(process.pid, "SIGKILL");
  }, message.ms);
});`;

function watchdog({ seconds, lastWords }: StatementLimit): Watch {
  const worker = new Worker(CODE, { eval: true });
  worker.unref();
  const tell = (message: { ms: number; words: string } | null): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
    worker.postMessage(message);
  };
  return {
    begin: (sql) => {
      tell({ ms: seconds * 1000, words: lastWords(sql) });
      return () => {
        tell(null);
        return false;
      };
    },
    end: () => void worker.terminate(),
  };
}
