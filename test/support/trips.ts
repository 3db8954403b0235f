import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What a client sends in one round trip: everything up to the first answer to it. */
export interface Trips {
  /** the URL, led through the proxy */
  through(url: string): string;
  /** of each connection, in the order in which they were opened, the bytes of each round trip as text */
  connections: string[][];
  stop(): Promise<void>;
}

/**
 * A TCP proxy on the loopback that counts round trips. Answers are held back for some milliseconds, so that all that is
 * sent at once is sent before the first answer arrives, as on a server that is far away.
 */
export async function countTrips(url: string, holdBack = 20): Promise<Trips> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const connections: string[][] = [];
  const listener = createServer((client) => {
    const server = connect({ host: hostname, port: Number(port) });
    const trips: string[] = [];
    connections.push(trips);
    let isAnswered = true;
    let began = Number.NEGATIVE_INFINITY;
    client.on("data", (bytes) => {
      const now = performance.now();
      // what comes earlier waited for the rest of the answer before: none to this round trip can have arrived
      if (isAnswered && now - began >= holdBack) {
        trips.push("");
        began = now;
        isAnswered = false;
      }
      trips.push((trips.pop() ?? "") + bytes.toString("latin1"));
      server.write(bytes);
    });
    server.on("data", (bytes) =>
      setTimeout(() => {
        isAnswered = true;
        if (client.writable) client.write(bytes);
      }, holdBack),
    );
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.setNoDelay(true);
      one.on("error", () => {});
      one.on("close", () => setTimeout(() => other.end(), holdBack));
      sockets.add(one);
    }
  });
  await new Promise<void>((done) => listener.listen(0, "127.0.0.1", done));
  return {
    connections,
    through: (to) => {
      const led = new URL(to);
      led.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`;
      return led.toString();
    },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => listener.close(() => done()));
    },
  };
}
