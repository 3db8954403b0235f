import type { Socket } from "node:net";
import type { Moment, Step, Then } from "./proxy.ts";
import { cutter, requestOf, strings, type Message } from "./wire.ts";

/** One connection of the child, led to the server. */
export interface Link {
  /** the server's process, while the server side is open */
  readonly backend: number | null;
  destroy(): void;
  destroyClientSide(holdMs: number): void;
  closed: Promise<void>;
}

export interface LinkParts {
  client: Socket;
  server: Socket;
  /** what everything waits for before it is passed on */
  gate(): Promise<unknown>;
  begin(sql: string): Step;
  /** Spring the trap if it is set there. */
  reach(step: Step, moment: Moment): Promise<Then>;
  /** the server's process, as soon as it says its number */
  known(pid: number): void;
}

/** Messages that end a step, or belong to none: Sync, Terminate, password, and what a COPY sends. */
const NO_STEP = new Set(["S", "X", "p", "d", "c", "f"]);

/** Answers that the child has to see at once, since it goes on only then: CopyInResponse, CopyBothResponse. */
const AT_ONCE = new Set(["G", "W"]);

/** Lead a connection of the child to the server, message by message, and tell of each step. */
export function openLink({ client, server, gate, begin, reach, known }: LinkParts): Link {
  let backend: number | null = null;
  let open: Step | null = null;
  let serverOpen = true;
  let clientOpen = true;
  /** the rest of what the child sends is lost: a step of it was dropped */
  let lost = false;
  let holding: NodeJS.Timeout | null = null;
  /** steps without an answer, the oldest first */
  const waiting: Step[] = [];
  const prepared = new Map<string, string>();
  let held: Buffer[] = [];

  const toServer = (bytes: Buffer): void => void (serverOpen && server.write(bytes));
  const toClient = (bytes: Buffer): void => void (clientOpen && client.write(bytes));

  const nameOf = (message: Message): string => {
    const [first = "", second = ""] = strings(message, 2);
    if (message.type === "Q") return first;
    if (message.type === "P") prepared.set(first, second);
    if (message.type === "P") return second;
    return message.type === "B" ? (prepared.get(second) ?? "") : `(message ${message.type})`;
  };

  const fromClient = async (message: Message): Promise<void> => {
    if (message.type === "") {
      const request = requestOf(message.bytes);
      if (request === "ssl" || request === "gss") return toClient(Buffer.from("N"));
      return toServer(message.bytes);
    }
    const sql = NO_STEP.has(message.type) ? "" : nameOf(message);
    if (!NO_STEP.has(message.type) && !open) {
      open = begin(sql.replaceAll(/\s+/g, " ").trim().slice(0, 80));
      waiting.push(open);
      if ((await reach(open, "before")) === "drop") lost = true;
    }
    if (message.type === "Q" || message.type === "S") open = null;
    if (!lost) toServer(message.bytes);
  };

  const fromServer = async (message: Message): Promise<void> => {
    const [step] = waiting;
    if (message.type === "K" && !step) known((backend = message.bytes.readInt32BE(5)));
    if (!step) return toClient(message.bytes);
    held.push(message.bytes);
    if (AT_ONCE.has(message.type)) release();
    if (message.type !== "Z") return;
    waiting.shift();
    if ((await reach(step, "after")) === "drop") held = [];
    release();
  };
  const release = (): void => {
    for (const bytes of held) toClient(bytes);
    held = [];
  };

  pump(client, cutter(true), fromClient, gate, () => {
    clientOpen = false;
    // a child that is gone: the server hears so as from the system of a dead process, unless it is to wait for a while
    if (!holding) server.end();
  });
  pump(server, cutter(false), fromServer, gate, () => {
    [serverOpen, backend] = [false, null];
    // what came without a ReadyForQuery, such as the FATAL of a terminated backend
    release();
    client.end();
    client.destroySoon();
  });

  const gone = async (): Promise<void> => {
    await Promise.all([client, server].map(async (socket) => new Promise((done) => socket.once("close", done))));
    if (holding) clearTimeout(holding);
  };
  return {
    get backend() {
      return backend;
    },
    destroy: () => {
      client.destroy();
      server.destroy();
    },
    destroyClientSide: (holdMs) => {
      holding = setTimeout(() => server.destroy(), holdMs);
      clientOpen = false;
      client.destroy();
    },
    closed: gone(),
  };
}

/** Hand the messages of a socket to `take`, one after the other, each after the gate; `end` after the last. */
function pump(
  socket: Socket,
  messages: ReturnType<typeof cutter>,
  take: (message: Message) => Promise<void>,
  gate: () => Promise<unknown>,
  end: () => void,
): void {
  let line: Promise<unknown> = Promise.resolve();
  socket.setNoDelay(true);
  // a reset is what the tests make; `close` follows
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    for (const message of messages.push(chunk)) line = line.then(gate).then(async () => take(message));
  });
  // the end stands still like everything else: the child must not hear of a crash before the server is back
  for (const event of ["end", "close"]) socket.on(event, () => void (line = line.then(gate).then(end)));
}
